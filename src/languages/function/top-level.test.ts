import { describe, expect, test } from 'vitest';
import { functionLanguage } from './registry.ts';
import type { FunctionLanguageName, TopLevel } from './types.ts';

interface Expected {
  declares: string[];
  free: string[];
  imports: TopLevel['imports'];
  /** The texts that `cuts` name. */
  cuts: string[];
  /** What `insertAt` stands before. */
  behind: string;
}

const rows: [FunctionLanguageName, string, string, Expected][] = [
  [
    'python', 'scopes, imports of all forms, what belongs to the module itself',
    '#!/usr/bin/env python3\n"""Doc 😀."""\nfrom __future__ import annotations\nimport os.path, math as m\nfrom decimal import (\n    Decimal as D,\n)\n\n__all__ = ["f"]\nX = m.pi; import re\n\ndef f(a, b=other):\n    global G\n    G = 1\n    def g(z):\n        return z + a + calc(z)\n    return [sum(i) for i in g(b)] + [x.mean for x in K]\n\nclass K:\n    q = X\n\nif __name__ == "__main__":\n    print(f(1))\n',
    {
      declares: ['G', 'K', 'X', 'f'],
      free: ['__name__', 'calc', 'other', 'print', 'sum'],
      imports: [
        { name: 'os', means: 'module os', text: 'import os.path' }, { name: 'm', means: 'module math', text: 'import math as m' },
        { name: 'D', means: 'Decimal of decimal', text: 'from decimal import Decimal as D' }, { name: 're', means: 'module re', text: 'import re' },
      ],
      cuts: ['"""Doc 😀."""', 'from __future__ import annotations', 'import os.path, math as m', 'from decimal import (\n    Decimal as D,\n)', '__all__ = ["f"]', 'import re', 'if __name__ == "__main__":\n    print(f(1))'],
      behind: '\n__all__',
    },
  ],
  [
    'typescript', 'scopes, types, properties and labels, exports of all forms',
    "#!/usr/bin/env node\nimport one, { two as zwei, type Three } from 'node:a';\nimport * as all from 'node:b';\n\nexport interface P { x: Three; y: Four }\nexport const c = 1, { d: e } = zwei;\nexport default function f<T extends P>(a: T, g = other): T {\n  loop: for (const i of all.list) break loop;\n  return { ...a, c, missing, key: one.prop, a() {} } as unknown as T;\n}\nexport { c as cc };\nmodule.exports = f;\n",
    {
      declares: ['P', 'c', 'e', 'f'],
      free: ['Four', 'missing', 'module', 'other'],
      imports: [
        { name: 'one', means: 'default of node:a', text: "import one from 'node:a';" }, { name: 'zwei', means: 'two of node:a', text: "import { two as zwei } from 'node:a';" },
        { name: 'Three', means: 'Three of node:a', text: "import { type Three } from 'node:a';" }, { name: 'all', means: 'module node:b', text: "import * as all from 'node:b';" },
      ],
      cuts: ['#!/usr/bin/env node', "import one, { two as zwei, type Three } from 'node:a';", "import * as all from 'node:b';", 'export ', 'export ', 'export ', 'default ', 'export { c as cc };', 'module.exports = f;'],
      behind: '\nexport interface',
    },
  ],
  [
    'go', 'scopes, methods, packages, with signs of two bytes before',
    'package solution // größe\n\nimport "math"\nimport r "math/rand"\n\nconst ä, B = 1, 2\n\ntype T struct{ max int }\n\nfunc (t T) Area() int { return t.max }\n\nfunc init() {}\n\nfunc f(a []int) int {\n\tlen := r.Int()\n\treturn max(len, ä, helper(a), math.MaxInt8)\n}\n',
    {
      declares: ['ä', 'B', 'T', 'f'],
      free: ['helper', 'int', 'max'],
      imports: [{ name: 'math', means: 'package math', text: 'import "math"' }, { name: 'r', means: 'package math/rand', text: 'import r "math/rand"' }],
      cuts: ['package solution', 'import "math"', 'import r "math/rand"'],
      behind: '\nconst ä',
    },
  ],
  ['go', 'a text without a package clause', 'func f() int { return g() }\n', { declares: ['f'], free: ['g', 'int'], imports: [], cuts: [], behind: 'func f' }],
  ['javascript', 'nothing but a function', 'const f = (x) => x;\n', { declares: ['f'], free: [], imports: [], cuts: [], behind: 'const f' }],
];

describe('the top level of a module', () => {
  test.each(rows)('%s: %s', async (language, _title, code, expected) => {
    const top = (await functionLanguage(language).topLevel(code))!;
    expect({ declares: top.declares, free: top.free, imports: top.imports, cuts: top.cuts.map(([from, to]) => code.slice(from, to)) }).toEqual({ declares: expected.declares, free: expected.free, imports: expected.imports, cuts: expected.cuts });
    expect(code.slice(top.insertAt, top.insertAt + expected.behind.length)).toBe(expected.behind);
  });

  test.each<[FunctionLanguageName, string]>([['python', 'def f(:'], ['javascript', 'function f( {'], ['typescript', 'const = 1'], ['go', 'func f( {']])('%s that does not parse has none', async (language, code) => {
    expect(await functionLanguage(language).topLevel(code)).toBeUndefined();
  });

  test('what counts for a whole file of Python has to stand before its imports', async () => {
    const code = '"""Doc."""\nfrom __future__ import annotations\nimport os\nx = 1\n';
    const top = (await functionLanguage('python').topLevel(code))!;
    expect(top.pragmas).toEqual(['from __future__ import annotations']);
    expect([code.slice(top.firstAt), code.slice(top.insertAt)]).toEqual(['import os\nx = 1\n', 'x = 1\n']);
  });
});
