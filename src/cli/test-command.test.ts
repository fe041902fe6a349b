import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startModelServer, type ModelServer, type Reply } from '../../test/support/model-server.ts';
import { main } from './main.ts';

const SOURCE = `def grade(points: int) -> str:
    """Excellent from 90 points."""
    if points >= 90:
        return "excellent"
    return "failed"


def price(code: str) -> int:
    """A member who gives the code \`spring sale\` pays 3, all others 5."""
    if code.strip().lower()[::-1] == "elas gnirps":
        return 3
    return 5
`;
const MODELS = ['OPENAI_BASE_URL', 'OPENAI_MODEL', 'OPENAI_API_KEY', 'VLLM_URL', 'VLLM_MODEL', 'ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL', 'GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY', 'OLLAMA_HOST', 'UNTILGREEN_MODEL', 'UNTILGREEN_BASE_URL'];

let root: string;
let project: string;
let server: ModelServer | undefined;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-test-command-')));
  project = join(root, 'shop');
  mkdirSync(join(project, 'tests'), { recursive: true });
  writeFileSync(join(project, 'shop.py'), SOURCE);
  writeFileSync(join(project, 'tests', 'test_grade.py'), 'from shop import grade\n\n\ndef test_grade():\n    assert grade(95) == "excellent"\n');
  for (const name of MODELS) vi.stubEnv(name, '');
  // The test tools of this machine serve: they are not installed anew for each test.
  for (const [name, value] of Object.entries({ HOME: root, XDG_CONFIG_HOME: join(root, 'config'), XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), UNTILGREEN_HOME: join(root, 'home') })) vi.stubEnv(name, value);
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

async function test(args: string[], onError: (text: string) => void = () => {}): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.stdout += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.stderr += String(text);
    onError(String(text));
    return true;
  });
  const exitCode = await main(['test', ...args, '--dir', project]);
  vi.restoreAllMocks();
  return { exitCode, ...said };
}
const quick = ['--budget', '2', '--max-mutants', '30'];
const files = (): string[] => readdirSync(join(project, 'tests')).toSorted();

describe('untilgreen test generate', () => {
  it('writes what it shows with --dry-run, as a transaction that undo takes back', async () => {
    const shown = await test(['generate', 'shop.py', '--function', 'grade', '--dry-run', ...quick]);
    expect(shown).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('def test_grade_returns_the_text') });
    expect(files()).toEqual(['test_grade.py']);
    const { exitCode, stdout } = await test(['generate', '.', '--function', 'grade', '--json', ...quick]);
    const json = JSON.parse(stdout);
    expect({ exitCode, json }).toMatchObject({ exitCode: 0, json: { written: true, mean: 1, target: 0.8, run: expect.any(String), functions: [{ name: 'grade', score: 1 }], sources: [{ path: 'shop.py', test: 'tests/test_shop.py' }] } });
    expect(readFileSync(join(project, 'tests/test_shop.py'), 'utf8')).toBe(json.files[0].text);
    expect(existsSync(join(project, 'shop.py'))).toBe(true);
    vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    expect(await main(['undo', '--run', json.run])).toBe(0);
    expect(files()).toEqual(['test_grade.py']);
  }, 120_000);

  it('cancelled with SIGINT it ends with 130 and leaves nothing behind', async () => {
    const stop = setInterval(() => {
      if (existsSync(join(root, 'home/tools')) && readdirSync(join(root, 'home/tools')).length > 0) {
        clearInterval(stop);
        process.emit('SIGINT');
      }
    }, 50);
    try {
      expect(await test(['generate', 'shop.py', '--quiet'])).toMatchObject({ exitCode: 130, stdout: '' });
    } finally {
      clearInterval(stop);
    }
    expect(files()).toEqual(['test_grade.py']);
    expect(readdirSync(join(root, 'home/tools'))).toEqual([]);
  }, 60_000);

  const bad = 'from shop import grade, price\n\n\ndef test_wrong():\n    assert price("spring sale") == 4\n\n\ndef test_idle():\n    assert grade(95) != ""\n';
  const good = '\n\ndef test_members_pay_less():\n    assert price("spring sale") == 3\n    assert price("spring") == 5\n';
  async function withTester(reply: Reply): Promise<any> {
    server = await startModelServer({ replies: [reply], repeat: true });
    for (const [name, value] of Object.entries({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key', OPENAI_MODEL: 'scripted' })) vi.stubEnv(name, value);
    const { stdout } = await test(['generate', 'shop.py', '--function', 'price', '--no-properties', '--json', ...quick]);
    return JSON.parse(stdout);
  }

  it("keeps of the tester's tests those that pass and notice what survived, and says why the others go", async () => {
    const { sources, files: made, functions } = await withTester({ json: { content: bad + good } });
    expect(sources[0].further).toMatchObject([{
      by: 'model', path: 'tests/test_shop_behaviour.py', kept: [{ name: 'test_members_pay_less', kills: expect.any(Number) }],
      dropped: [{ name: 'test_wrong', why: 'it fails on the present code' }, { name: 'test_idle', why: 'it notices no mutant that it should' }],
    }]);
    expect(made.at(-1).text).toContain('test_members_pay_less');
    expect(made.at(-1).text).not.toMatch(/test_wrong|test_idle/);
    expect(functions[0].survivors.filter((one: any) => /elas gnirps/.test(one.before))).toEqual([]);
    const [request] = server!.requests;
    const asked = JSON.stringify(request!.body.messages);
    for (const part of ['A member who gives the code', 'price, line 10', 'tests/test_shop_behaviour.py']) expect(asked).toContain(part);
    expect(server!.requests).toHaveLength(1);
  }, 120_000);

  it('without a usable reply of the tester it goes on without', async () => {
    const { sources, files: made } = await withTester({ json: { content: 'x = 1\n' } });
    expect(sources[0].further).toMatchObject([{ by: 'model', kept: [], dropped: [{ name: '', why: expect.stringContaining('holds no test') }] }]);
    expect(made.map(({ path }: { path: string }) => path)).toEqual(['tests/test_shop.py']);
    expect(server!.requests).toHaveLength(2);
  }, 120_000);

  it('asks no model with --no-model, and looks for no law with --no-properties', async () => {
    server = await startModelServer({ replies: [] });
    for (const [name, value] of Object.entries({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key', OPENAI_MODEL: 'scripted' })) vi.stubEnv(name, value);
    const { exitCode, stdout } = await test(['generate', 'shop.py', '--function', 'price', '--no-model', '--no-properties', '--json', ...quick]);
    expect({ exitCode, json: JSON.parse(stdout) }).toMatchObject({ exitCode: 0, json: { sources: [{ further: [] }] } });
    expect(server.all).toEqual([]);
  }, 60_000);

  it('writes tests of laws where hypothesis is there', async () => {
    writeFileSync(join(project, 'shop.py'), 'def total(values: list[int]) -> int:\n    """The sum without the sign."""\n    result = 0\n    for value in values:\n        result += abs(value)\n    return result\n');
    execFileSync('python3', ['-m', 'venv', '--without-pip', join(project, '.venv')]);
    const { sources, files: made } = JSON.parse((await test(['generate', 'shop.py', '--no-model', '--json', ...quick])).stdout);
    expect(sources[0].further).toMatchObject([{ by: 'properties', path: 'tests/test_shop_properties.py' }]);
    expect(sources[0].further[0].kept.length).toBeGreaterThan(0);
    expect(made.at(-1).text).toMatch(/@settings\(derandomize=True, max_examples=50, deadline=None\)\n@given\(values=st\.lists\(st\.integers\(.*\), max_size=8\)\)/);
  }, 240_000);
});

describe('untilgreen test score', () => {
  it('measures what the tests of a folder notice, and fails below --min', async () => {
    const { exitCode, stdout } = await test(['score', '.', '--json', '--min', '0.99']);
    const json = JSON.parse(stdout);
    expect({ exitCode, json }).toMatchObject({ exitCode: 1, json: { files: [{ path: 'shop.py', tests: 1, functions: [{ name: 'grade' }, { name: 'price', score: 0 }] }], skipped: [] } });
    expect(json.files[0].functions[0].score).toBeGreaterThan(0);
    expect(json.mean).toBeLessThan(0.99);
  }, 60_000);
});

describe('both', () => {
  it.each<[string, string[], string]>([
    ['a file that is not there', ['nowhere.py'], 'There is no nowhere.py in'],
    ['a folder without sources', ['tests'], 'There is no source file in tests'],
    ['a path outside the project', ['../other'], 'lies outside the project'],
    ['a number that is none', ['shop.py', '--max-mutants', 'many'], '--max-mutants'],
  ])('refuse %s as bad usage', async (_title, args, says) => {
    for (const command of ['generate', 'score']) {
      const { exitCode, stderr } = await test([command, ...args]);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(says) });
    }
  });
});
