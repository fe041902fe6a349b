import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig } from '../config/schema.ts';
import { UntilgreenError } from '../core/errors.ts';
import { undoApply } from '../workspace/undo.ts';
import { defaultTools } from './registry.ts';
import type { ToolSessionOptions } from './session.ts';
import { defaultRegistry, ToolRegistry } from './tool-registry.ts';

let root: string;
let project: string;
let registry: ToolRegistry;
let config: LoadedConfig;
beforeEach(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-registry-')));
  project = join(root, 'shop');
  mkdirSync(project);
  writeFileSync(join(project, 'a.py'), 'x = 1\ny = 2\n');
  config = await loadConfig({ directory: project, env: { PATH: process.env.PATH, HOME: root, UNTILGREEN_HOME: join(root, 'home') }, cwd: project });
  registry = defaultRegistry({ directory: project, config });
});
afterEach(async () => {
  await registry.close();
  rmSync(root, { recursive: true, force: true });
});
const text = (path: string) => readFileSync(join(project, path), 'utf8');
const anyArgs = z.strictObject({});

describe('the tools of the library', () => {
  it('are those of a run and run_code', () => {
    expect(registry.list().map((t) => t.name)).toEqual([...defaultTools().map((t) => t.name), 'run_code']);
    for (const name of ['file_read', 'file_write', 'shell', 'search', 'edit_file', 'run_tests', 'run_code']) expect(registry.get(name)?.name).toBe(name);
  });

  it('write, append, create, edit and read, each change a transaction of its own', async () => {
    expect(await registry.execute('file_write', { path: 'n.md', content: 'one\n', mode: 'create' })).toMatchObject({ ok: true, applied: [{ path: 'n.md', kind: 'added' }] });
    expect(await registry.execute('file_write', { path: 'n.md', content: 'x\n', mode: 'create' })).toMatchObject({ ok: false, code: 'file_exists' });
    const appended = await registry.execute('file_write', { path: 'n.md', content: 'two\n', mode: 'append' });
    expect(text('n.md')).toBe('one\ntwo\n');
    await undoApply(join(root, 'home/journals'), { runId: appended.run! });
    expect(text('n.md')).toBe('one\n');
    await registry.execute('edit_file', { path: 'a.py', edits: [{ oldText: 'y = 2', newText: 'y = 3' }] });
    expect(await registry.execute('file_read', { path: 'a.py', fromLine: 2 })).toMatchObject({ ok: true, data: { text: '2| y = 3' } });
  });

  it('run commands with a time limit, and snippets apart from the project', async () => {
    expect(await registry.execute('shell', { command: 'cat a.py; sleep 30', timeout: 1 })).toMatchObject({ ok: true, data: { status: 'timeout', stdout: 'x = 1\ny = 2\n' } });
    expect(await registry.execute('run_code', { language: 'python', code: 'import os\nprint(sorted(os.listdir("."))[:1], 6 * 7)' })).toMatchObject({ ok: true, data: { exitCode: 0, stdout: expect.stringContaining('42') } });
    expect(await registry.execute('run_tests', { command: 'grep -q "x = 1" a.py' })).toMatchObject({ ok: true, data: { passed: true } });
  });

  it('search by expression and file pattern, as many as are asked for, and leave alone what git ignores', async () => {
    writeFileSync(join(project, '.gitignore'), 'out/\n*.log\n');
    mkdirSync(join(project, '.git'));
    for (const path of ['out/a.py', 'node_modules/p/a.py', 'src/b.py', 'src/c.js', 'd.log']) {
      mkdirSync(join(project, path, '..'), { recursive: true });
      writeFileSync(join(project, path), 'x = 1\nx = 2\n');
    }
    const found = async (args: object) => {
      const result = await registry.execute('search', { pattern: '^x = \\d', ...args });
      return result.ok ? (result.data as { matches: { path: string; line: number }[]; truncated: boolean }) : result;
    };
    expect(await found({})).toMatchObject({ truncated: false, matches: [{ path: 'a.py', line: 1 }, { path: 'src/b.py', line: 1 }, { path: 'src/b.py', line: 2 }, { path: 'src/c.js' }, { path: 'src/c.js' }] });
    expect(await found({ glob: 'src/**/*.py' })).toMatchObject({ matches: [{ path: 'src/b.py' }, { path: 'src/b.py' }] });
    expect(await found({ maxResults: 2 })).toMatchObject({ truncated: true, matches: [{ path: 'a.py' }, { path: 'src/b.py' }] });
  });
});

describe('your own tool', () => {
  it('is registered in five lines, works on the project and shows its schema', async () => {
    registry.register({
      name: 'count_lines', description: 'Count the lines of a file.', effect: 'read', schema: z.strictObject({ path: z.string() }),
      run: async ({ path }, { bench }) => (await bench.readText(path)).text.split('\n').length - 1,
    });
    expect(await registry.execute('count_lines', { path: 'a.py' })).toEqual({ ok: true, data: 2, summary: '2' });
    expect(await registry.execute('count_lines', { path: 'b.py' })).toMatchObject({ ok: false, code: 'file_missing', message: expect.stringContaining('b.py') });
    expect(registry.schemas('openai').at(-1)).toEqual({ type: 'function', function: { name: 'count_lines', description: 'Count the lines of a file.', parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'], additionalProperties: false } } });
    expect(registry.schemas('anthropic').at(-1)).toMatchObject({ name: 'count_lines', input_schema: { type: 'object' } });
    expect(registry.schemas('mcp').at(-1)).toMatchObject({ name: 'count_lines', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } });
  });

  it('may write, and its change is applied and undone like that of any other', async () => {
    registry.register({
      name: 'stamp', description: 'Stamp a file.', schema: z.strictObject({ path: z.string() }),
      run: ({ path }, { bench }) => bench.write([{ kind: 'write', path, content: 'stamped\n' }]),
    });
    const result = await registry.execute('stamp', { path: 's.txt' });
    expect(result).toMatchObject({ ok: true, data: null, applied: [{ path: 's.txt', kind: 'added' }] });
    await undoApply(join(root, 'home/journals'), { runId: result.run! });
    expect(execFileSync('ls', [project], { encoding: 'utf8' })).toBe('a.py\n');
  });

  it.each<[string, () => unknown, unknown]>([
    ['a value', () => ({ a: [1, 'ü', null] }), { ok: true, data: { a: [1, 'ü', null] }, summary: '{"a":[1,"ü",null]}' }],
    ['a promise of a text', async () => 'hello', { ok: true, data: 'hello', summary: 'hello' }],
    ['nothing', () => undefined, { ok: true, data: null, summary: 'null' }],
    ['a result of a tool', () => ({ ok: true, data: 1, summary: 'one' }), { ok: true, data: 1, summary: 'one' }],
    ['a refusal of a tool', () => ({ ok: false, code: 'not_found', message: 'no' }), { ok: false, code: 'not_found', message: 'no' }],
    ['what only looks like a result', () => ({ ok: true }), { ok: true, data: { ok: true }, summary: '{"ok":true}' }],
    ['a circle', () => { const a: { a?: unknown } = {}; a.a = a; return a; }, { ok: false, code: 'tool_failed', message: 'mine gave a value that is not JSON. Return plain objects, arrays, texts, numbers, booleans or null.' }],
    ['an exception', () => { throw new RangeError('too far'); }, { ok: false, code: 'tool_failed', message: 'mine: too far' }],
    ['an exception that is no error', () => { throw 'text'; }, { ok: false, code: 'tool_failed', message: 'mine: text' }],
    ['an error with a code', () => { throw new UntilgreenError('not_found', 'Nothing like it.', { what: 'x' }, 'Look again.'); }, { ok: false, code: 'not_found', message: 'mine: Nothing like it. Look again.', data: { what: 'x' } }],
  ])('may give %s', async (_title, run, expected) => {
    registry.register({ name: 'mine', description: 'Mine.', schema: anyArgs, standalone: true, run });
    expect(await registry.execute('mine', {})).toEqual(expected);
  });

  it('is taken out again by name or alias', async () => {
    registry.register({ name: 'mine', aliases: ['my'], description: 'Mine.', schema: anyArgs, run: () => 1 });
    expect(registry.get('my')?.name).toBe('mine');
    expect([registry.unregister('my'), registry.unregister('mine')]).toEqual([true, false]);
    expect(await registry.execute('mine', {})).toMatchObject({ ok: false, code: 'unknown_tool' });
  });

  it.each<[string, object, RegExp]>([
    ['a name that function calling does not take', { name: 'my tool' }, /"my tool".*letters/],
    ['a name that is too long', { name: 'x'.repeat(65) }, /1 to 64/],
    ['a name that is taken', { name: 'shell' }, /a tool shell already.*unregister/],
    ['a name that is an alias', { name: 'read_file' }, /read_file already: file_read/],
    ['an alias that is taken', { name: 'mine', aliases: ['search'] }, /search already/],
    ['no description', { name: 'mine', description: ' ' }, /mine has no description/],
    ['a schema that is not one of an object', { name: 'mine', schema: z.array(z.string()) }, /schema of mine is one of array.*z\.object/],
    ['a JSON schema', { name: 'mine', schema: { type: 'object' } }, /schema of mine is not one of zod 4.*z\.object/],
  ])('is refused with %s', (_title, part, says) => {
    expect(() => registry.register({ description: 'Mine.', schema: anyArgs, run: () => 1, ...(part as { name: string }) })).toThrow(says);
    expect(registry.list()).toHaveLength(defaultTools().length + 1);
  });
});

it.each<[string, () => unknown, string]>([
  ['options without a directory', () => defaultRegistry({} as ToolSessionOptions), 'Expected the `directory` option to be the path of a directory, got nothing.'],
  ['a directory that is no path', () => new ToolRegistry({ directory: 3 as never }), 'Expected the `directory` option to be the path of a directory, got 3.'],
  ['an unknown form of schemas', () => registry.schemas('gemini' as 'mcp'), 'Expected the `form` of schemas to be openai, anthropic or mcp, got "gemini".'],
])('%s are refused', (_title, make, message) => {
  expect(make).toThrow(expect.objectContaining({ code: 'bad_arguments', message }));
});

it('closes at the end of its block', async () => {
  const left = await (async () => {
    await using own = defaultRegistry({ directory: project });
    return own;
  })();
  expect(await left.execute('file_read', { path: 'a.py' })).toMatchObject({ ok: false, code: 'usage', message: expect.stringContaining('closed') });
});

describe('a registry without a project', () => {
  const alone = new ToolRegistry();
  alone.register({ name: 'add', description: 'Add.', schema: z.strictObject({ a: z.number(), b: z.number().default(1) }), standalone: true, run: ({ a, b }) => a + b });
  alone.register({ name: 'look', description: 'Look.', schema: anyArgs, run: (_args, { bench }) => bench.root });
  alone.register({ name: 'reach', description: 'Reach.', schema: anyArgs, standalone: true, run: (_args, context) => context.bench.root });

  it('runs what needs none, and says what the others lack', async () => {
    expect(await alone.execute('add', { a: 2 })).toMatchObject({ ok: true, data: 3 });
    expect(await alone.execute('look', {})).toMatchObject({ ok: false, code: 'usage', message: expect.stringContaining('new ToolRegistry({ directory })') });
    expect(await alone.execute('reach', {})).toMatchObject({ ok: false, code: 'usage', message: expect.stringContaining('no bench') });
  });
});

it('a directory that is not there is a refusal of each call, and works once it is made', async () => {
  const directory = join(root, 'later');
  const later = defaultRegistry({ directory, config });
  expect(await later.execute('file_write', { path: 'a.py', content: 'x\n' })).toMatchObject({ ok: false, code: 'directory_missing', message: expect.stringContaining(directory) });
  mkdirSync(directory);
  expect(await later.execute('file_write', { path: 'a.py', content: 'x\n' })).toMatchObject({ ok: true });
  await later.close();
});

it('a call that is cancelled says so and writes nothing, before and while it runs', async () => {
  const stop = new AbortController();
  const running = registry.execute('shell', { command: 'echo 9 > a.py; sleep 30', keep: true }, { signal: stop.signal });
  setTimeout(() => stop.abort(), 300);
  expect(await running).toMatchObject({ ok: false, code: 'cancelled' });
  expect(await registry.execute('file_write', { path: 'a.py', content: 'z\n' }, { signal: stop.signal })).toMatchObject({ ok: false, code: 'cancelled' });
  expect(text('a.py')).toBe('x = 1\ny = 2\n');
});

it('calls that come together write one after the other', async () => {
  const answers = await Promise.all(['1', '2', '3', '4'].map((line) => registry.execute('file_write', { path: 'n.txt', content: `${line}\n`, mode: 'append' })));
  expect(answers.every((a) => a.ok)).toBe(true);
  expect(text('n.txt')).toBe('1\n2\n3\n4\n');
});

it('a closed registry refuses', async () => {
  await registry.close();
  expect(await registry.execute('file_read', { path: 'a.py' })).toMatchObject({ ok: false, code: 'usage', message: expect.stringContaining('closed') });
});
