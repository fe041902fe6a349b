import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { defaultRegistry, type ToolRegistry } from './tool-registry.ts';
import { oddProject, treeOf } from './testing/tree.prop.ts';

let root: string;
let project: string;
let registry: ToolRegistry;
let before: string[];
beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-bad-input-')));
  project = join(root, 'project');
  mkdirSync(project);
  oddProject(project);
  const config = await loadConfig({ directory: project, env: { HOME: root, UNTILGREEN_HOME: join(root, 'home') }, cwd: project });
  registry = defaultRegistry({ directory: project, config });
  before = treeOf(project);
});
afterAll(async () => {
  await registry.close();
  rmSync(root, { recursive: true, force: true });
});

/** What a call answered, which of the expected words its message lacks, and whether the project is another one than before. */
async function answerTo(name: string, args: unknown, says: readonly (string | RegExp)[]) {
  const answer = await registry.execute(name, args);
  const message = answer.ok ? '' : answer.message;
  const lacks = says.filter((part) => !(typeof part === 'string' ? message.includes(part) : part.test(message)));
  return { answer, lacks: lacks.length ? { lacks, message } : undefined, tree: treeOf(project) };
}
/** A refusal that says enough, with nothing written. */
const refusal = (code: string) => ({ answer: { ok: false, code, message: expect.any(String), data: expect.anything() }, lacks: undefined, tree: before });

const edits = [{ oldText: 'return', newText: 'yield' }];

describe('arguments that do not fit are refused by name, with what was expected', () => {
  it.each<[string, string, unknown, string, (string | RegExp)[]]>([
    ['an unknown tool', 'file_raed', { path: 'a.py' }, 'unknown_tool', ['file_raed', 'Did you mean file_read?']],
    ['a tool that has no likeness', 'teleport', {}, 'unknown_tool', ['teleport', 'There are: file_read']],
    ['a name of the language itself', 'constructor', {}, 'unknown_tool', ['constructor']],
    ['a missing argument', 'file_read', {}, 'bad_arguments', ['path: expected string, got nothing']],
    ['no arguments', 'file_write', undefined, 'bad_arguments', ['path: expected string', 'content: expected string']],
    ['a list of arguments', 'file_read', ['a.py'], 'bad_arguments', ['arguments: expected object, got an array']],
    ['a text of arguments', 'file_read', '{"path":"a.py"}', 'bad_arguments', ['expected object, got string']],
    ['an argument of the wrong type', 'file_read', { path: 7 }, 'bad_arguments', ['path: expected string, got number 7']],
    ['null for an argument', 'file_read', { path: null }, 'bad_arguments', ['path: expected string, got null']],
    ['an inner argument of the wrong type', 'edit_file', { path: 'a.py', edits: [{ oldText: 'r', newText: 1 }] }, 'bad_arguments', ['edits[0].newText: expected string, got number 1']],
    ['no edits', 'edit_file', { path: 'a.py', edits: [] }, 'bad_arguments', ['edits']],
    ['an extra argument', 'file_read', { path: 'a.py', encoding: 'latin1' }, 'bad_arguments', ['encoding is not an argument; known: path, fromLine, toLine']],
    ['a mistyped argument', 'search', { pattern: 'x', maxResult: 5 }, 'bad_arguments', ['did you mean maxResults?']],
    ['another value than the known ones', 'file_write', { path: 'n.py', content: '', mode: 'patch' }, 'bad_arguments', ['mode: expected one of "write", "append", "create", got string "patch"']],
    ['a negative timeout', 'shell', { command: 'true', timeout: -1 }, 'bad_arguments', ['timeout', />\s?0/]],
    ['a timeout of zero', 'shell', { command: 'true', timeout: 0 }, 'bad_arguments', ['timeout']],
    ['a timeout without end', 'shell', { command: 'true', timeout: Number.POSITIVE_INFINITY }, 'bad_arguments', ['timeout']],
    ['a timeout that is no number', 'shell', { command: 'true', timeout: '5s' }, 'bad_arguments', ['timeout: expected number, got string "5s"']],
    ['an empty command', 'shell', { command: '' }, 'bad_arguments', ['command']],
    ['an invalid expression', 'search', { pattern: '(' }, 'bad_arguments', ['pattern is not a regular expression', 'literal: true']],
    ['an expression with a bad range', 'search', { pattern: '[z-a]' }, 'bad_arguments', ['pattern', 'literal: true']],
    ['an empty pattern', 'search', { pattern: '' }, 'bad_arguments', ['pattern']],
    ['a negative number of results', 'search', { pattern: 'x', maxResults: -5 }, 'bad_arguments', ['maxResults', />=\s?1/]],
    ['more results than can be given', 'search', { pattern: 'x', maxResults: 1e9 }, 'bad_arguments', ['maxResults', '1000']],
    ['a part of a line number', 'file_read', { path: 'a.py', fromLine: 1.5 }, 'bad_arguments', ['fromLine']],
    ['lines in the wrong order', 'file_read', { path: 'a.py', fromLine: 2, toLine: 1 }, 'bad_arguments', ['toLine (1) stands before fromLine (2)']],
    ['a line beyond the end', 'file_read', { path: 'a.py', fromLine: 99 }, 'bad_arguments', ['fromLine is 99', 'a.py has 2 lines']],
  ])('%s', async (_title, name, args, code, says) => {
    expect(await answerTo(name, args, says)).toEqual(refusal(code));
  });
});

/** One call of each tool that takes a path, with `path` in its place. */
const READS: [string, (path: string) => unknown][] = [
  ['file_read', (path) => ({ path })],
  ['edit_file', (path) => ({ path, edits })],
  ['move_file', (path) => ({ from: path, to: 'moved.txt' })],
  ['backup_file', (path) => ({ path })],
  ['search', (path) => ({ pattern: 'x', path })],
  ['format_code', (path) => ({ paths: [path] })],
  ['run_tests', (path) => ({ files: [path] })],
  ['delete_file', (path) => ({ path })],
];
const WRITES: [string, (path: string) => unknown][] = [
  ['file_write', (path) => ({ path, content: 'y\n' })],
  ['file_write', (path) => ({ path, content: 'y\n', mode: 'append' })],
  ['create_file', (path) => ({ path, content: 'y\n' })],
  ['move_file', (path) => ({ from: 'a.py', to: path })],
];
const TEXT: [string, (path: string) => unknown][] = [READS[0]!, READS[1]!, WRITES[0]!, WRITES[1]!];

describe.each<[string, string, string, typeof READS, (string | RegExp)[]]>([
  ['a missing file', 'nowhere.txt', 'file_missing', READS, ['nowhere.txt', /search|delete|back up|Leave path out/]],
  ['a file below a file', 'a.py/x', 'not_a_file', WRITES, ['a.py/x cannot be there: a.py is a file', /another path|does not lie below/]],
  ['a binary file', 'bin.dat', 'binary_file', TEXT, ['bin.dat is not text: it holds NUL bytes', 'UTF-8 only']],
  ['a file that is not UTF-8', 'latin.txt', 'binary_file', TEXT, ['latin.txt is not text: it is not valid UTF-8', 'program of its own']],
  ['a directory', 'sub', 'not_a_file', [READS[0]!, READS[1]!, READS[2]!, READS[3]!, READS[7]!, WRITES[0]!, WRITES[1]!], ['sub is a directory', 'Give the path of a regular file']],
  ['a file of 100 MB', 'huge.txt', 'too_large', [...TEXT, READS[2]!, READS[3]!], ['huge.txt has 100000000 bytes', '10485760', 'workspace.max_file_mb']],
  ['a link that leads out', 'out', 'path_unsafe', [...TEXT, READS[2]!, READS[3]!], ['out is a symbolic link to /etc/hosts', 'links are not followed', 'Use the path that it points to']],
  ['a link into the project', 'inside', 'path_unsafe', TEXT, ['inside is a symbolic link to a.py']],
  ['a link to everything', 'slash/etc/hosts', 'path_unsafe', [...READS.filter(([name]) => name !== 'search'), ...WRITES], ['slash, on the way to slash/etc/hosts, is a symbolic link']],
  ['links that lead in a circle', 'loop1', 'path_unsafe', TEXT, ['loop1 is a symbolic link to loop2']],
  ['a path through such links', 'loop1/x', 'path_unsafe', [...TEXT, ...WRITES], ['loop1, on the way to loop1/x, is a symbolic link to loop2']],
  ['a fifo', 'fifo', 'not_a_file', [...READS, ...WRITES], ['fifo is a fifo, a socket or a device', 'regular file']],
  ['an absolute path', '/etc/hosts', 'path_outside', [...READS, ...WRITES], ['/etc/hosts is not relative to the project', "from the project's root"]],
  ['a path of another system', 'C:\\Windows\\win.ini', 'path_outside', [...READS, ...WRITES], ['C:\\Windows\\win.ini is not relative']],
  ['a home directory', '~/.ssh/id_rsa', 'path_outside', [...READS, ...WRITES], ['~/.ssh/id_rsa is not relative']],
  ['a path outside', '../secret', 'path_outside', [...READS, ...WRITES], ['../secret leads out of the project', 'without ".."']],
  ['a path that leaves and comes back', 'sub/../../project/a.py', 'path_outside', [...READS, ...WRITES], ['leads out of the project']],
  ['a NUL byte', 'a\0.py', 'path_unsafe', [...READS, ...WRITES], ['a\\u0000.py', 'control character', 'plain path']],
  ['a line break', 'a\n.py', 'path_unsafe', [...READS, ...WRITES], ['control character']],
  ['an empty path', '', 'path_unsafe', [...READS, ...WRITES], ['The path is empty', 'src/app.py']],
  ['version control', '.git/hooks/pre-commit', 'path_unsafe', [...READS, ...WRITES], ['.git/hooks/pre-commit lies inside .git', 'version control to the user']],
])('%s', (_title, path, code, calls, says) => {
  it.each(calls.map(([name, args]) => [name, args(path)] as const))('is refused by %s %j', async (name, args) => {
    expect(await answerTo(name, args, says)).toEqual(refusal(code));
  });
});

it('what cannot be read as JSON is refused too, and not thrown', async () => {
  const circle: Record<string, unknown> = {};
  circle['path'] = circle;
  const trap = new Proxy({}, { get: () => { throw new Error('trap'); }, ownKeys: () => { throw new Error('trap'); } });
  let deep: unknown = 'a.py';
  for (let i = 0; i < 100_000; i += 1) deep = [deep];
  for (const args of [circle, trap, deep, { path: 1n }, { path: Symbol('x') }, () => 1, Number.NaN]) {
    expect(await registry.execute('file_read', args)).toMatchObject({ ok: false, code: 'bad_arguments', message: expect.stringContaining('file_read: ') });
  }
  for (const name of [undefined, 7, null, {}] as unknown as string[]) expect(await registry.execute(name, {})).toMatchObject({ ok: false, code: 'unknown_tool' });
  expect(treeOf(project)).toEqual(before);
});
