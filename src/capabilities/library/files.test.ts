import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Capability, CapabilityDraft } from '../types.ts';
import { evidenceText, filesOf, readFolder } from './files.ts';
import { contentHash, contractHash } from './hash.ts';
import { evidenceFor, goSample, sample, scriptSample } from './testing/samples.ts';

let top: string;
beforeAll(() => void (top = mkdtempSync(join(tmpdir(), 'tools-'))));
afterAll(() => rmSync(top, { recursive: true, force: true }));

const tool = (draft: CapabilityDraft): Capability => ({ ...draft, version: '1.0.0', status: 'active', hash: contentHash(draft), contractHash: contractHash(draft) });
function write(draft: CapabilityDraft, as = draft.name): string {
  const folder = join(top, as);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of filesOf(tool(draft))) writeFileSync(join(folder, name), text);
  return folder;
}
const edit = (folder: string, file: string, change: (text: string) => string): void => writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));

describe('a tool’s folder', () => {
  it.each([['Python', sample()], ['JavaScript', scriptSample('javascript')], ['TypeScript', scriptSample('typescript')], ['Go', goSample()]])('is read as it was written: %s', async (_, draft) => {
    const folder = write(draft);
    writeFileSync(join(folder, 'evidence.json'), evidenceText(evidenceFor(draft)));
    expect(await readFolder(folder)).toEqual({ tool: tool(draft), edited: false, evidence: evidenceFor(draft) });
  });

  it('keeps arguments whatever their keys are called', async () => {
    const odd = JSON.parse('{"__proto__": {"a": [1]}, "constructor": 1, "a\\u2028\\n  b": [[], {}]}') as Capability['cases'][0]['arguments'];
    const draft = sample({ cases: [{ arguments: odd, result: odd, from: 'user' }] });
    const read = await readFolder(write(draft));
    expect(JSON.stringify(read.tool.cases)).toBe(JSON.stringify(draft.cases));
    expect(read.edited).toBe(false);
  });

  it.each<[string, (folder: string) => void]>([
    ['its code', (folder) => edit(folder, 'calculate_percentage.py', (text) => text.replace('/ 100', '/ 1000'))],
    ['a case', (folder) => edit(folder, 'cases.json', (text) => text.replace('45', '46'))],
    ['its contract', (folder) => edit(folder, 'tool.json', (text) => text.replace('Calculates', 'Works out'))],
    ['its hash is taken away', (folder) => edit(folder, 'tool.json', (text) => text.replace(/ {2}"hash": .*\n/, ''))],
  ])('is edited when %s', async (_, change) => {
    const folder = write(sample());
    writeFileSync(join(folder, 'evidence.json'), evidenceText(evidenceFor(sample())));
    change(folder);
    const read = await readFolder(folder);
    expect(read.edited).toBe(true);
    expect(read.tool.hash).toBe(contentHash(read.tool));
  });

  it.each<[string, (folder: string) => void]>([
    ['the ends of its lines', (folder) => edit(folder, 'calculate_percentage.py', (text) => text.replaceAll('\n', '\r\n'))],
    ['what is not its content', (folder) => edit(folder, 'tool.json', (text) => text.replace('"active"', '"deprecated"'))],
    ['how its JSON is laid out', (folder) => edit(folder, 'cases.json', (text) => JSON.stringify(JSON.parse(text), null, 4))],
  ])('is not edited by %s', async (_, change) => {
    const folder = write(sample());
    change(folder);
    expect((await readFolder(folder)).edited).toBe(false);
  });

  it('keeps no evidence of another content', async () => {
    const folder = write(sample());
    writeFileSync(join(folder, 'evidence.json'), evidenceText(evidenceFor(sample({ description: 'Another.' }))));
    expect((await readFolder(folder)).evidence).toBeUndefined();
  });

  it('may be written by hand with what is needed alone', async () => {
    const folder = join(top, 'by_hand');
    mkdirSync(folder);
    const { name: _, ...rest } = sample();
    const { description, language, signature, parameters, returns, answer } = rest;
    writeFileSync(join(folder, 'tool.json'), JSON.stringify({ name: 'by_hand', description, language, signature: signature.replace('calculate_percentage', 'by_hand'), parameters, returns, answer }));
    writeFileSync(join(folder, 'cases.json'), '[{"arguments": {"percent": 1, "number": 100}, "result": 1}]');
    writeFileSync(join(folder, 'by_hand.py'), 'def by_hand(percent: float, number: float) -> float:\n    return percent * number / 100');
    expect(await readFolder(folder)).toMatchObject({ edited: true, tool: { version: '1.0.0', status: 'active', effects: 'pure', made: { by: 'hand' }, cases: [{ from: 'user' }] } });
  });

  it.each<[string, (folder: string) => void, string]>([
    ['a file that is not there', (folder) => rmSync(join(folder, 'cases.json')), 'calculate_percentage/cases.json is missing.'],
    ['what is not JSON, with the line', (folder) => edit(folder, 'cases.json', (text) => text.replace('"from": "hidden"},', '"from": "hidden",')), 'calculate_percentage/cases.json: line 4: this is not JSON.'],
    ['a field that is missing', (folder) => edit(folder, 'tool.json', (text) => text.replace(/ {2}"answer": .*\n/, '')), 'calculate_percentage/tool.json: answer is missing.'],
    ['a field that is unknown, with the one that was meant', (folder) => edit(folder, 'tool.json', (text) => text.replace('"answer"', '"answr"').replace('"effects"', '"answer": "x", "effects"')), 'unknown field "answr" (did you mean "answer"?)'],
    ['a case without an outcome', (folder) => edit(folder, 'cases.json', (text) => text.replace(', "result": 45', '')), 'cases.json: [1]: expected either "result" or "error".'],
    ['a case with a place that nobody knows', (folder) => edit(folder, 'cases.json', (text) => text.replace('"user"', '"me"')), 'cases.json: [1].from: '],
    ['a file of a later format', (folder) => edit(folder, 'tool.json', (text) => text.replace('"format": 1', '"format": 2')), 'tool.json: format: this version of untilgreen reads format 1.'],
    ['a link that leads out', (folder) => {
      rmSync(join(folder, 'calculate_percentage.py'));
      symlinkSync('/etc/hostname', join(folder, 'calculate_percentage.py'));
    }, 'is a link that leads out of the tool'],
  ])('is refused for %s', async (_, change, message) => {
    const folder = write(sample());
    change(folder);
    await expect(readFolder(folder)).rejects.toThrow(message);
  });

  it('has one case a line, and a SKILL.md with front matter', () => {
    const files = new Map(filesOf(tool(sample())).map(({ name, text }) => [name, text]));
    expect(files.get('cases.json')!.split('\n')[1]).toBe('  {"arguments": {"percent": 15, "number": 300}, "result": 45, "from": "user"},');
    expect(files.get('SKILL.md')).toMatch(/^---\nname: calculate-percentage\ndescription: "Calculates a percentage of a number."\n---\n/);
    expect(files.get('SKILL.md')).toContain('- `{"percent": 15, "number": 300}` gives `45`');
  });
});

describe('the hash', () => {
  it('of a contract counts the order of the parameters, that of the content neither aliases nor requests', () => {
    const { properties } = sample().parameters as { properties: Record<string, unknown> };
    const turned = { ...sample().parameters, properties: Object.fromEntries(Object.entries(properties).toReversed()) };
    expect(contractHash(sample({ parameters: turned }))).not.toBe(contractHash(sample()));
    expect(contractHash(sample({ description: 'Another.' }))).toBe(contractHash(sample()));
    expect(contentHash(sample({ aliases: [], requests: [] }))).toBe(contentHash(sample()));
    expect(contentHash(sample({ cases: [] }))).not.toBe(contentHash(sample()));
  });
});

function run(command: string, args: string[], cwd: string): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined, PYTHONDONTWRITEBYTECODE: '1' } });
  return { status, text: stdout + stderr };
}

const pytest = (args: string[], cwd: string) => run('python3', ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', ...args], cwd);

describe('a test file', () => {
  it('of Python runs from above, from inside, and with others', () => {
    write(sample());
    const typed = sample({
      name: 'mode_test', signature: 'def mode_test(pairs: list[tuple[int, float]], seen: dict[int, str], scale: float | None = None) -> tuple[float, list[int]]:',
      code: 'def mode_test(pairs: list[tuple[int, float]], seen: dict[int, str], scale: float | None = None) -> tuple[float, list[int]]:\n    assert all(isinstance(p, tuple) and isinstance(p[1], float) for p in pairs) \n    assert all(isinstance(key, int) for key in seen)\n    assert scale is None or isinstance(scale, float)\n    return (sum(y for _, y in pairs), [*seen, 3])\n',
      cases: [
        { arguments: { pairs: [[1, 2]], seen: { 1: 'a', 2: 'b' } }, result: [2.0000001, [1, 2, 3]], from: 'user' },
        { arguments: { pairs: [], seen: {}, scale: 2 }, result: [0, [3]], from: 'user' },
      ],
    });
    write(typed);
    const all = pytest(['calculate_percentage', 'mode_test'], top);
    expect(all.text).toContain('5 passed');
    expect(pytest([], join(top, 'calculate_percentage')).text).toContain('3 passed');
    expect(pytest(['calculate_percentage', '-vv'], top).text).toContain('test_calculate_percentage[{"percent": 15, "number": 300}] PASSED');
  });

  it('of Python sees a wrong result, and an integer that is off by one in a thousand million', () => {
    edit(write(sample()), 'calculate_percentage.py', (text) => text.replace('/ 100', '/ 99'));
    expect(pytest(['calculate_percentage'], top)).toMatchObject({ status: 1, text: expect.stringContaining('2 failed, 1 passed') as string });
    const folder = write(sample({ name: 'big_one', signature: 'def big_one() -> int:', code: 'def big_one() -> int:\n    return 1000000001\n', cases: [{ arguments: {}, result: 1_000_000_000, from: 'user' }, { arguments: {}, error: true, from: 'user' }] }));
    expect(pytest([], folder).text).toContain('2 failed');
  });

  it('of JavaScript runs with node --test, and sees a wrong result', () => {
    const folder = write(scriptSample('javascript'));
    expect(run(process.execPath, ['--test', join(folder, 'count_words.test.js')], top)).toMatchObject({ status: 0, text: expect.stringMatching(/pass 2/) as string });
    edit(folder, 'count_words.js', (text) => text.replace('total: words.length', 'total: 1'));
    expect(run(process.execPath, ['--test'], folder)).toMatchObject({ status: 1, text: expect.stringMatching(/fail 1/) as string });
  });

  it('of TypeScript runs where types are stripped', () => {
    const folder = write(scriptSample('typescript'), 'typed_words');
    expect(run(process.execPath, ['--import', import.meta.resolve('tsx'), '--test', join(folder, 'count_words.test.ts')], folder)).toMatchObject({ status: 0, text: expect.stringMatching(/pass 2/) as string });
  });

  it('of Go runs with go test, also when the name ends as that of a system', () => {
    const folder = write(goSample({ name: 'mean_windows', signature: goSample().signature.replace('linux', 'windows'), code: goSample().code.replace('mean_linux', 'mean_windows') }));
    expect(execFileSync('go', ['test', './...'], { cwd: folder, encoding: 'utf8' })).toMatch(/^ok/);
  });
});
