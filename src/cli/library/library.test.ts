import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Capabilities, GateReport, Library } from '../../capabilities/interfaces.ts';
import { openLibrary } from '../../capabilities/library/open.ts';
import { evidenceFor, goSample, sample } from '../../capabilities/library/testing/samples.ts';
import type { GateName, UseResult } from '../../capabilities/types.ts';
import { UntilgreenError } from '../../core/errors.ts';
import { main } from '../main.ts';
import { KINDS } from './grammar.ts';

/** What the job would do, over a real folder of tools. */
let capabilities: Partial<Capabilities> & { library: Library };
const closed = vi.fn<() => Promise<void>>();
vi.mock('../../capabilities/engine.ts', () => ({ openCapabilities: async () => ({ close: closed, ...capabilities }) }));

let top: string;
beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'library-command-'));
  for (const [name, value] of Object.entries({ HOME: top, XDG_CONFIG_HOME: top, UNTILGREEN_HOME: join(top, 'home') })) vi.stubEnv(name, value);
  const library = await openLibrary(join(top, 'tools'));
  capabilities = { library };
  closed.mockClear();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(top, { recursive: true, force: true });
});

async function untilgreen(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true));
  const code = await main(['library', ...args]);
  vi.restoreAllMocks();
  return { code, ...said };
}
const stock = async (): Promise<void> => {
  await capabilities.library.save(sample(), '1.0.0', evidenceFor(sample()));
  const later = sample({ description: 'The later one.', made: { at: '2026-02-03T04:05:06.000Z', by: 'model', reason: 'a failure' } });
  await capabilities.library.save(later, '1.0.1', evidenceFor(later));
  await capabilities.library.save(goSample(), '1.0.0', evidenceFor(goSample()));
};
const NAME = 'calculate_percentage';
const gate = (name: GateName, ok: boolean) => ({ gate: name, ok, says: ok ? 'all held' : '3 of 9 mutants noticed (0.33)', data: {}, ms: 5 });
const gates = (ok: boolean): GateReport => ({ ok, gates: [gate('contract', true), gate('mutation', ok)], ...(!ok && { stoppedBy: 'mutation' as const }), cases: [], evidence: { ...evidenceFor(sample()) } });

describe('library list and show', () => {
  it('say what to do where there is nothing', async () => {
    expect(await untilgreen('list')).toEqual({ code: 0, out: '', err: `There are no tools in ${join(top, 'tools')} yet; \`untilgreen library seed\` brings some.\n` });
    expect(JSON.parse((await untilgreen('list', '--json')).out)).toEqual({ directory: join(top, 'tools'), tools: [], broken: [] });
  });

  it('show tools with their standing, archived ones when asked, and say which folder cannot be read', async () => {
    await stock();
    await capabilities.library.update('mean_linux', { status: 'archived', standing: { reason: 'unused', since: '2026-01-01' } });
    writeFileSync(join(top, 'tools', NAME, 'calculate_percentage.py'), 'def calculate_percentage(): pass\n');
    expect(await untilgreen('list')).toEqual({ code: 0, out: `${NAME}  1.0.1  python  The later one. · edited\n`, err: '' });
    expect((await untilgreen('list', '--all')).out).toContain('mean_linux            1.0.0  go      The mean of numbers. · archived: unused');
    writeFileSync(join(top, 'tools', 'mean_linux', 'tool.json'), '{');
    const broken = await untilgreen('list');
    expect(broken).toMatchObject({ code: 1, out: expect.stringContaining('✗ mean_linux: mean_linux/tool.json: ') as string });
  });

  it('show one tool: contract, examples, evidence and history, or its code alone', async () => {
    await stock();
    const { out } = await untilgreen('show', NAME);
    for (const line of ['percent (number): How many hundredths.', 'number, said as “{percent} percent of {number} is {result}.”', '{"percent": -1, "number": 3} → ValueError', '✓ visible_cases 3 of 3 cases hold', '*  1.0.1', 'a failure', '“What is 15 percent of 300?”']) expect(out).toContain(line);
    expect((await untilgreen('show', `${NAME}@1.0.0`)).out).toContain('Calculates a percentage of a number.');
    expect((await untilgreen('show', 'percent_of', '--code')).out).toBe(sample().code);
    expect(JSON.parse((await untilgreen('show', NAME, '--json')).out)).toMatchObject({ tool: { name: NAME, version: '1.0.1' }, edited: false, versions: [{ version: '1.0.0' }, { current: true }] });
    expect((await untilgreen('history', NAME)).out.split('\n')).toEqual([expect.stringMatching(/^ {3}1\.0\.0 {2}[0-9a-f]{12} {2}2026-01-02 03:04 {2}seed$/), expect.stringMatching(/^\* {2}1\.0\.1 .* model {2}a failure$/), '']);
  });

  it.each([
    [['show', 'calculate_percentag'], 'There is no tool "calculate_percentag"; did you mean calculate_percentage?'],
    [['show', `${NAME}@9.9.9`], `${NAME} has no version 9.9.9. There are: 1.0.0, 1.0.1.`],
    [['run', 'nothing_like_it'], 'There is no tool "nothing_like_it". `untilgreen library list` shows them all.'],
  ])('refuse %j', async (words, message) => {
    await stock();
    expect(await untilgreen(...words)).toMatchObject({ code: 1, err: expect.stringContaining(message) as string });
    expect(closed).toHaveBeenCalledOnce();
  });

  it('let no tool steer the terminal', async () => {
    const nasty = sample({ description: 'Nice\u001B[2J\u202Etool.\nsecond line' });
    await capabilities.library.save(nasty, '1.0.0', evidenceFor(nasty));
    for (const words of [['list'], ['show', NAME]]) {
      const { out } = await untilgreen(...words);
      expect(out).toContain('Nicetool. second line');
      // oxlint-disable-next-line no-control-regex
      expect(out).not.toMatch(/\u001B\[2J|\u202E/);
    }
  });
});

const answers = (result: UseResult) => {
  const use = vi.fn<Capabilities['use']>(async (name, _args, options) => ({ tool: (await capabilities.library.read(name, options?.version))!.tool, result }));
  capabilities.use = use;
  return use;
};

describe('library run', () => {
  it('prints the result alone to standard output, and says it beside', async () => {
    await stock();
    const use = answers({ ok: true, result: 45, ms: 3 });
    expect(await untilgreen('run', NAME, 'percent=15', 'number=300')).toEqual({ code: 0, out: '45\n', err: expect.stringContaining('15 percent of 300 is 45.') });
    expect(use.mock.calls[0]!.slice(0, 2)).toEqual([NAME, { percent: 15, number: 300 }]);
    expect(await untilgreen('run', `${NAME}@1.0.0`, '--args', '{"percent": 15, "number": 300}', '-q')).toEqual({ code: 0, out: '45\n', err: '' });
    expect(use.mock.calls[1]![2]).toMatchObject({ version: '1.0.0' });
    writeFileSync(join(top, 'arguments.json'), '{"percent": 1, "number": 2}');
    expect(JSON.parse((await untilgreen('run', NAME, '--args', `@${join(top, 'arguments.json')}`, '--json')).out)).toEqual({ tool: NAME, version: '1.0.1', arguments: { percent: 1, number: 2 }, ok: true, result: 45, ms: 3, says: '1 percent of 2 is 45.' });
  });

  it.each<[UseResult & { ok: true }, string]>([[{ ok: true, result: 'a\n b', ms: 1 }, 'a\n b\n'], [{ ok: true, result: { a: [1, null] }, ms: 1 }, '{"a": [1, null]}\n'], [{ ok: true, result: null, ms: 1 }, 'null\n']])('prints %j', async (result, out) => {
    await stock();
    answers(result);
    expect((await untilgreen('run', NAME, 'percent=1', 'number=1', '-q')).out).toBe(out);
  });

  it('ends with 1 where the tool refuses, and says why', async () => {
    await stock();
    answers({ ok: false, kind: 'declared_error', error: 'ValueError', message: 'percent is negative', ms: 1 });
    expect(await untilgreen('run', NAME, 'percent=-1', 'number=1', '-q')).toEqual({ code: 1, out: '', err: expect.stringContaining('percent is negative') });
    expect(JSON.parse((await untilgreen('run', NAME, 'percent=-1', 'number=1', '--json')).out)).toMatchObject({ ok: false, kind: 'declared_error', error: 'ValueError' });
  });

  it.each([
    [['run', NAME, 'percent=x'], 'percent=x: expected number.'], [['run', NAME, 'percent=1', '--args', '{}'], '--args gives all arguments'], [['run', NAME, '--args', '@/nowhere.json'], 'After @ stands a file'],
    [['run', `${NAME}@`], 'names no tool'], [['list', '--limit', '0'], 'Unknown option'], [['search', 'x', '--limit', '0'], '--limit 0: expected a whole number'], [['report', NAME, '--expected', '1', '--error'], 'exclude each other'],
    [['report', NAME, 'percent=1', '--expected', 'much'], '--expected=much: expected number.'], [['export', '--out', '/nowhere/tools.tar.gz'], 'there is no directory'],
    [['search', ' '], 'nothing to search for'], [['deprecate', NAME, '--instead', NAME], 'cannot take its own place'],
  ])('%j is bad usage', async (words, message) => {
    await stock();
    expect(await untilgreen(...words)).toMatchObject({ code: 2, err: expect.stringContaining(message) as string });
  });
});

describe('library changes', () => {
  it('test tells the gate that refused, and ends with 1', async () => {
    await stock();
    capabilities.test = async (name) => (name ? [name] : [NAME, 'mean_linux']).map((each) => ({ name: each, version: '1.0.0', report: gates(each === NAME) }));
    expect(await untilgreen('test', NAME)).toMatchObject({ code: 0, out: `✓ ${NAME} 1.0.0  2 gates passed\n` });
    expect(await untilgreen('test')).toMatchObject({ code: 1, out: `✓ ${NAME} 1.0.0  2 gates passed\n✗ mean_linux 1.0.0  stopped by mutation: 3 of 9 mutants noticed (0.33)\n` });
    expect(JSON.parse((await untilgreen('test', 'percent_of', '--json')).out)).toHaveLength(1);
    expect(await untilgreen('test', NAME, 'nobody')).toMatchObject({ code: 1, err: expect.stringContaining('There is no tool "nobody"') as string });
  });

  it('rollback, deprecate and restore go through aliases to the tool', async () => {
    await stock();
    capabilities.rollback = (name, version) => capabilities.library.setCurrent(name, version ?? '1.0.0', 'back');
    capabilities.deprecate = (name, { reason, instead }) => capabilities.library.update(name, { status: 'deprecated', standing: { reason, since: '2026-01-01', ...(instead && { instead }) } });
    capabilities.restore = (name) => capabilities.library.update(name, { status: 'active' });
    expect((await untilgreen('rollback', 'percent_of')).out).toBe(`${NAME} 1.0.0 is the current version again\n`);
    expect(JSON.parse((await untilgreen('deprecate', NAME, '--reason', 'slow', '--instead', 'mean_linux', '--json')).out)).toMatchObject({ name: NAME, status: 'deprecated', standing: { reason: 'slow', instead: 'mean_linux' } });
    expect((await untilgreen('list')).out).toContain('deprecated: slow; use mean_linux');
    expect((await untilgreen('restore', NAME)).out).toBe(`${NAME} 1.0.0 is active\n`);
    expect(await untilgreen('deprecate', NAME, '--instead', 'nobody')).toMatchObject({ code: 1 });
    expect(readFileSync(join(top, 'tools', NAME, 'tool.json'), 'utf8')).toContain('"status": "active"');
  });

  it('export writes all where none is named; import and seed tell what was refused', async () => {
    await stock();
    const exported = vi.fn<Capabilities['export']>(async (tools) => ({ tools: [...tools], signer: 'abcd' }));
    capabilities.export = exported;
    expect((await untilgreen('export', '--out', join(top, 'all.tar.gz'))).out).toContain(`all.tar.gz: ${NAME}, mean_linux\n`);
    const taken = [{ name: 'a_tool', version: '1.0.0', ok: true, why: 'admitted' }, { name: 'other', version: '2.0.0', ok: false, why: 'mutation: too few' }];
    const importing = vi.fn<Capabilities['import']>(async () => taken);
    capabilities.import = importing;
    capabilities.seed = async (names) => taken.filter(({ name }) => names?.includes(name) ?? true);
    expect(await untilgreen('import', 'x.tar.gz', '--trust')).toMatchObject({ code: 1, out: '✓  a_tool  1.0.0  admitted\n✗  other   2.0.0  mutation: too few\n' });
    expect(importing).toHaveBeenCalledWith(join(process.cwd(), 'x.tar.gz'), expect.objectContaining({ trust: true }));
    expect(await untilgreen('seed', 'a_tool', '--json')).toMatchObject({ code: 0, out: expect.stringContaining('"admitted"') as string });
  });

  it('report hands on what was right, as the tool gives it', async () => {
    await stock();
    const reported = vi.fn<Capabilities['report']>(async (name) => ({ ok: true, tool: (await capabilities.library.read(name))!.tool, made: true, gates: [] }));
    capabilities.report = reported;
    expect((await untilgreen('report', 'percent_of', 'percent=1', 'number=2', '--expected', '0.02')).out).toBe(`${NAME} 1.0.1 gives it\n`);
    expect(reported.mock.calls[0]!.slice(0, 2)).toEqual([NAME, { arguments: { percent: 1, number: 2 }, expected: 0.02 }]);
    await untilgreen('report', NAME, '--args', '{}', '--error');
    await untilgreen('report', NAME, '--error', 'ValueError', '--args', '{}');
    expect(reported.mock.calls.slice(1).map(([, failure]) => failure)).toEqual([{ arguments: {}, error: true }, { arguments: {}, error: 'ValueError' }]);
    capabilities.report = async () => ({ ok: false, reason: 'no repair passed', stoppedBy: 'hidden_cases', gates: [] });
    expect(await untilgreen('report', NAME, '--args', '{}')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('✗ no repair passed (stopped by hidden_cases)') as string });
  });

  it('optimise says how much faster, under both spellings', async () => {
    await stock();
    capabilities.optimise = async (name) => ({ ok: true, tool: (await capabilities.library.read(name))!.tool, made: true, gates: [], ratio: 2.34 });
    expect((await untilgreen('optimize', NAME)).out).toBe(`${NAME} 1.0.1 is 2.3 times as fast\n`);
    capabilities.optimise = async () => ({ ok: false, reason: 'none was faster', gates: [] });
    expect(await untilgreen('optimise', NAME, '--json')).toMatchObject({ code: 1, out: expect.stringContaining('"none was faster"') as string });
  });

  it('search, stats and suggest tell what they found', async () => {
    await stock();
    const { tool } = (await capabilities.library.read(NAME))!;
    capabilities.search = async (words, limit) => (words === 'two words' && limit === 3 ? [{ tool, probability: 0.8765, figures: {} }] : []);
    expect((await untilgreen('search', 'two words', '--limit', '3')).out).toBe(`0.88  ${NAME}  1.0.1  The later one.\n`);
    expect((await untilgreen('search', 'else')).err).toBe('Nothing like that is kept.\n');
    capabilities.stats = async () => ({
      tools: 2, byLanguage: { python: 1, go: 1 }, byStatus: { active: 2 }, requests: 4, reused: 2, made: 1, refused: 1,
      each: [{ name: NAME, version: '1.0.1', status: 'active', uses: 1, failures: 0, reliability: { mean: 0.666, above: 0.3 }, probation: true, lastUse: '2026-03-04T00:00:00Z' }],
    });
    expect((await untilgreen('stats')).out).toBe(`2 tools: 1 python, 1 go; 2 active\n4 requests: 2 reused a tool, 1 made one, 1 refused\n\n${NAME}  1.0.1  active  1 use, 0 failures, 67 % reliable, on probation  2026-03-04\n`);
    capabilities.suggest = async () => [{ kind: 'make', description: 'Converts currencies.', why: 'asked 3 times' }];
    expect((await untilgreen('suggest')).out).toBe('make one: Converts currencies.\n  asked 3 times\n');
  });

  it('end with the code of what is missing', async () => {
    await stock();
    capabilities.use = async () => { throw new UntilgreenError('no_sandbox', 'No sandbox.'); };
    capabilities.optimise = async () => { throw new UntilgreenError('no_model', 'No model.'); };
    expect((await untilgreen('run', NAME, 'percent=1', 'number=1')).code).toBe(7);
    expect((await untilgreen('optimise', NAME)).code).toBe(8);
    expect(closed).toHaveBeenCalledTimes(2);
  });
});

describe('library --help', () => {
  it.each(KINDS.map(({ name }) => name))('%s has examples that can be typed, and its exit codes', async (name) => {
    const { code, out } = await untilgreen(name, '--help');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Examples:\n  \\$ untilgreen library ${name}`));
    expect(out).toMatch(/Exit codes: 0 /);
    expect(out).toContain('--tools-dir <dir>');
    expect(out).toContain('--json');
  });
});
