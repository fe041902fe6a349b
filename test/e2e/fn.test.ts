import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { FnOutcome } from '../../src/cli/fn/outcome.ts';
import { startModelServer, type ModelServer, type ModelServerOptions, type Reply } from '../support/model-server.ts';

let root: string;
let cache: string;
let servers: ModelServer[];
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'ug-fn-cache-'));
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-fn-')));
  servers = [];
  for (const [name, value] of Object.entries({ HOME: root, XDG_CONFIG_HOME: join(root, 'config'), XDG_CACHE_HOME: cache, UNTILGREEN_HOME: join(root, 'home'), NO_COLOR: '1' })) vi.stubEnv(name, value);
  vi.spyOn(process, 'cwd').mockReturnValue(root);
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

async function serve(replies: Reply[], options: Partial<ModelServerOptions> = {}): Promise<string> {
  const server = await startModelServer({ replies, repeat: true, ...options });
  servers.push(server);
  return server.url;
}

/** Runs `untilgreen fn …` in this process. `{root}` stands for the scratch directory. */
async function fn(args: string[], stdin = '') {
  const streams = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      streams[name] += String(text);
      return true;
    }),
  );
  const input = vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([stdin]) as unknown as typeof process.stdin);
  const exitCode = await main(['fn', ...args.map((arg) => arg.replaceAll('{root}', root))]);
  for (const spy of [...spies, input]) spy.mockRestore();
  return { exitCode, ...streams, last: streams.stderr.trimEnd().split('\n').at(-1) ?? '' };
}

const AREA = ['--fn', 'area', '--task', 'The area of a rectangle.', '--signature', 'def area(width: float, height: float) -> float:', '--doctests', 'area(2, 3) => 6\narea(0, 3) => 0'];
const RIGHT = '```python\ndef area(width: float, height: float) -> float:\n    """Multiply.\n\n    Long story.\n    """\n    return width * height\n```';
const OTHER = '```python\ndef area(width: float, height: float) -> float:\n    return height * width\n```';
const WRONG = '```python\ndef area(width: float, height: float) -> float:\n    return width + height\n```';

describe('untilgreen fn', () => {
  it('prints the code alone on standard output, and the confidence with its evidence last on the other', async () => {
    const url = await serve([{ content: WRONG }, { contents: [RIGHT, OTHER, WRONG, OTHER] }]);
    const { exitCode, stdout, last, stderr } = await fn([...AREA, '--base-url', url, '--profile', 'copy']);
    expect(stdout).toMatch(/^def area\(width: float, height: float\) -> float:\n {4}"""[^\n]*"""\n {4}return width \* height\n$/);
    expect(last).toMatch(/^confidence 0\.\d\d.*: 3 of 3 /);
    expect(stderr).toMatch(/^wave 1 of 4: 1 candidate, greedy$/m);
    expect(stderr).not.toMatch(/^✗ c1/m);
    expect(exitCode).toBe(0);
    expect(readdirSync(root)).toEqual([]);
  });

  it('is quiet but for the confidence', async () => {
    const url = await serve([{ content: RIGHT }, { contents: [OTHER] }]);
    const { stderr } = await fn([...AREA, '--base-url', url, '-q']);
    expect(stderr).toMatch(/^confidence [^\n]*\n$/);
  });

  it('exits 1 where no candidate passes, and says what kept the closest', async () => {
    const url = await serve([{ content: WRONG }]);
    const { exitCode, stdout, stderr, last } = await fn([...AREA, '--base-url', url, '--candidates', '5', '--iters', '2']);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^✗ No candidate of 5 passed in all iterations; the closest, c1, met 0 of 2: area\(2, 3\) gave 5 instead of 6/m);
    expect(last).toMatch(/^confidence 0\.00/);
  });

  it('gives every event as a line of JSON, the outcome last', async () => {
    const url = await serve([{ content: RIGHT }, { contents: [OTHER] }]);
    const { exitCode, stdout } = await fn([...AREA, '--base-url', url, '--json', '--add-imports']);
    const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as { event: string; task_id: string; phase: string; iteration: number; data: Record<string, unknown> });
    expect(lines.map(({ event }) => event)).toEqual(expect.arrayContaining(['stage_started', 'wave_started', 'candidate_checked', 'wave_finished', 'selected', 'finished', 'output_ready', 'outcome']));
    expect(new Set(lines.map(({ task_id }) => task_id)).size).toBe(1);
    const last = lines.at(-1)! as unknown as FnOutcome & { event: string; data: FnOutcome };
    expect(last).toMatchObject({ event: 'outcome', outcome: 'answered', exitCode: 0, ok: true, evidence: { trustedExamples: 2 }, data: { summary: expect.stringMatching(/^confidence 0\./) } });
    expect(last.text).toContain('return width * height');
    expect(exitCode).toBe(0);
  });

  it('saves a file that says how it was made, and tests beside it, never over another', async () => {
    const url = await serve([{ content: RIGHT }, { contents: [OTHER] }]);
    const save = [...AREA, '--base-url', url, '--profile', 'save', '--seed', '7'];
    await fn(save);
    const again = await fn(save);
    const folder = join(root, 'outputs/generated_code');
    expect(readdirSync(folder).sort()).toEqual(['area.py', 'area_2.py', 'test_area.py', 'test_area_2.py']);
    expect(readFileSync(join(folder, 'area.py'), 'utf8')).toMatch(/^# area: written by untilgreen fn on \d{4}-\d\d-\d\d with test-model, seed 7\.\n# confidence 0\.\d\d/);
    expect(readFileSync(join(folder, 'test_area_2.py'), 'utf8')).toContain('area_2');
    expect(again.stdout).toBe('');
    expect(again.stderr).toContain(`written: ${join(folder, 'area_2.py')}`);
  });

  it('tells the same events against a server that gives many samples at once and one that gives one at a time', async () => {
    const events = async (options: Partial<ModelServerOptions>, replies: Reply[]): Promise<unknown[]> => {
      const url = await serve(replies, options);
      const { stdout } = await fn([...AREA, '--base-url', url, '--json']);
      return stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as { event: string; phase: string; iteration: number; data: unknown }).filter(({ event }) => event !== 'outcome').map(({ event, phase, iteration, data }) => ({ event, phase, iteration, data }));
    };
    const texts = [OTHER, RIGHT, WRONG, OTHER];
    const many = await events({}, [{ content: WRONG }, { contents: texts }]);
    // Samples that are asked for one at a time may be asked for in any order: each by its seed.
    const one = await events({ choices: 'one' }, [(request: { body: { seed: number } }) => ({ content: [WRONG, ...texts][request.body.seed - 1_000]! })] as unknown as Reply[]);
    expect(one).toEqual(many);
    expect(many.length).toBeGreaterThan(10);
  });

  it('answers from a recording as it did when it was made', async () => {
    const url = await serve([{ content: WRONG }, { contents: [RIGHT, OTHER, WRONG, OTHER] }]);
    const recorded = await fn([...AREA, '--base-url', url, '--record', '{root}/run.jsonl']);
    const replayed = await fn([...AREA, '--replay', '{root}/run.jsonl']);
    expect(replayed).toMatchObject({ exitCode: 0, stdout: recorded.stdout, last: recorded.last });
    const other = await fn([...AREA, '--seed', '2', '--replay', '{root}/run.jsonl']);
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toMatch(/differs from the recording/);
  });

  it('reads the task from standard input and the doctests from a file', async () => {
    writeFileSync(join(root, 'examples.txt'), '>>> area(2, 3)\n6\n');
    const url = await serve([{ content: RIGHT }]);
    const { exitCode, stderr } = await fn(['--fn', 'area', '--task', '-', '--doctests', '{root}/examples.txt', '--no-design', '--base-url', url, '--candidates', '1'], 'The area of a rectangle.');
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^confidence 0\.\d\d .*; 1 trusted example met$/m);
  });

  it('says what it understood by a None as a person writes it', async () => {
    const url = await serve([{ content: '```python\ndef root(a: int):\n    return None if a < 0 else a\n```' }]);
    const { exitCode, stderr } = await fn(['--fn', 'root', '--task', 'Its root.', '--signature', 'def root(a: int):', '--doctests', '>>> root(-1)\nNone', '--base-url', url, '--candidates', '1']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^note: .*None.*returns None/m);
  });
});

describe('bad input ends with one clear line, exit code 2, and nothing written', () => {
  const some = ['--fn', 'area', '--task', 'x'];
  it.each<[string, string[], RegExp]>([
    ['no name', ['--task', 'x'], /^There is no name for the function\./],
    ['no task', ['--fn', 'f'], /^There is no task\./],
    ['an empty task', ['--fn', 'f', '--task', ' '], /^The task is empty\./],
    ['doctests that are empty', ['--fn', 'f', '--task', 'x', '--doctests', '\n'], /^--doctests holds nothing\. Leave it out/],
    ['a name that is none', ['--fn', '2x', '--task', 'x'], /^"2x" cannot be the name of a function in python\./],
    ['a keyword for a name', ['--fn', 'class', '--task', 'x'], /^"class" cannot be the name/],
    ['no candidates', [...some, '--candidates', '0'], /^--candidates 0: expected a whole number of at least 1\.$/],
    ['a negative number', [...some, '--iters', '-2'], /^--iters -2: expected a whole number of at least 1\.$/],
    ['no time', [...some, '--timeout', '0'], /^--timeout 0: expected seconds above 0/],
    ['too many candidates', [...some, '--candidates', '100000'], /^Expected the `candidates` option to be a whole number from 1 to 1000/],
    ['an unknown language', [...some, '--lang', 'pyton'], /^--lang pyton is unknown; did you mean python\?/],
    ['an unknown profile', [...some, '--profile', 'slow'], /^--profile slow is unknown/],
    ['an unknown way of decoding', [...some, '--decode', 'beam'], /^--decode beam is unknown/],
    ['two forms at once', [...some, '--standalone', '--add-imports'], /exclude each other/],
    ['a file from a profile that writes none', [...some, '--profile', 'copy', '--out', 'a.py'], /writes no file/],
    ['a signature of another function', [...some, '--signature', 'def other(a):'], /other/],
    ['a signature that does not parse', [...some, '--signature', 'def area(a'], /signature|parse/i],
    ['doctests that contradict each other', [...some, '--doctests', 'area(1) => 2\narea(2) => 4\narea(1) => 3'], /line 3 .*contradicts? line 1\b.*area\(1\)/i],
    ['doctests without an example', [...some, '--doctests', 'it multiplies'], /example/],
    ['a file of doctests that is missing', [...some, '--doctests', '{root}/gone.txt'], /^--doctests: there is no file /],
    ['a test file that is missing', [...some, '--tests', '{root}/test_gone.py'], /^--tests: there is no file /],
    ['a folder for a file', [...some, '--tests', '{root}'], /is not a regular file\.$/],
    ['a place that does not exist', [...some, '--out', '{root}/gone/area.py'], /^There is no directory .*gone for area\.py\./],
    ['a file that exists', [...some, '--out', '{root}/taken.py'], /taken\.py exists, and is not overwritten\./],
    ['a file of another language', [...some, '--out', '{root}/area.go'], /no name for a file in python/],
    ['standard input twice', ['--fn', 'f', '--task', '-', '--doctests', '-'], /^Standard input can be read once/],
    ['a recording that is missing', [...some, '--replay', '{root}/gone.jsonl'], /^There is no recording /],
  ])('%s', async (_title, args, message) => {
    writeFileSync(join(root, 'taken.py'), 'x = 1\n');
    const { exitCode, stderr, stdout } = await fn(args);
    expect(stderr).toMatch(/^untilgreen: [^\n]*\n$/);
    expect(stderr.replace(/^untilgreen: /, '').trimEnd()).toMatch(message);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(readdirSync(root)).toEqual(['taken.py']);
  });

  it('a model path that is no model is told before any work, with the code for no model', async () => {
    writeFileSync(join(root, 'notes.gguf'), 'not a model');
    const { exitCode, stderr } = await fn(['--fn', 'area', '--task', 'x', '--model', '{root}/notes.gguf']);
    expect(exitCode).toBe(8);
    expect(stderr).toMatch(/^untilgreen: .*notes\.gguf/);
  });

  it('a server that is not there is told with the code for no model', async () => {
    const { exitCode, stderr } = await fn([...AREA, '--base-url', 'http://127.0.0.1:9/v1', '--model', 'm']);
    expect(exitCode).toBe(8);
    expect(stderr).toMatch(/127\.0\.0\.1:9/);
  });
});

