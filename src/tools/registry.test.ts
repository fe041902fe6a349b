import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultTools, runTool, toolNamed, toolSchemas } from './registry.ts';
import { searchWithRegExp } from './search-regexp.ts';
import { ripgrepPath, searchWithRipgrep } from './search-ripgrep.ts';
import { toolContext } from './testing/context.prop.ts';
import type { ToolContext } from './types.ts';

const FILES = { 'a.py': 'def area(r):\n    return 3 * r\n', 'b.js': 'export const x = 1;\n', 'src/deep.txt': 'one\nfoo bar\n', 'crlf.txt': 'a\r\nb\r\n' };
let context: ToolContext;
let close: () => Promise<void>;
beforeAll(async () => ({ context, close } = await toolContext(FILES)));
afterAll(() => close());

const edit = (oldText: string, newText: string) => [{ oldText, newText }];

describe('every refusal names its code and leaves the files as they were', () => {
  test.each([
    ['an unknown tool', 'edit_fil', {}, 'unknown_tool', 'edit_file'],
    ['a missing argument', 'create_file', { path: 'n.py' }, 'bad_arguments', 'content: expected string'],
    ['a mistyped argument', 'file_read', { path: 'a.py', formLine: 1 }, 'bad_arguments', 'did you mean fromLine?'],
    ['creating what exists', 'create_file', { path: 'a.py', content: '' }, 'file_exists', 'edit_file'],
    ['creating what does not parse', 'create_file', { path: 'n.py', content: 'def f(:\n' }, 'breaks_syntax', 'line 1'],
    ['creating a file that leaves code out', 'create_file', { path: 'n.py', content: 'x = 1\n# ... existing code ...\n' }, 'omission', 'line 2'],
    ['replacing a file by half of it', 'file_write', { path: 'a.py', content: 'def area(r):\n    # rest of the function unchanged\n    pass\n' }, 'omission', 'edit_file'],
    ['an absolute path', 'create_file', { path: '/etc/x', content: '' }, 'path_outside', '/etc/x'],
    ['a path that leads out', 'file_write', { path: 'src/../../x', content: '' }, 'path_outside', 'leads out'],
    ['a path inside .git', 'file_write', { path: '.git/config', content: '' }, 'path_unsafe', '.git'],
    ['an edit of a missing file', 'edit_file', { path: 'no.py', edits: edit('a', 'b') }, 'file_missing', 'no.py'],
    ['an edit that matches nowhere', 'edit_file', { path: 'a.py', edits: edit('    return 9 * q', 'x') }, 'not_found', 'a.py'],
    ['an edit that cuts a word', 'edit_file', { path: 'a.py', edits: edit('are', 'volum') }, 'split_token', 'a.py'],
    ['an edit that breaks the file', 'edit_file', { path: 'a.py', edits: edit('    return 3 * r', '    return (3 * r') }, 'breaks_syntax', 'would not parse'],
    ['deleting what is missing', 'delete_file', { path: 'no.py' }, 'file_missing', 'no.py'],
    ['moving onto a file', 'move_file', { from: 'a.py', to: 'b.js' }, 'file_exists', 'b.js'],
    ['backing up what is missing', 'backup_file', { path: 'no.py' }, 'file_missing', 'no.py'],
    ['reading beyond the end', 'file_read', { path: 'a.py', fromLine: 9 }, 'bad_arguments', 'has 2 lines'],
    ['a broken expression', 'search', { pattern: '(' }, 'bad_arguments', 'literal: true'],
    ['a writing that changes nothing', 'file_write', { path: 'b.js', content: FILES['b.js'] }, 'no_change', 'b.js'],
    ['a content beyond the limit', 'file_write', { path: 'big.txt', content: 'x'.repeat(100_001) }, 'too_large', 'big.txt'],
    ['a step for the coder without a model', 'refactor_code', { path: 'a.py', instruction: 'x' }, 'no_model', 'model'],
    ['an instruction for the tester without a model', 'generate_tests', { path: 'a.py', instruction: 'x' }, 'no_model', 'model'],
    ['a behaviour for the tester without a model', 'generate_tests', { target: 'areas grow' }, 'no_model', 'model'],
    ['a dependency without a manifest', 'add_dependency', { name: 'left-pad' }, 'file_missing', 'package.json'],
    ['a dependency by URL', 'add_dependency', { name: 'git+https://x.test/y' }, 'bad_arguments', 'plain name'],
  ])('%s', async (_title, name, args, code, says) => {
    const result = await runTool(name, args, context);
    expect(result).toMatchObject({ ok: false, code });
    expect(!result.ok && result.message).toContain(says);
    expect(await context.bench.deltas()).toEqual([]);
  });
});

test('a dependency needs an approval, and a list written by the run does not give it', async () => {
  const own = await toolContext({ 'package.json': '{"name":"p"}\n' });
  try {
    await own.context.bench.write([{ kind: 'write', path: 'allowed_deps.json', content: '{"javascript":["left-pad"]}' }]);
    expect(await runTool('add_dependency', { name: 'left-pad' }, own.context)).toMatchObject({ ok: false, code: 'approval_needed' });
    const denied = { ...own.context, approve: () => Promise.resolve({ answer: 'denied' as const }) };
    expect(await runTool('add_dependency', { name: 'left-pad' }, denied)).toMatchObject({ ok: false, code: 'dependency_refused' });
  } finally {
    await own.close();
  }
});

test('editing returns the changed lines, and names an export that vanished', async () => {
  const own = await toolContext({ 'a.py': FILES['a.py'], 'use.py': 'from a import area\n' });
  try {
    const result = await runTool('edit_file', { file_path: 'a.py', edits: [{ old_string: 'def area(r):', new_string: 'def volume(r):' }] }, own.context);
    expect(result).toMatchObject({ ok: true, changed: ['a.py'], data: { vanished: [{ name: 'area', referencedIn: ['use.py'] }] } });
    expect(result.ok && (result.data as { changed: string }).changed).toContain('1| def volume(r):');
  } finally {
    await own.close();
  }
});

test('a rewritten file keeps its line ending, and a moved one its bytes', async () => {
  const own = await toolContext(FILES);
  try {
    await runTool('file_write', { path: 'crlf.txt', content: 'a\nc\n' }, own.context);
    expect((await own.context.bench.readText('crlf.txt')).text).toBe('a\r\nc\r\n');
    await runTool('move_file', { from: 'crlf.txt', to: 'new/x.txt' }, own.context);
    expect((await own.context.bench.readText('new/x.txt')).text).toBe('a\r\nc\r\n');
    expect(await own.context.bench.exists('crlf.txt')).toBe(false);
  } finally {
    await own.close();
  }
});

test.each(['foo', '^one$', 'b.r', 'x|r', '\\bbar\\b', 'return'])('ripgrep and our own search agree on %s', async (pattern) => {
  const binary = await ripgrepPath();
  const query = { root: context.bench.root, pattern, ignoreCase: false, maxResults: 50, files: ['a.py', 'b.js', 'crlf.txt', 'src/deep.txt'] };
  const own = await searchWithRegExp(query, context.bench);
  expect('matches' in own && own.matches.length).toBeGreaterThan(0);
  expect(binary ? await searchWithRipgrep(binary, query) : own).toEqual(own);
});

test('an expression that backtracks without end is stopped and named, by whichever search meets it', async () => {
  const own = await toolContext({ 'a.txt': `${'a'.repeat(60)}!\n` });
  try {
    const query = { root: own.context.bench.root, pattern: '^(a+)+$', ignoreCase: false, maxResults: 5, files: ['a.txt'] };
    expect(await searchWithRegExp(query, own.context.bench)).toEqual({ problem: expect.stringContaining('takes longer than 2 s on a.txt') });
    // A look-ahead is beyond ripgrep, so that the tool has to search by itself.
    expect(await runTool('search', { pattern: '^(?=a)(a+)+$' }, own.context)).toMatchObject({ ok: false, code: 'bad_arguments', message: expect.stringContaining('nested repetitions') });
  } finally {
    await own.close();
  }
});

test('aliases and the three schema forms cover every tool', () => {
  expect(toolNamed('read_file')?.name).toBe('file_read');
  expect(toolNamed('run_command')?.name).toBe('shell');
  for (const form of ['openai', 'anthropic', 'mcp'] as const) expect(toolSchemas(form)).toHaveLength(defaultTools().length);
});
