import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toolContext } from '../../tools/testing/context.prop.ts';
import { executePlan } from '../execute.ts';
import { planTools } from '../task-plan.ts';
import { keysOf, templateFor, templates } from './registry.ts';

type Files = Record<string, string>;

/** Plans the task on a project of these files, runs the plan without tests, and gives all files as they are then. */
async function carried(files: Files, task: string, ...contexts: Record<string, unknown>[]): Promise<{ files: Files; about: string; actions: string[] }> {
  const { context, close } = await toolContext(files);
  try {
    let about = '';
    let actions: string[] = [];
    for (const keys of contexts) {
      const plan = await templateFor(task, keys)!.plan(keys, context, task);
      const result = await executePlan(plan.check().toJSON(), context, { tools: planTools() });
      expect(result.failed).toBeUndefined();
      about = plan.about;
      actions = plan.steps.map((s) => s.action);
    }
    const now: Files = {};
    for (const { path } of await context.bench.list()) now[path] = Buffer.from(await context.bench.readBytes(path)).toString('utf8');
    return { files: now, about, actions };
  } finally {
    await close();
  }
}

async function refusal(files: Files, task: string, keys: Record<string, unknown>): Promise<unknown> {
  const { context, close } = await toolContext(files);
  try {
    return await templateFor(task, keys)!.plan(keys, context, task).then(() => undefined, (error: unknown) => error);
  } finally {
    await close();
  }
}

describe('which template a task asks for', () => {
  test.each<[string, Record<string, unknown>, string | undefined]>([
    ['rename area to surface', { oldName: 'area', newName: 'surface' }, 'rename-symbol'],
    ['tidy up', { oldName: 'area', newName: 'surface' }, 'rename-symbol'],
    ['run the tests', { command: 'pytest tests/' }, 'read-run'],
    ['run the tests', {}, 'read-run'],
    ['show me the file', { path: 'a.py' }, 'read-run'],
    ['make it faster', { path: 'a.py' }, undefined],
    ['fix the imports', { path: 'a.py' }, 'fix-imports'],
    ['the module moved', { oldModule: 'a', newModule: 'b' }, 'fix-imports'],
    ['replace colour', { find: 'colour', replace: 'color', glob: '*.md' }, 'find-replace'],
    ['correct the bound', { path: 'a.py', old: '<', new: '<=' }, 'edit-test'],
    ['add a helper', { path: 'a.py', content: 'x = 1\n', testPath: 'test_a.py', testContent: 'def test(): pass\n' }, 'create-with-tests'],
    ['rename area', { oldName: 'area' }, undefined],
    ['rename area', { oldName: 'area', newName: 7 }, undefined],
    ['rename area', { oldName: 'area', newName: 'surface', because: 'it reads better' }, undefined],
    ['run the linter', {}, undefined],
    ['write a parser', {}, undefined],
  ])('%s with %o: %s', (task, keys, name) => {
    expect(templateFor(task, keys)?.name).toBe(name);
  });

  test('each one names its keys', () => {
    expect(templates.map(keysOf)).toEqual([
      'rename-symbol {oldName, newName, path?, command?}', 'move-symbols {symbols, to, from?, command?}', 'move-module {module, to, command?}', 'merge-modules {modules, into?, command?}',
      'tidy {tidy, paths?, command?}', 'find-replace {find, replace, glob?, command?}', 'edit-test {path, old, new, command?}',
      'create-with-tests {path, content, testPath, testContent, command?}', 'fix-imports {path?, oldModule?, newModule?, command?}', 'read-run {path?, command?}',
    ]);
  });
});

describe('refactorings', () => {
  const PYTHON: Files = {
    'shapes.py': 'PI = 3\n\n\ndef area(r):\n    """The area of a circle."""\n    return PI * r * r  # area\n',
    'report.py': 'from shapes import area\nimport shapes\n\nsubarea = 1\nprint(f"area: {area(2)!r:>{area(1)}} {{area}}", "area", shapes.area(3), area_of=subarea)\n',
    'README.md': 'area\n',
  };

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['rename-symbol', { oldName: 'area', newName: 'surface' }, { kind: 'rename', symbol: 'area', to: 'surface' }],
    ['move-symbols', { symbols: ['area'], to: 'circle' }, { kind: 'move_symbols', symbols: ['area'], from: 'shapes.py', to: 'circle.py' }],
    ['move-module', { module: 'shapes', to: 'forms' }, { kind: 'move_module', from: 'shapes.py', to: 'forms.py' }],
    ['merge-modules', { modules: ['shapes', 'report.py'] }, { kind: 'merge_modules', from: ['shapes.py', 'report.py'], into: 'shapes.py' }],
  ])('%s is planned as one step that a model is not needed for', async (name, keys, operation) => {
    const { context, close } = await toolContext(PYTHON);
    try {
      const plan = await templates.find((t) => t.name === name)!.plan(keys, context, 'refactor');
      expect(plan.steps.map((s) => [s.action, s.args])).toEqual([['refactor_code', { operation }]]);
      expect(plan.about).toMatch(/\d+ (?:places|files?)/);
      expect(await context.bench.deltas()).toEqual([]);
    } finally {
      await close();
    }
  });

  test.each<[string, string, Record<string, unknown>, Record<string, unknown>]>([
    ['a name that nothing declares', 'rename-symbol', { oldName: 'volume', newName: 'space' }, { code: 'refactoring_refused', data: { reason: 'not_found' } }],
    ['a file that is not there', 'rename-symbol', { oldName: 'area', newName: 'space', path: 'nope.py' }, { code: 'refactoring_refused', data: { reason: 'not_found' } }],
    ['a new name that is in use', 'rename-symbol', { oldName: 'area', newName: 'PI' }, { code: 'refactoring_refused', data: { reason: 'name_clash' } }],
    ['the same name', 'rename-symbol', { oldName: 'area', newName: 'area' }, { code: 'no_change' }],
    ['a module that is not there', 'merge-modules', { modules: ['shapes', 'nope'] }, { code: 'not_found', message: expect.stringContaining('nope') }],
    ['a symbol that nothing declares', 'move-symbols', { symbols: ['volume'], to: 'b' }, { code: 'not_found', message: expect.stringContaining('volume') }],
    ['a path outside', 'move-module', { module: 'shapes', to: '../forms.py' }, { code: 'path_outside' }],
  ])('are refused for %s before anything starts', async (_title, name, keys, error) => {
    const { context, close } = await toolContext(PYTHON);
    try {
      await expect(templates.find((t) => t.name === name)!.plan(keys, context, 'refactor')).rejects.toMatchObject(error);
    } finally {
      await close();
    }
  });
});

describe('tidy', () => {
  test.each<[string, Record<string, unknown>, unknown]>([
    ['imports of every file', { tidy: 'imports' }, ['update_imports', { paths: ['a.py', 'pkg/b.py'] }]],
    ['imports of a folder', { tidy: 'imports', paths: ['pkg'] }, ['update_imports', { paths: ['pkg/b.py'] }]],
    ['the format of a file', { tidy: 'format', paths: ['a'] }, ['format_code', { paths: ['a.py'] }]],
    ['unused imports', { tidy: 'unused imports' }, ['refactor_code', { operation: { kind: 'remove_unused', what: 'imports' } }]],
  ])('plans %s', async (_title, keys, step) => {
    const { context, close } = await toolContext({ 'a.py': 'import os\nimport sys\n\nprint(sys)\n', 'pkg/b.py': 'import os\n', 'notes.md': 'x\n' });
    try {
      const plan = await templates.find((t) => t.name === 'tidy')!.plan(keys, context, 'tidy');
      expect(plan.steps.map((s) => [s.action, s.args])).toEqual([step]);
    } finally {
      await close();
    }
  });
});

describe('find-replace', () => {
  test('takes the text literally, in the files of the pattern alone', async () => {
    const before = { 'a.md': 'a.b a.b\nAxb\n', 'b.txt': 'a.b\n', 'bin.md': 'a.b\0' };
    const { files } = await carried(before, 'replace', { find: 'a.b', replace: '$&', glob: '*.md' });
    expect(files).toEqual({ ...before, 'a.md': '$& $&\nAxb\n' });
  });
  test('is refused where nothing has the text', async () => {
    expect(await refusal({ 'a.md': 'x\n' }, 'replace', { find: 'y', replace: 'z' })).toMatchObject({ code: 'not_found', message: expect.stringContaining('none of 1 text files') });
  });
  const line = fc.constantFrom('', 'x', 'xx', ' x y', 'y', '# x', 'x = 1', '\tx');
  test('gives what a replacement of the text gives, whatever the file looks like', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '\n'), fc.constantFrom('', '\uFEFF'), async (lines, eol, last, bom) => {
        const text = bom + lines.join(eol) + (lines.length ? last : '');
        fc.pre(text.includes('x'));
        expect((await carried({ 'a.txt': text }, 'replace', { find: 'x', replace: 'zed' })).files).toEqual({ 'a.txt': text.replaceAll('x', 'zed') });
      }),
      { numRuns: 20 },
    );
  });
});

test.each<[string, Record<string, unknown>, unknown[]]>([
  ['run the tests', {}, [['run_tests', {}]]],
  ['run the tests', { command: './check.sh' }, [['run_tests', { command: './check.sh' }]]],
  ['see what happens', { command: 'pytest -q tests' }, [['run_tests', { command: 'pytest -q tests' }]]],
  ['see what happens', { command: 'npm test' }, [['run_tests', { command: 'npm test' }]]],
  ['see what happens', { command: 'cat test/a.txt' }, [['shell', { command: 'cat test/a.txt' }]]],
  ['read it and list', { path: 'a.py', command: 'ls' }, [['file_read', { path: 'a.py' }], ['shell', { command: 'ls' }]]],
  ['show a.py', { path: 'a.py' }, [['file_read', { path: 'a.py' }]]],
])('read-run: %s with %o', async (task, keys, steps) => {
  const { context, close } = await toolContext({});
  try {
    expect((await templateFor(task, keys)!.plan(keys, context, task)).steps.map((s) => [s.action, s.args])).toEqual(steps);
  } finally {
    await close();
  }
});

describe('fix-imports', () => {
  test.each<[string, Files, Record<string, unknown>, Files]>([
    ['from-imports of Python', { 'old.py': 'A = 1\n', 'use.py': 'from old import A\nfrom older import B\n\nprint(A, B, "old")\n' }, { oldModule: 'old', newModule: 'pkg.new' }, { 'use.py': 'from older import B\nfrom pkg.new import A\n\nprint(A, B, "old")\n' }],
    ['a plain import of Python keeps its name', { 'use.py': 'import old\n\nprint(old.A)\n' }, { oldModule: 'old', newModule: 'new' }, { 'use.py': 'import new as old\n\nprint(old.A)\n' }],
    ['an import of JavaScript over several lines', { 'use.js': "import {\n  a,\n} from './old.js';\n\nconsole.log(a, './old.js');\n" }, { oldModule: './old.js', newModule: './new.js' }, { 'use.js': "import {\n  a,\n} from './new.js';\n\nconsole.log(a, './old.js');\n" }],
  ])('%s', async (_title, before, keys, after) => {
    expect((await carried(before, 'fix the imports', keys)).files).toMatchObject(after);
  });
  test('is refused for an import whose name the uses need', async () => {
    expect(await refusal({ 'use.py': 'import a.b\n\nprint(a.b.C)\n' }, 'fix imports', { oldModule: 'a.b', newModule: 'c' })).toMatchObject({ code: 'ambiguous', message: expect.stringContaining('use.py:1') });
  });
  test('with a path alone puts its imports in order', async () => {
    expect((await carried({ 'use.py': 'import sys\nimport os\n\nprint(sys, os)\n' }, 'fix the imports', { path: 'use.py' })).files['use.py']).toBe('import os\nimport sys\n\nprint(sys, os)\n');
  });
});
