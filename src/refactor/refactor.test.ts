import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silent } from '../core/events.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { openSandbox } from '../sandbox/open.ts';
import { Benches } from '../workspace/testing/benches.prop.ts';
import { carryOut, newProblems, operationSchema, operationText, pathsOf, preview, withPaths, type Operation, type Problem } from './index.ts';

const problem = (message: string, path = 'a.py', code = 'F821', line = 1): Problem => ({ path, line, code, message });
const RENAME: Operation = { kind: 'rename', symbol: 'Circle.area', to: 'surface', path: 'shapes.py' };

describe('a problem counts against a refactoring when it was not there before', () => {
  test.each<[string, Problem[], Problem[], string[]]>([
    ['a new one', [], [problem('undefined name `x`')], ['undefined name `x`']],
    ['one that was there, on another line', [problem('undefined name `x`')], [problem('undefined name `x`', 'a.py', 'F821', 9)], []],
    ['one that went along into another file', [problem('unused import `os`', 'a.py')], [problem('unused import `os`', 'b.py')], []],
    ['one that names what was renamed', [problem('unused variable `area`')], [problem('unused variable `surface`')], []],
    ['a second one of the same kind', [problem('undefined name `x`')], [problem('undefined name `x`'), problem('undefined name `x`', 'b.py')], ['undefined name `x`']],
    ['another code for the same words', [problem('x', 'a.py', 'F401')], [problem('x', 'a.py', 'F821')], ['x']],
    ['a line in its message', [problem('redefinition of `f` from line 3')], [problem('redefinition of `f` from line 8')], []],
  ])('%s', (_title, before, after, fresh) => {
    expect(newProblems(before, after, RENAME).map((p) => p.message)).toEqual(fresh);
  });

  test('a missing package keeps every module from loading, however many there are', () => {
    const missing = problem("No module named 'yaml'", 'a.py', 'ModuleNotFoundError');
    expect(newProblems([missing], [missing, { ...missing, path: 'b.py' }], RENAME, true)).toEqual([]);
    expect(newProblems([], [missing], RENAME, true)).toEqual([missing]);
  });

  test('nothing is new when nothing changed, and everything is when there was nothing', () => {
    const some = fc.array(fc.record({ path: fc.constantFrom('a.py', 'b.py'), line: fc.nat(99), code: fc.constantFrom('F821', 'F401'), message: fc.constantFrom('x', 'y', '`area` z') }));
    fc.assert(fc.property(some, some, (before, more) => {
      expect(newProblems(before, before, RENAME)).toEqual([]);
      expect(newProblems([], more, RENAME)).toEqual(more);
      expect(newProblems(before, [...before, ...more], RENAME).length).toBe(more.length);
    }));
  });
});

describe('an operation', () => {
  const ALL: Operation[] = [
    RENAME, { kind: 'move_symbols', from: 'a.py', symbols: ['f'], to: 'b.py' }, { kind: 'move_module', from: 'a.py', to: 'b.py' }, { kind: 'merge_modules', from: ['a.py', 'b.py'], into: 'a.py' },
    { kind: 'split_module', path: 'a.py', parts: [{ to: 'b.py', symbols: ['f'] }] }, { kind: 'extract_function', path: 'a.py', fromLine: 1, toLine: 2, name: 'f' },
    { kind: 'inline_function', path: 'a.py', symbol: 'f' }, { kind: 'change_signature', path: 'a.py', symbol: 'f', drop: ['x'] }, { kind: 'remove_unused' }, { kind: 'update_imports', paths: ['a.py'] },
  ];
  test.each(ALL.map((operation) => [operation.kind, operation] as const))('%s is read by its schema, says what it does, and names its paths', (_kind, operation) => {
    expect(operationSchema.parse(operation)).toEqual(operation);
    expect(operationText(operation).length).toBeGreaterThan(10);
    expect(pathsOf(withPaths(operation, (path) => `src/${path}`))).toEqual(pathsOf(operation).map((path) => `src/${path}`));
  });

  test.each<[string, unknown]>([
    ['an unknown kind', { kind: 'tidy' }],
    ['a key too many', { kind: 'rename', symbol: 'a', to: 'b', force: true }],
    ['no symbols', { kind: 'move_symbols', from: 'a.py', symbols: [], to: 'b.py' }],
    ['line 0', { kind: 'extract_function', path: 'a.py', fromLine: 0, toLine: 2, name: 'f' }],
  ])('is refused with %s', (_title, value) => {
    expect(operationSchema.safeParse(value).success).toBe(false);
  });
});

describe('carried out in a copy', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openSandbox({});
  });
  const FILES = {
    'utils.py': 'import re\n\n\ndef slugify(text):\n    return re.sub(r"\\W+", "-", text).lower()\n',
    'app.py': 'from utils import slugify\n\n\ndef main(title):\n    return slugify(title)\n',
    'test_app.py': 'from app import main\n\n\ndef test_main():\n    assert main("A b") == "a-b"\n',
  };
  const benches = new Benches();
  afterAll(() => benches.close());
  async function project(files: Record<string, string>) {
    const bench = await benches.of(files);
    return { bench, at: { bench, sandbox, emit: silent } };
  }

  test('it is written, with what the gates saw', async () => {
    const { bench, at } = await project(FILES);
    const carried = await carryOut({ kind: 'rename', symbol: 'slugify', to: 'slug' }, at);
    expect(carried.changed).toEqual(['app.py', 'utils.py']);
    expect(carried.gates).toEqual([{ gate: 'parses', result: 'held' }, { gate: 'lint', result: 'held' }, { gate: 'load', result: 'held' }, { gate: 'types', result: 'absent' }]);
    expect((await bench.readText('app.py')).text).toBe(FILES['app.py'].replaceAll('slugify', 'slug'));
  });

  test('a preview writes nothing', async () => {
    const { bench, at } = await project(FILES);
    expect((await preview({ kind: 'rename', symbol: 'slugify', to: 'slug' }, at)).edits.length).toBe(2);
    expect(await bench.deltas()).toEqual([]);
  });

  test.each<[string, Record<string, string>, Operation, string]>([
    ['a path that is not there', FILES, { kind: 'move_module', from: 'nope.py', to: 'b.py' }, 'not_found'],
    ['a name that nothing declares', FILES, { kind: 'rename', symbol: 'nothing', to: 'b' }, 'not_found'],
    ['files that no engine knows', { ...FILES, 'notes.txt': 'a\n' }, { kind: 'move_module', from: 'notes.txt', to: 'b.txt' }, 'unsupported'],
    ['two languages at once', { ...FILES, 'b.js': 'export const b = 1;\n' }, { kind: 'merge_modules', from: ['utils.py', 'b.js'], into: 'utils.py' }, 'unsupported'],
    ['a name that two languages declare', { ...FILES, 'slug.js': 'export function slugify() {}\n' }, { kind: 'rename', symbol: 'slugify', to: 'slug' }, 'ambiguous'],
  ])('%s is refused, and the copy is as it was', async (_title, files, operation, reason) => {
    const { bench, at } = await project(files);
    await expect(carryOut(operation, at)).rejects.toMatchObject({ code: 'refactoring_refused', data: { reason } });
    expect(await bench.deltas()).toEqual([]);
  });

  test('what no longer loads is taken back, and the gate says why', async () => {
    // The string is what the module is looked up by: no engine can know it.
    const files = { ...FILES, 'app.py': 'import importlib\n\nslugify = importlib.import_module("ut" + "ils").slugify\n\nfrom utils import re\n\n\ndef main(title):\n    return slugify(title) + re.sub("a", "", "a")\n' };
    const { bench, at } = await project(files);
    await expect(carryOut({ kind: 'move_module', from: 'utils.py', to: 'text.py' }, at)).rejects.toMatchObject({ code: 'refactoring_refused', data: { reason: expect.stringMatching(/gate|dynamic_use/) } });
    expect(await bench.deltas()).toEqual([]);
  });
});
