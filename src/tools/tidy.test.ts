import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runTool } from './registry.ts';
import { sandboxedContext, toolContext } from './testing/context.prop.ts';
import type { ToolContext } from './types.ts';

const text = async (context: ToolContext, path: string): Promise<string> => (await context.bench.readText(path)).text;
const write = (context: ToolContext, path: string, content: string): Promise<void> => context.bench.write([{ kind: 'write', path, content }]);

async function within<T>(files: Record<string, string>, run: (context: ToolContext) => Promise<T>): Promise<T> {
  const { context, close } = await toolContext(files);
  try {
    return await run(context);
  } finally {
    await close();
  }
}

describe('format_code', () => {
  test.each<[string, string, string, string, string]>([
    ['Python', 'a.py', 'def f():\n    return 1\n', 'def f( ):\n  return 2\n', 'def f():\n    return 2\n'],
    ['JavaScript', 'a.js', 'const a = 1;\n\nexport default a;\n', 'const a   = 2;\n\nexport   default a;\n', 'const a = 2;\n\nexport default a;\n'],
    ['TypeScript', 'a.ts', 'export const a: number = 1;\n', 'export   const a:number = 2;\n', 'export const a: number = 2;\n'],
    ['Go', 'a.go', 'package a\n\nfunc f() {}\n', 'package a\nfunc  f( ) { g() }\n', 'package a\n\nfunc f() { g() }\n'],
  ])('brings a changed %s file back to the form it had', async (_title, path, base, changed, expected) => {
    await within({ [path]: base }, async (context) => {
      await write(context, path, changed);
      expect(await runTool('format_code', {}, context)).toMatchObject({ ok: true, changed: [path] });
      expect(await text(context, path)).toBe(expected);
    });
  });

  test.each<[string, string, string, string, string]>([
    ['Python', 'a.py', 'def f( ):\n  return 1\n', 'def f( ):\n  return 2\n', 'it was not formatted this way before the change'],
    ['JavaScript', 'a.js', 'const  a = {b:1}\n', 'const  a = {b:2}\n', 'it was not formatted this way before the change'],
    ['Go', 'a.go', 'package a\nfunc  f( ) {}\n', 'package a\nfunc  f( ) { }\n', 'it was not formatted this way before the change'],
    ['broken Python', 'a.py', 'def f():\n    return 1\n', 'def f(:\n  return 2\n', 'it does not parse'],
  ])('leaves a %s file alone, and says why', async (_title, path, base, changed, reason) => {
    await within({ [path]: base }, async (context) => {
      await write(context, path, changed);
      expect(await runTool('format_code', {}, context)).toMatchObject({ ok: true, changed: [], data: { skipped: [{ path, reason }] } });
      expect(await text(context, path)).toBe(changed);
    });
  });

  test('formats new files, in the style of the project', async () => {
    await within({ 'pyproject.toml': '[tool.ruff.format]\nquote-style = "single"\n' }, async (context) => {
      await write(context, 'new.py', 'x = ["a" ]\n');
      await write(context, 'notes.txt', 'x  =  1\n');
      expect(await runTool('format_code', {}, context)).toMatchObject({ ok: true, changed: ['new.py'], data: { skipped: [] } });
      expect(await text(context, 'new.py')).toBe("x = ['a']\n");
      expect(await runTool('format_code', {}, context)).toMatchObject({ ok: true, changed: [], summary: 'Nothing to format.' });
    });
  });

  test('a file that nothing formats is named when it was asked for, and touches nothing', async () => {
    await within({ 'notes.txt': 'x  =  1\n' }, async (context) => {
      expect(await runTool('format_code', { paths: ['notes.txt'] }, context)).toMatchObject({ ok: true, changed: [], summary: expect.stringContaining('there is no formatter for it') });
      expect(await runTool('format_code', { paths: ['no.py'] }, context)).toMatchObject({ ok: false, code: 'file_missing' });
    });
  });

  test('black without black in the project says that the built-in formatter did it, with its settings', async () => {
    const { context, close } = await sandboxedContext({ 'pyproject.toml': '[tool.black]\nskip-string-normalization = true\nline-length = 20\n' });
    try {
      await write(context, 'a.py', "x = ['aaaaaa', 'bbbbbb', 'c']\n");
      const result = await runTool('format_code', { style: 'black' }, context);
      expect(result).toMatchObject({ ok: true, data: { formatter: 'built-in' }, summary: expect.stringContaining('The project has no black: used the built-in formatter with its settings.') });
      expect(await text(context, 'a.py')).toBe("x = [\n    'aaaaaa',\n    'bbbbbb',\n    'c',\n]\n");
    } finally {
      await close();
    }
  });

  test("the project's own black is used, and a black.py of the project is not taken for it", async () => {
    const { context, close } = await sandboxedContext({ 'black.py': 'raise SystemExit("not me")\n', '.gitignore': '.venv/\n' });
    try {
      // A stand-in for black in a real environment: what counts here is which program is started.
      const environment = join(context.bench.source, '.venv');
      execFileSync('python3', ['-m', 'venv', '--without-pip', environment]);
      const site = execFileSync(join(environment, 'bin/python'), ['-c', 'import site; print(site.getsitepackages()[0])'], { encoding: 'utf8' }).trim();
      execFileSync('sh', ['-c', 'mkdir -p "$0/black" && cat > "$0/black/__main__.py"', site], { input: 'import sys\nprint("1.0" if "--version" in sys.argv else "# by black\\n" + sys.stdin.read().removeprefix("# by black\\n"), end="")\n' });
      await write(context, 'a.py', 'x = 1\n');
      expect(await runTool('format_code', { style: 'black' }, context)).toMatchObject({ ok: true, changed: ['a.py'], summary: expect.stringContaining("Used the project's black.") });
      expect(await text(context, 'a.py')).toBe('# by black\nx = 1\n');
    } finally {
      await close();
    }
  });
});

describe('update_imports', () => {
  const PROJECT = {
    'shapes/__init__.py': '',
    'shapes/circle.py': 'class Circle:\n    pass\n',
    'shapes/square.py': 'class Square:\n    pass\n',
    'main.py': 'import os\nfrom shapes.square import Square\n\nprint(Square())\n',
  };

  test('drops what is unused and adds what the project defines once, in the files that were changed', async () => {
    await within(PROJECT, async (context) => {
      await write(context, 'main.py', 'import os\nimport sys\nfrom shapes.square import Square\n\nprint(Circle(), sys.argv)\n');
      expect(await runTool('update_imports', {}, context)).toMatchObject({ ok: true, changed: ['main.py'], summary: 'Organised the imports of 1 file: main.py.' });
      expect(await text(context, 'main.py')).toBe('import sys\n\nfrom shapes.circle import Circle\n\nprint(Circle(), sys.argv)\n');
      expect(await runTool('update_imports', {}, context)).toMatchObject({ ok: true, changed: [], summary: 'The imports are in order.' });
    });
  });

  test('files that were not touched stay as they are unless they are named', async () => {
    await within(PROJECT, async (context) => {
      expect(await runTool('update_imports', {}, context)).toMatchObject({ ok: true, changed: [] });
      expect(await runTool('update_imports', { paths: ['main.py'] }, context)).toMatchObject({ ok: true, changed: ['main.py'] });
      expect(await text(context, 'main.py')).toBe('from shapes.square import Square\n\nprint(Square())\n');
    });
  });

  test('a file that does not parse is left alone', async () => {
    await within(PROJECT, async (context) => {
      await write(context, 'main.py', 'import os\nprint(\n');
      expect(await runTool('update_imports', {}, context)).toMatchObject({ ok: true, changed: [] });
    });
  });
});
