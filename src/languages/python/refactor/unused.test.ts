import { describe, expect, it } from 'vitest';
import { after } from './sample.prop.ts';

const cases: [string, Record<string, string>, Record<string, string>, ('imports' | 'symbols')?][] = [
  ['unused imports go, of a statement in parts too', { 'm.py': 'import os\nimport sys\nfrom typing import (\n    Dict,  # d\n    List,\n)\n\nprint(sys, Dict)\n' }, { 'm.py': 'import sys\nfrom typing import (\n    Dict,  # d\n)\n\nprint(sys, Dict)\n' }],
  ['imports stay that others, strings, remarks or probes need', {
    'p/__init__.py': 'from .m import a\n', 'p/m.py': 'import json\nimport os  # noqa\nimport re as re\nfrom typing import List, Set\n\ntry:\n    import fast\nexcept ImportError:\n    pass\n\na = []  # type: Set\n\n\ndef f(x: "List[int]"):\n    """\n    >>> json.dumps(1)\n    \'1\'\n    """\n    return x\n',
  }, {}],
  ['a module of the project that does something when it is loaded stays imported', { 'm.py': 'import hooks\nimport plain\n', 'hooks.py': 'print("registered")\n', 'plain.py': 'K = 1\n' }, { 'm.py': 'import hooks\n' }],
  ['private declarations go, and what only they used', { 'm.py': 'import os\n\n_K = 3\n_USED = 2\n\n\n# helper\ndef _h():\n    return os.path, _g()\n\n\ndef _g():\n    return 1\n\n\ndef f():\n    return _USED\n' }, { 'm.py': '_USED = 2\n\n\ndef f():\n    return _USED\n' }],
  ['declarations stay that anything names, or that are registered', {
    'm.py': 'import atexit\n\n\n@atexit.register\ndef _bye(): ...\n\n\ndef _named(): ...\n\n\nclass _Sub(atexit.Base): ...\n\n\n_x = print(1)\n\n\ndef public(): ...\n', 'docs.md': 'See `_named`.\n',
  }, {}],
  ['what a module does not export goes where it says what it exports', { 'm.py': '__all__ = ["a"]\n\n\ndef a(): ...\n\n\ndef b(): ...\n' }, { 'm.py': '__all__ = ["a"]\n\n\ndef a(): ...\n\n\n' }],
  ['only imports, where only they are asked for', { 'm.py': 'import os\n\n_K = 3\n' }, { 'm.py': '_K = 3\n' }, 'imports'],
];

describe('remove unused in Python', () => {
  it.each(cases)('%s', async (_, files, expected, what) => {
    expect(await after(files, { kind: 'remove_unused', ...(what ? { what } : {}) })).toEqual({ ...files, ...expected });
  });
});
