import { describe, expect, it } from 'vitest';
import { python } from './index.ts';
import { projectOf } from './projects.prop.ts';

const LONG = `x = call(${Array.from({ length: 9 }, (_, i) => `argument_${i}`).join(', ')})\n`;

describe('formatting', () => {
  it.each([
    ['by default', {}, "x = {'a':1}\n", 'x = {"a": 1}\n'],
    ['with the line length of ruff', { 'pyproject.toml': '[tool.ruff]\nline-length = 200\n' }, LONG, LONG],
    ['with single quotes', { 'pyproject.toml': '[tool.ruff.format]\nquote-style = "single"\n' }, 'x = "a"\n', "x = 'a'\n"],
    ['with ruff.toml', { 'ruff.toml': 'indent-width = 2\n' }, 'if x:\n    pass\n', 'if x:\n  pass\n'],
    ['with the line length of black', { 'pyproject.toml': '[tool.black]\nline-length = 200\n' }, LONG, LONG],
    ['with the quotes black was told to leave', { 'pyproject.toml': '[tool.black]\nskip-string-normalization = true\n' }, "x =  'a'\n", "x = 'a'\n"],
    ['with the line length of flake8', { 'setup.cfg': '[flake8]\nmax-line-length = 200\n' }, LONG, LONG],
    ['not where yapf rules', { 'setup.cfg': '[yapf]\nbased_on_style = pep8\n' }, 'x  = 1\n', 'x  = 1\n'],
    ['not what ruff excludes', { 'pyproject.toml': '[tool.ruff]\nextend-exclude = ["app"]\n' }, 'x  = 1\n', 'x  = 1\n'],
    ['in spite of settings that ruff does not know', { 'pyproject.toml': '[tool.ruff]\nbogus = 1\nline-length = 200\n' }, LONG, LONG],
    ['keeping CRLF and the byte order mark', {}, '\uFEFFx  = 1\r\ny  = 2\r\n', '\uFEFFx = 1\r\ny = 2\r\n'],
    ['leaving broken files alone', {}, 'def f( :\n', 'def f( :\n'],
    ['leaving fmt: off alone', {}, '# fmt: off\nx  = 1\n# fmt: on\n', '# fmt: off\nx  = 1\n# fmt: on\n'],
  ])('%s', async (_title, files: Record<string, string>, source, want) => {
    const bench = await projectOf({ 'app/a.py': source, ...files });
    const formatted = await python.format('app/a.py', source, bench);
    expect(formatted).toBe(want);
    expect(await python.format('app/a.py', formatted, bench)).toBe(formatted);
  });
});

describe('organising imports', () => {
  const APP = { 'app/__init__.py': '', 'app/shapes.py': 'class Circle: pass\n\ndef area(c): return 1\n', 'app/math.py': 'def half(x): return x\n' };
  it.each([
    ['sorts', {}, 'import sys\nimport os\n\nprint(os, sys)\n', 'import os\nimport sys\n\nprint(os, sys)\n'],
    ['puts the project behind foreign packages', {}, 'from app import shapes\nimport requests\nimport os\n\nprint(os, requests, shapes)\n', 'import os\n\nimport requests\n\nfrom app import shapes\n\nprint(os, requests, shapes)\n'],
    ['drops what is unused', {}, 'import os\nimport sys\n\nprint(sys)\n', 'import sys\n\nprint(sys)\n'],
    ['drops one name of several', {}, 'from os import path, sep\n\nprint(sep)\n', 'from os import sep\n\nprint(sep)\n'],
    ['adds a missing class', {}, 'c = Circle()\n', 'from app.shapes import Circle\n\nc = Circle()\n'],
    ['adds behind docstring and __future__', {}, '"""Doc."""\nfrom __future__ import annotations\n\nc = Circle()\n', '"""Doc."""\nfrom __future__ import annotations\n\nfrom app.shapes import Circle\n\nc = Circle()\n'],
    ['adds behind the first lines of a script', {}, '#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\nc = Circle()\n', '#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\nfrom app.shapes import Circle\n\nc = Circle()\n'],
    ['adds behind a long docstring', {}, '"""Doc.\n\nimport nothing\n"""\n\nc = Circle()\n', '"""Doc.\n\nimport nothing\n"""\n\nfrom app.shapes import Circle\n\nc = Circle()\n'],
    ['adds to imports in parentheses', {}, 'from os import (\n    path,\n    sep,\n)\n\nprint(path, sep, Circle())\n', 'from os import (\n    path,\n    sep,\n)\n\nfrom app.shapes import Circle\n\nprint(path, sep, Circle())\n'],
    ['adds nothing that two modules define', { 'app/more.py': 'class Circle: pass\n' }, 'c = Circle()\n', 'c = Circle()\n'],
    ['adds nothing that only tests define', { 'tests/test_x.py': 'def helper(): pass\n' }, 'helper()\n', 'helper()\n'],
    ['adds nothing that would be a cycle', { 'app/back.py': 'from app.main import x\n\nclass Back: pass\n' }, 'b = Back()\n', 'b = Back()\n'],
    ['keeps noqa', {}, 'import os  # noqa: F401\n', 'import os  # noqa: F401\n'],
    ['keeps what __all__ names', {}, 'from app.shapes import Circle\n\n__all__ = ["Circle"]\n', 'from app.shapes import Circle\n\n__all__ = ["Circle"]\n'],
    ['keeps what only a doctest uses', {}, 'import os\nimport sys\n\n\ndef f():\n    """\n    >>> os.sep\n    """\n', 'import os\n\n\ndef f():\n    """\n    >>> os.sep\n    """\n'],
    ['keeps what only a type comment uses', {}, 'from typing import List\n\nx = []  # type: List[int]\n', 'from typing import List\n\nx = []  # type: List[int]\n'],
    ['keeps what only an annotation in quotes uses', {}, 'from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.shapes import Circle\n\n\ndef f(c: "Circle"): ...\n', 'from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.shapes import Circle\n\n\ndef f(c: "Circle"): ...\n'],
    ['keeps optional imports', {}, 'try:\n    import fast\nexcept ImportError:\n    fast = None\n\nprint(fast)\n', 'try:\n    import fast\nexcept ImportError:\n    fast = None\n\nprint(fast)\n'],
    ['keeps what another file takes from here', { 'app/user.py': 'from app.main import area\n' }, 'from app.shapes import Circle, area\n', 'from app.shapes import area\n'],
    ['keeps CRLF', {}, 'import sys\r\nimport os\r\n\r\nprint(os, sys, Circle)\r\n', 'import os\r\nimport sys\r\n\r\nfrom app.shapes import Circle\r\n\r\nprint(os, sys, Circle)\r\n'],
    ['leaves broken files alone', {}, 'import sys\nimport os\ndef f(:\n', 'import sys\nimport os\ndef f(:\n'],
    ['follows isort', { 'pyproject.toml': '[tool.isort]\nforce_single_line = true\n' }, 'from os import path, sep\n\nprint(path, sep)\n', 'from os import path\nfrom os import sep\n\nprint(path, sep)\n'],
  ])('%s', async (_title, files: Record<string, string>, source, want) => {
    const bench = await projectOf({ ...APP, 'app/main.py': source, ...files });
    const organised = await python.organiseImports('app/main.py', source, bench);
    expect(organised).toBe(want);
    expect(await python.organiseImports('app/main.py', organised, bench)).toBe(organised);
  });

  it('keeps re-exports in __init__.py and fixtures in conftest.py', async () => {
    const source = 'from .shapes import Circle\n';
    const bench = await projectOf({ ...APP, 'app/__init__.py': source });
    expect(await python.organiseImports('app/__init__.py', source, bench)).toBe(source);
    expect(await python.organiseImports('conftest.py', 'from fixtures import db\n', bench)).toBe('from fixtures import db\n');
  });

  it('keeps a fixture that a test asks for by name', async () => {
    const source = 'from fixtures import db\n\n\ndef test_a(db):\n    assert db\n';
    const bench = await projectOf({ 'tests/fixtures.py': 'db = 1\n', 'tests/test_a.py': source });
    expect(await python.organiseImports('tests/test_a.py', source, bench)).toBe(source);
  });

  it('names modules of a src layout without src', async () => {
    const source = 'Circle()\n';
    const bench = await projectOf({ 'src/app/__init__.py': '', 'src/app/shapes.py': 'class Circle: pass\n', 'tests/test_a.py': source });
    expect(await python.organiseImports('tests/test_a.py', source, bench)).toBe('from app.shapes import Circle\n\nCircle()\n');
  });
});
