import { describe, expect, it } from 'vitest';
import type { MoveModule } from '../../../refactor/types.ts';
import { after, BUNDLER, changes, type Files, NODENEXT, refusal } from '../sample.prop.ts';

const ESM: Files = { 'package.json': '{"type":"module"}', 'tsconfig.json': NODENEXT };
const ALIAS = '{"compilerOptions":{"module":"esnext","moduleResolution":"bundler","strict":true,"types":[],"paths":{"@/*":["./src/*"]}},"include":["src"]}';
type Row = [string, Files, Omit<MoveModule, 'kind'>, Record<string, string | undefined>];

describe('a moved module', () => {
  it.each<Row>([
    ['takes static, type-only, dynamic and re-exporting imports along', { ...ESM, 'src/a.ts': "import { z } from './z.js';\nexport type T = typeof z;\nexport const a = z;\n", 'src/z.ts': 'export const z = 1;\n', 'src/b.ts': "import { a } from './a.js';\nimport type { T } from './a.js';\nexport * from './a.js';\nexport const l = (): Promise<unknown> => import('./a.js');\nexport type U = import('./a.js').T | T;\nexport const b = a;\n" },
      { from: 'src/a.ts', to: 'src/deep/c.ts' }, { 'src/a.ts': undefined, 'src/deep/c.ts': "import { z } from '../z.js';\nexport type T = typeof z;\nexport const a = z;\n", 'src/b.ts': "import { a } from './deep/c.js';\nimport type { T } from './deep/c.js';\nexport * from './deep/c.js';\nexport const l = (): Promise<unknown> => import('./deep/c.js');\nexport type U = import('./deep/c.js').T | T;\nexport const b = a;\n" }],
    ['keeps the manner of each file: none, folder, own ending', { 'package.json': '{}', 'tsconfig.json': BUNDLER, 'src/lib/index.ts': 'export const x = 1;\n', 'src/a.ts': "import { x } from './lib';\nexport { x };\n", 'src/b.ts': "import { x } from './lib/index.ts';\nexport { x };\n" },
      { from: 'src/lib', to: 'src/core' }, { 'src/lib/index.ts': undefined, 'src/core/index.ts': 'export const x = 1;\n', 'src/a.ts': "import { x } from './core';\nexport { x };\n", 'src/b.ts': "import { x } from './core/index.ts';\nexport { x };\n" }],
    ['keeps aliases of paths', { 'package.json': '{}', 'tsconfig.json': ALIAS, 'src/a/x.ts': 'export const x = 1;\n', 'src/b.ts': "import { x } from '@/a/x';\nexport { x };\n" }, { from: 'src/a/x.ts', to: 'src/b/y.ts' }, { 'src/a/x.ts': undefined, 'src/b/y.ts': 'export const x = 1;\n', 'src/b.ts': "import { x } from '@/b/y';\nexport { x };\n" }],
    ['takes require, mocks, URLs and package.json along', { 'package.json': '{"main":"./lib/a.js","bin":{"x":"lib/a.js"},"scripts":{"start":"node lib/a.js --x"}}', 'lib/a.js': "exports.a = require('./z').z;\n", 'lib/z.js': 'exports.z = 1;\n', 'test/a.test.js': "jest.mock('../lib/a');\nconst { a } = require('../lib/a');\nrequire.resolve('../lib/a.js');\n" },
      { from: 'lib/a.js', to: 'lib/in/b.js' }, { 'package.json': '{"main":"./lib/in/b.js","bin":{"x":"lib/in/b.js"},"scripts":{"start":"node lib/in/b.js --x"}}', 'lib/a.js': undefined, 'lib/in/b.js': "exports.a = require('../z').z;\n", 'test/a.test.js': "jest.mock('../lib/in/b');\nconst { a } = require('../lib/in/b');\nrequire.resolve('../lib/in/b.js');\n" }],
    ['takes imports of package.json and new URL along', { 'package.json': '{"type":"module","imports":{"#in/*":"./src/*.js"}}', 'src/w.js': 'export const w = 1;\n', 'src/a.js': "import { w } from '#in/w';\nnew Worker(new URL('./w.js', import.meta.url));\nexport { w };\n" }, { from: 'src/w.js', to: 'src/jobs/w.js' }, { 'src/w.js': undefined, 'src/jobs/w.js': 'export const w = 1;\n', 'src/a.js': "import { w } from '#in/jobs/w';\nnew Worker(new URL('./jobs/w.js', import.meta.url));\nexport { w };\n" }],
    ['takes tsconfig.json and assets along', { 'package.json': '{}', 'tsconfig.json': '{"compilerOptions":{"moduleResolution":"bundler","module":"esnext","paths":{"lib":["./src/lib/index.ts"]}},"files":["src/lib/index.ts"]}', 'src/lib/index.ts': "import './s.css';\nimport d from '../d.json';\nexport { d };\n", 'src/lib/s.css': '', 'src/d.json': '{}' },
      { from: 'src/lib', to: 'lib' }, { 'tsconfig.json': '{"compilerOptions":{"moduleResolution":"bundler","module":"esnext","paths":{"lib":["./lib/index.ts"]}},"files":["lib/index.ts"]}', 'src/lib/index.ts': undefined, 'src/lib/s.css': undefined, 'lib/index.ts': "import './s.css';\nimport d from '../src/d.json';\nexport { d };\n", 'lib/s.css': '' }],
    ['leaves a re-export on request', { ...ESM, 'src/a.ts': 'export const a = 1;\nexport default a;\n' }, { from: 'src/a.ts', to: 'src/b.ts', keepOld: true }, { 'src/a.ts': "export * from './b.js';\nexport { default } from './b.js';\n", 'src/b.ts': 'export const a = 1;\nexport default a;\n' }],
    ['finds packages of a workspace by their sources', { 'package.json': '{"workspaces":["packages/*"]}', 'packages/a/package.json': '{"name":"@x/a","type":"module","exports":{"./*":"./dist/*.js"}}', 'packages/a/src/one.ts': 'export const one = 1;\n', 'packages/b/package.json': '{"name":"@x/b","type":"module"}', 'packages/b/src/b.ts': "import { one } from '@x/a/one';\nexport { one };\n" }, { from: 'packages/b/src/b.ts', to: 'packages/b/src/in/c.ts' }, { 'packages/b/src/b.ts': undefined, 'packages/b/src/in/c.ts': "import { one } from '@x/a/one';\nexport { one };\n" }],
  ])('%s', (_, files, operation, expected) => {
    expect(changes(files, { kind: 'move_module', ...operation })).toEqual(expected);
  });

  it.each<[string, Files, Omit<MoveModule, 'kind'>, string]>([
    ['the place is taken', { ...ESM, 'src/a.ts': '', 'src/b.ts': '' }, { from: 'src/a.ts', to: 'src/b.ts' }, 'name_clash'],
    ['it is not there', ESM, { from: 'src/a.ts', to: 'src/b.ts' }, 'not_found'],
    ['the language would change', { ...ESM, 'src/a.ts': '' }, { from: 'src/a.ts', to: 'src/a.js' }, 'unsupported'],
    ['the module system would change', { ...ESM, 'old/package.json': '{}', 'src/a.ts': '' }, { from: 'src/a.ts', to: 'old/a.ts' }, 'behaviour'],
    ['a folder would go into itself', { ...ESM, 'src/a.ts': '' }, { from: 'src', to: 'src/in' }, 'unsupported'],
  ])('is refused where %s', (_, files, operation, reason) => {
    expect(refusal(files, { kind: 'move_module', ...operation })).toBe(reason);
  });

  it.each(['src/in/a.ts', 'lib/a.ts', 'src/b/c/d.ts'])('to %s and back has the same bytes', (to) => {
    const files = { ...ESM, 'src/a.ts': "import { z } from './x/z.js';\nexport const a = z;\n", 'src/x/z.ts': "export const z = 1;\nexport type A = typeof import('../a.js');\n", 'src/c.ts': "import {a} from \"./a.js\"\nexport default a\n" };
    const there = after(files, { kind: 'move_module', from: 'src/a.ts', to });
    expect(Object.keys(there)).toContain(to);
    expect(after(there, { kind: 'move_module', from: to, to: 'src/a.ts' })).toEqual(files);
  });
});
