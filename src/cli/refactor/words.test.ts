import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operationSchema } from '../../refactor/index.ts';
import { toolContext } from '../../tools/testing/context.prop.ts';
import type { ToolContext } from '../../tools/types.ts';
import { readers, type RefactorOptions } from './words.ts';

let context: ToolContext;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ context, close } = await toolContext({
    'utils.py': 'def slugify(text):\n    return text\n\n\ndef shorten(text):\n    return text\n',
    'helpers.py': 'from utils import slugify\n', 'lib/other.py': 'def clamp(n):\n    return n\n', 'twice.py': 'def clamp(n):\n    return n\n',
    'src/a.ts': 'export const a = 1;\n', 'README.md': 'x\n',
  }));
});
afterAll(() => close());

const options = (more: Partial<RefactorOptions> = {}): RefactorOptions => ({ dir: '.', ...more });

describe('the words of `refactor`', () => {
  test.each<[string, string, string[], Partial<RefactorOptions>, unknown]>([
    ['a name', 'rename', ['slugify', 'slug'], {}, { kind: 'rename', symbol: 'slugify', to: 'slug' }],
    ['a parameter of a file', 'rename', ['slugify', 'words'], { parameter: 'text', in: 'utils' }, { kind: 'rename', symbol: 'slugify', to: 'words', parameter: 'text', path: 'utils.py' }],
    ['symbols into a new module', 'move', ['slugify', 'shorten', 'text'], {}, { kind: 'move_symbols', symbols: ['slugify', 'shorten'], from: 'utils.py', to: 'text.py' }],
    ['one symbol into a module that is there', 'move', ['slugify', 'helpers.py'], { keepOld: true }, { kind: 'move_symbols', symbols: ['slugify'], from: 'utils.py', to: 'helpers.py', keepOld: true }],
    ['a file into a folder', 'move', ['helpers.py', 'lib/'], {}, { kind: 'move_module', from: 'helpers.py', to: 'lib/helpers.py' }],
    ['a file to a new name', 'move', ['src/a.ts', 'src/b.ts'], {}, { kind: 'move_module', from: 'src/a.ts', to: 'src/b.ts' }],
    ['a folder', 'move', ['lib', 'tools'], {}, { kind: 'move_module', from: 'lib', to: 'tools' }],
    ['modules', 'merge', ['utils', 'helpers'], {}, { kind: 'merge_modules', from: ['utils.py', 'helpers.py'], into: 'utils.py' }],
    ['modules into a new one', 'merge', ['utils', 'helpers'], { into: 'common' }, { kind: 'merge_modules', from: ['utils.py', 'helpers.py'], into: 'common.py' }],
    ['parts', 'split', ['utils.py', 'text.py:slugify,shorten'], {}, { kind: 'split_module', path: 'utils.py', parts: [{ to: 'text.py', symbols: ['slugify', 'shorten'] }] }],
    ['whole lines', 'extract', ['utils.py:2-2', 'same'], {}, { kind: 'extract_function', path: 'utils.py', fromLine: 2, toLine: 2, name: 'same' }],
    ['a part of a line', 'extract', ['utils.py:2:12-2:16', 'same'], {}, { kind: 'extract_function', path: 'utils.py', fromLine: 2, toLine: 2, fromColumn: 12, toColumn: 16, name: 'same' }],
    ['a function', 'inline', ['slugify'], {}, { kind: 'inline_function', symbol: 'slugify', path: 'utils.py' }],
    ['a signature', 'signature', ['slugify'], { add: ['limit: int = 10', 'strict := True'], drop: ['text'], order: 'limit, strict' }, { kind: 'change_signature', symbol: 'slugify', path: 'utils.py', drop: ['text'], add: [{ name: 'limit', type: 'int', default: '10' }, { name: 'strict', value: 'True' }], order: ['limit', 'strict'] }],
    ['unused imports of a folder', 'unused', ['lib'], { imports: true }, { kind: 'remove_unused', what: 'imports', paths: ['lib/other.py'] }],
    ['what was moved', 'imports', [], { moved: ['utils=lib.utils'] }, { kind: 'update_imports', moved: [{ from: 'utils', to: 'lib.utils' }] }],
  ])('mean %s', async (_title, kind, words, more, operation) => {
    const read = await readers[kind]!(words, options(more), context);
    expect(read).toEqual(operation);
    expect(operationSchema.parse(read)).toEqual(operation);
  });

  test.each<[string, string, string[], Partial<RefactorOptions>, unknown]>([
    ['a symbol of several files', 'inline', ['clamp'], {}, { code: 'ambiguous', message: expect.stringContaining('lib/other.py, twice.py') }],
    ['a symbol of none', 'inline', ['nothing'], {}, { code: 'not_found' }],
    ['a module that is not there', 'merge', ['utils', 'nope'], {}, { code: 'not_found', message: expect.stringContaining('nope') }],
    ['a place without lines', 'extract', ['utils.py', 'f'], {}, { code: 'usage', message: expect.stringContaining('src/a.py:10-20') }],
    ['one column', 'extract', ['utils.py:2:3-2', 'f'], {}, { code: 'usage', message: expect.stringContaining('column') }],
    ['a part without symbols', 'split', ['utils.py', 'text.py'], {}, { code: 'usage', message: expect.stringContaining('text.py:slugify,shorten') }],
    ['no change of a signature', 'signature', ['slugify'], {}, { code: 'usage', message: expect.stringContaining('--drop') }],
    ['a parameter that is none', 'signature', ['slugify'], { add: ['1x'] }, { code: 'usage', message: expect.stringContaining('--add 1x') }],
    ['half a move', 'imports', [], { moved: ['utils'] }, { code: 'usage', message: expect.stringContaining('old=new') }],
  ])('are refused for %s', async (_title, kind, words, more, error) => {
    await expect(readers[kind]!(words, options(more), context)).rejects.toMatchObject(error as object);
  });
});
