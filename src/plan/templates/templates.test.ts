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
      'rename-symbol {oldName, newName, path?, command?}', 'find-replace {find, replace, glob?, command?}', 'edit-test {path, old, new, command?}',
      'create-with-tests {path, content, testPath, testContent, command?}', 'fix-imports {path?, oldModule?, newModule?, command?}', 'read-run {path?, command?}',
    ]);
  });
});

describe('rename-symbol', () => {
  const PYTHON: Files = {
    'shapes.py': 'def area(r):\n    """The area of a circle."""\n    return 3 * r * r  # area\n',
    'report.py': 'from shapes import area\nimport shapes\n\nsubarea = 1\nprint(f"area: {area(2)!r:>{area(1)}} {{area}}", "area", shapes.area(3), area_of=subarea)\n',
    'README.md': 'area\n',
  };
  test('takes the code of Python, with the expressions of f-strings, and leaves comments, strings and other words', async () => {
    const { files, about } = await carried(PYTHON, 'rename', { oldName: 'area', newName: 'surface' });
    expect(files).toEqual({
      'shapes.py': 'def surface(r):\n    """The area of a circle."""\n    return 3 * r * r  # area\n',
      'report.py': 'from shapes import surface\nimport shapes\n\nsubarea = 1\nprint(f"area: {surface(2)!r:>{surface(1)}} {{area}}", "area", shapes.surface(3), area_of=subarea)\n',
      'README.md': 'area\n',
    });
    expect(about).toContain('5 places in 2 files');
    expect(about).toContain('no refactoring engine for python');
  });

  const NODE: Files = {
    'src/shapes.ts': 'export function area(r: number): number {\n  return 3 * r * r;\n}\nexport class Square {\n  constructor(private side: number) {}\n  /** Not that area. */\n  area(): number {\n    return this.side ** 2;\n  }\n}\n',
    'src/report.ts': "import { area, Square } from './shapes.ts';\n\nexport const lines = (area2: number) => ({ area, text: `area ${area(area2)}`, square: new Square(2).area() });\n",
    'src/other.ts': "export function other(): number {\n  const area = 5;\n  return area;\n}\n",
  };
  test('tells things of one name apart in TypeScript', async () => {
    const { files, about } = await carried({ 'src/shapes.ts': NODE['src/shapes.ts']!.replaceAll(/export class[^]*/g, ''), 'src/report.ts': "import { area } from './shapes.ts';\nexport const text = `area ${area(2)}`;\n", 'src/other.ts': NODE['src/other.ts']! }, 'rename', { oldName: 'area', newName: 'surface' });
    expect(files['src/shapes.ts']).toContain('export function surface(');
    expect(files['src/report.ts']).toBe("import { surface } from './shapes.ts';\nexport const text = `area ${surface(2)}`;\n");
    expect(files['src/other.ts']).toBe(NODE['src/other.ts']);
    expect(about).toContain("TypeScript's own refactoring");
    expect(about).toContain('1 other thing of this name stays');
  });

  test('follows require and exports in plain JavaScript', async () => {
    const { files } = await carried(
      { 'shapes.js': 'function area(r) {\n  return 3 * r * r;\n}\nmodule.exports = { area };\n', 'report.js': "const { area } = require('./shapes');\nconsole.log(area(2));\n", 'whole.js': "const shapes = require('./shapes');\nconsole.log(shapes.area(2));\n" },
      'rename', { oldName: 'area', newName: 'surface' },
    );
    expect(files).toEqual({ 'shapes.js': 'function surface(r) {\n  return 3 * r * r;\n}\nmodule.exports = { surface };\n', 'report.js': "const { surface } = require('./shapes');\nconsole.log(surface(2));\n", 'whole.js': "const shapes = require('./shapes');\nconsole.log(shapes.surface(2));\n" });
  });

  test.each<[string, Files, Record<string, unknown>, string, string]>([
    ['a name that nothing declares', PYTHON, { oldName: 'volume', newName: 'space' }, 'not_found', 'No file of the project declares volume'],
    ['a name that a file does not declare', PYTHON, { oldName: 'area', newName: 'space', path: 'report.py' }, 'not_found', 'report.py does not declare area'],
    ['a file that is not there', PYTHON, { oldName: 'area', newName: 'space', path: 'nope.py' }, 'file_missing', 'nope.py'],
    ['a new name that is in use', PYTHON, { oldName: 'area', newName: 'subarea' }, 'conflict', 'report.py uses the name subarea already'],
    ['a name that two things of Python have', { 'a.py': 'def area(): pass\n', 'b.py': 'class B:\n    def area(self): pass\n' }, { oldName: 'area', newName: 'surface' }, 'ambiguous', 'a.py:1, b.py:2'],
    ['a name that two things of TypeScript have', NODE, { oldName: 'area', newName: 'surface' }, 'ambiguous', 'src/shapes.ts:1, src/shapes.ts:7'],
    ['the same name', PYTHON, { oldName: 'area', newName: 'area' }, 'no_change', 'both area'],
  ])('is refused for %s', async (_title, files, keys, code, says) => {
    expect(await refusal(files, 'rename', keys)).toMatchObject({ code, message: expect.stringContaining(says) });
  });

  test('a name of two files is told apart by the path', async () => {
    const { files } = await carried({ 'a.ts': 'export const area = 1;\n', 'b.ts': 'export const area = 2;\n' }, 'rename', { oldName: 'area', newName: 'surface', path: 'b.ts' });
    expect(files).toEqual({ 'a.ts': 'export const area = 1;\n', 'b.ts': 'export const surface = 2;\n' });
  });

  const identifier = fc.stringMatching(/^[a-z_][a-z0-9_]{2,8}$/).filter((n) => !/^(and|as|assert|async|await|break|case|catch|class|const|continue|debugger|def|default|del|delete|do|elif|else|enum|except|export|extends|false|finally|for|from|function|global|if|implements|import|in|instanceof|interface|is|lambda|let|match|new|nonlocal|not|null|or|package|pass|print|private|protected|public|raise|return|self|static|super|switch|this|throw|true|try|type|typeof|undefined|var|void|while|with|yield|other|text|constructor|number|string|object|any|never|unknown|symbol|bigint|boolean|declare|module|namespace|abstract|readonly|require|exports|get|set|of|eval|arguments|globalthis|satisfies|infer|keyof|unique|using|accessor|asserts|out|override|global)$/.test(n) && !n.startsWith('__'));
  const ending = fc.constantFrom('\n', '\r\n');
  test.each<[string, (name: string) => Files]>([
    ['Python', (n) => ({ 'pkg/one.py': `def ${n}(x):\n    return x\n\n\ndef ${n}_more(x):\n    return ${n}(x) + ${n}(x)\n`, 'two.py': `from pkg.one import ${n}\n\nVALUE = ${n}(1)\nVALUE = ${n}(1)\nTEXT = f"${n} {${n}(2)}"` })],
    ['TypeScript', (n) => ({ 'pkg/one.ts': `export function ${n}(x: number) {\n  return x;\n}\nexport const ${n}More = { ${n} };\n`, 'two.ts': `import { ${n} } from './pkg/one.ts';\n\n${n}(1);\n${n}(1);\nexport const text = \`${n} \${${n}(2)}\`;` })],
  ])('there and back again gives the same bytes in %s', { timeout: 120_000 }, async (_title, project) => {
    await fc.assert(
      fc.asyncProperty(identifier, identifier, ending, async (a, b, eol) => {
        fc.pre(a !== b && !`${b}_`.startsWith(`${a}_`) && !`${a}_`.startsWith(`${b}_`));
        const before = Object.fromEntries(Object.entries(project(a)).map(([path, text]) => [path, text.replaceAll('\n', eol)]));
        const { files } = await carried(before, 'rename', { oldName: a, newName: b }, { oldName: b, newName: a });
        expect(files).toEqual(before);
      }),
      { numRuns: 15 },
    );
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
