import { describe, expect, test } from 'vitest';
import { understood } from './requests.ts';
import { templateFor } from './templates/registry.ts';

describe('a request that needs no model', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['rename area to surface', 'rename-symbol', { oldName: 'area', newName: 'surface' }],
    ['Rename the function `area` to `surface` everywhere.', 'rename-symbol', { oldName: 'area', newName: 'surface' }],
    ['rename Circle.area to surface', 'rename-symbol', { oldName: 'Circle.area', newName: 'surface' }],
    ['rename area() in shapes.py to surface()', 'rename-symbol', { oldName: 'area', newName: 'surface', path: 'shapes.py' }],
    ['rename helpers.py to tools.py', 'move-module', { module: 'helpers.py', to: 'tools.py' }],
    ['rename module helpers to tools', 'move-module', { module: 'helpers', to: 'tools' }],
    ['Merge utils.py and helpers.py into one module', 'merge-modules', { modules: ['utils.py', 'helpers.py'] }],
    ['merge utils.py, helpers.py and misc.py into common.py', 'merge-modules', { modules: ['utils.py', 'helpers.py', 'misc.py'], into: 'common.py' }],
    ['merge utils into helpers', 'merge-modules', { modules: ['utils', 'helpers'], into: 'helpers' }],
    ['combine src/a.ts and src/b.ts', 'merge-modules', { modules: ['src/a.ts', 'src/b.ts'] }],
    ['move slugify to text.py', 'move-symbols', { symbols: ['slugify'], to: 'text.py' }],
    ['move slugify and shorten from utils.py into pkg/text.py and fix all imports', 'move-symbols', { symbols: ['slugify', 'shorten'], from: 'utils.py', to: 'pkg/text.py' }],
    ['move src/util.ts to src/lib/util.ts', 'move-module', { module: 'src/util.ts', to: 'src/lib/util.ts' }],
    ['organise imports', 'tidy', { tidy: 'imports' }],
    ['sort the imports in src/a.py', 'tidy', { tidy: 'imports', paths: ['src/a.py'] }],
    ['format the code', 'tidy', { tidy: 'format' }],
    ['remove unused imports from the project', 'tidy', { tidy: 'unused imports' }],
    ['run the tests', 'read-run', {}],
  ])('%s', (request, template, keys) => {
    expect(understood(request)).toEqual({ template, keys });
    expect(templateFor(request, keys)?.name).toBe(template);
  });

  test.each([
    'rename area to surface and make it return metres',
    'merge the two branches',
    'move fast and break things',
    'fix the imports so that the circular import goes away, then add a test',
    'format dates as ISO 8601',
    'run the tests and fix what fails',
    'make me a dockerized FastAPI app',
    'write tests for this module',
    'rename',
    'rename methods to camelCase',
    'rename it to slug',
    'move everything to src',
    'merge all into main.py',
  ])('is not taken for one: %s', (request) => {
    expect(understood(request)).toBeUndefined();
  });
});
