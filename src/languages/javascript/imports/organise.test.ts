import { describe, expect, it } from 'vitest';
import { projectOf } from '../projects.prop.ts';
import { organiseImports } from './organise.ts';

const ESM = { 'package.json': '{"type":"module"}' };
async function organised(path: string, source: string, files: Record<string, string> = ESM): Promise<string> {
  return organiseImports(path, source, await projectOf({ [path]: source, ...files }));
}

describe('what is there', () => {
  it.each<[string, string, string]>([
    ['sorts and merges', "import { b } from './b.js';\nimport { a2 } from './a.js';\nimport { a1 } from './a.js';\nf(a1, a2, b);\n", "import { a1, a2 } from './a.js';\nimport { b } from './b.js';\nf(a1, a2, b);\n"],
    ['drops what is unused', "import a, { b, c } from './a.js';\nf(c);\n", "import { c } from './a.js';\nf(c);\n"],
    ['keeps imports for their effects, and then the order', "import { b } from './b.js';\nimport './polyfill.js';\nimport { a, unused } from './a.js';\nf(a, b);\n", "import { b } from './b.js';\nimport './polyfill.js';\nimport { a } from './a.js';\nf(a, b);\n"],
    ['keeps double quotes and missing semicolons', 'import { b } from "./b.js"\nimport { a } from "./a.js"\nf(a, b)\n', 'import { a } from "./a.js"\nimport { b } from "./b.js"\nf(a, b)\n'],
    ['keeps a head comment and line ends', "// Licence\r\n\r\nimport { b } from './b.js';\r\nimport { a } from './a.js';\r\nf(a, b);\r\n", "// Licence\r\n\r\nimport { a } from './a.js';\r\nimport { b } from './b.js';\r\nf(a, b);\r\n"],
    ['leaves require alone', "const a = require('./a');\nconst b = require('./b');\nf(b);\n", "const a = require('./a');\nconst b = require('./b');\nf(b);\n"],
    ['leaves a broken file alone', "import { a } from './a.js';\nf(;\n", "import { a } from './a.js';\nf(;\n"],
    ['leaves a file without imports alone', 'f(1);\n', 'f(1);\n'],
  ])('%s', async (_, source, expected) => {
    expect(await organised('src/x.js', source)).toBe(expected);
  });

  it('keeps types as types, and imports that only types use', async () => {
    const source = "import type { T } from './t';\nimport { U, type V, f } from './u';\nlet t: T; let u: U; let v: V;\nf(t, u, v);\n";
    expect(await organised('src/x.ts', source)).toBe("import type { T } from './t';\nimport { U, type V, f } from './u';\nlet t: T; let u: U; let v: V;\nf(t, u, v);\n");
  });

  it('keeps React where there is JSX', async () => {
    const source = "import React from 'react';\nexport const A = () => <b />;\n";
    expect(await organised('src/a.jsx', source)).toBe(source);
  });
});

describe('names that one file of the project exports', () => {
  it('imports them in an ES module with the extension', async () => {
    expect(await organised('src/x.js', 'export const x = area(1) + PI2;\n', { ...ESM, 'src/geo/area.js': 'export function area(r) {}\nexport const PI2 = 6;\n' }))
      .toBe("import { area, PI2 } from './geo/area.js';\n\nexport const x = area(1) + PI2;\n");
  });

  it('requires them in CommonJS', async () => {
    expect(await organised('src/x.js', "'use strict';\nconst fs = require('fs');\nmodule.exports = area(fs);\n", { 'package.json': '{}', 'src/area.js': 'function area() {}\nmodule.exports = { area };\n' }))
      .toBe("'use strict';\nconst fs = require('fs');\nconst { area } = require('./area');\nmodule.exports = area(fs);\n");
  });

  it('follows the habit of the other imports', async () => {
    const files = { 'package.json': '{}', 'tsconfig.json': '{}', 'src/area.ts': 'export interface Shape {}\nexport const area = (s: Shape) => 1;\n' };
    expect(await organised('src/x.ts', 'export const x = (s: Shape) => area(s);\n', files)).toBe("import { area, type Shape } from './area';\n\nexport const x = (s: Shape) => area(s);\n");
    const habit = { ...files, 'src/y.ts': "import { area } from './area.js';\narea({});\n" };
    expect(await organised('src/x.ts', 'export const x = area({});\n', habit)).toBe("import { area } from './area.js';\n\nexport const x = area({});\n");
  });

  it('merges with an import of the same file', async () => {
    expect(await organised('src/x.js', "import { a } from './a.js';\nf2(a, b);\n", { ...ESM, 'src/a.js': 'export const a = 1;\nexport const b = 2;\n' })).toBe("import { a, b } from './a.js';\nf2(a, b);\n");
  });

  it.each<[string, string, Record<string, string>]>([
    ['two files export', 'f1(area);\n', { 'a.js': 'export const area = 1;\n', 'b.js': 'export const area = 2;\n' }],
    ['nobody exports', 'f1(area);\n', {}],
    ['the platform has', 'process.exit(new URL(x1).port);\n', { 'a.js': 'export const process = 1;\nexport class URL {}\n' }],
    ['a test runner has', "describe('a', () => { it('b', () => expect(1)); });\n", { 'a.js': 'export const describe = 1, it = 2, expect = 3;\n' }],
    ['only a test exports', 'f1(helper);\n', { 'test/a.test.js': 'export const helper = 1;\n' }],
    ['the file defines', 'function area() {}\narea();\n', { 'a.js': 'export const area = 1;\n' }],
  ])('leaves names that %s', async (_, source, files) => {
    expect(await organised('src/x.js', source, { ...ESM, ...files })).toBe(source);
  });

  it('does not count a re-export as a second definition', async () => {
    const files = { ...ESM, 'src/area.js': 'export const area = 1;\n', 'src/index.js': "export { area } from './area.js';\nexport * from './area.js';\n" };
    expect(await organised('src/x.js', 'g1(area);\n', files)).toBe("import { area } from './area.js';\n\ng1(area);\n");
  });
});
