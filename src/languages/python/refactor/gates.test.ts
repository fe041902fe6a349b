import { describe, expect, it } from 'vitest';
import { openSandbox } from '../../../sandbox/index.ts';
import { projectOf } from '../projects.prop.ts';
import { pythonRefactor } from './index.ts';
import { mypyProblems, pyrightProblems } from './types-gate.ts';

describe('the gates', () => {
  it('lint tells undefined, unused and doubled names, and what does not parse', async () => {
    const bench = await projectOf({
      'a.py': '\uFEFFimport os\nfrom x.y import z\n__all__ = ["gone"]\nprint(nowhere)\ndef f(): pass\ndef f(): pass\n',
      'b.py': 'def f(:\n',
      'p/__init__.py': 'from os import sep\n',
      'c.py': 'import os  # noqa: F401\n',
    });
    const found = await pythonRefactor.lint(['a.py', 'b.py', 'p/__init__.py', 'c.py'], { bench, sandbox: await openSandbox() });
    expect(found.map(({ path, line, code, message }) => `${path}:${line} ${code} ${message}`).toSorted()).toEqual([
      'a.py:1 F401 `os` imported but unused', 'a.py:2 F401 `z` imported but unused', expect.stringMatching(/^a\.py:3 F822 .*gone/), 'a.py:4 F821 Undefined name `nowhere`',
      expect.stringMatching(/^a\.py:6 F811 .*`f`/), expect.stringMatching(/^b\.py:1 E999 /),
    ]);
  });

  it('load imports each module alone: circles from either side, missing packages, what ends the interpreter', async () => {
    const bench = await projectOf({
      'src/p/__init__.py': '', 'src/p/a.py': 'from p.b import B\nA = 1\n', 'src/p/b.py': 'from . import a\nB = a.A\n', 'src/p/fine.py': 'import sys\nprint("{}")\nsys.stdout.write("x")\n',
      'lacks.py': 'x = 1\nimport not_there_at_all\n', 'ends.py': 'import os\nos._exit(3)\n', 'tests/test_x.py': 'raise SystemExit\n', 'setup.py': 'raise SystemExit\n', 'odd-name.py': 'y = 1\nraise ValueError("no\\nmore")\n',
    });
    const paths = ['src/p/a.py', 'src/p/b.py', 'src/p/fine.py', 'lacks.py', 'ends.py', 'tests/test_x.py', 'setup.py', 'odd-name.py'];
    const found = await pythonRefactor.load(paths, { bench, sandbox: await openSandbox() });
    expect(found.map(({ path, line, code }) => `${path}:${line} ${code}`)).toEqual(['src/p/a.py:1 AttributeError', 'src/p/b.py:1 ImportError', 'lacks.py:2 ModuleNotFoundError', 'ends.py:1 Exit', 'odd-name.py:2 ValueError']);
    expect(found.at(-1)?.message).toBe('no');
  }, 120_000);

  it('types is absent where the project has no checker in its environment', async () => {
    const bench = await projectOf({ 'mypy.ini': '[mypy]\n', 'a.py': 'x: int = "a"\n' });
    expect(await pythonRefactor.types({ bench, sandbox: await openSandbox() })).toBeUndefined();
  });

  it('types reads what the checkers print', () => {
    expect(mypyProblems('./a.py:3: error: Name "x" is not defined  [name-defined]\na.py:4: note: more\n', 1)).toEqual([{ path: 'a.py', line: 3, code: 'name-defined', message: 'Name "x" is not defined' }]);
    expect(mypyProblems('usage: mypy\n', 1)).toBeUndefined();
    expect(mypyProblems('', 0)).toEqual([]);
    const diagnostic = (severity: string) => ({ file: '/w/a.py', severity, message: 'bad\nmore', rule: 'reportX', range: { start: { line: 2 } } });
    expect(pyrightProblems(JSON.stringify({ generalDiagnostics: [diagnostic('error'), diagnostic('warning')] }), '/w')).toEqual([{ path: 'a.py', line: 3, code: 'reportX', message: 'bad' }]);
    expect(pyrightProblems('fetching node', '/w')).toBeUndefined();
  });
});
