import { describe, expect, it } from 'vitest';
import { testConfigOf } from './package-json.ts';
import { isTestConfigPath, isTestPath, testPath } from './test-paths.ts';

describe('test files', () => {
  it.each(['test/a.test.js', 'src/a.spec.ts', 'src/__tests__/a.tsx', 'test/a.js', 'tests/unit/a.mjs', 'a_test.js', 'a-test.cjs', 'test.js', 'packages/x/test/a.ts'])('%s is one', (path) => expect(isTestPath(path)).toBe(true));
  it.each(['src/a.js', 'test/fixtures/a.js', 'test/helpers/b.ts', 'test/a.json', 'src/latest.js', 'src/contest.ts', 'vitest.config.ts', 'types/a.test.d.ts', 'test/__snapshots__/a.js', 'src/attest/a.js'])('%s is none', (path) => expect(isTestPath(path)).toBe(false));
});

describe('test configuration', () => {
  it.each(['vitest.config.ts', 'vite.config.mjs', 'jest.config.json', 'packages/a/jest.config.js', '.mocharc.yml', '.mocharc', 'babel.config.js', 'vitest.workspace.ts', 'test/setup.ts', 'src/setupTests.js', 'jest.setup.js', 'package.json', '.babelrc', '.nycrc.json'])('%s is', (path) => expect(isTestConfigPath(path)).toBe(true));
  it.each(['tsconfig.json', 'src/config.ts', 'src/setup.ts', 'package-lock.json', 'eslint.config.js', 'src/vite.ts'])('%s is not', (path) => expect(isTestConfigPath(path)).toBe(false));

  it.each<[string, string, unknown]>([
    ['package.json', '{"name":"a","scripts":{"build":"b","test":"t","test:unit":"u","pretest":"p"},"jest":{"x":1},"version":"2"}', { scripts: { test: 't', 'test:unit': 'u', pretest: 'p' }, jest: { x: 1 } }],
    ['a/package.json', '{"name":"a"}', undefined], ['package.json', '{', undefined], ['package.json', '[]', undefined], ['src/a.json', '{"jest":1}', undefined],
  ])('keys of %s %j', (path, source, expected) => expect(testConfigOf(path, source)).toEqual(expected));
});

describe('where a new test belongs', () => {
  it.each<[string, string, string[], string]>([
    ['src/a.js', '', [], 'test/a.test.js'],
    ['a.js', '', [], 'test/a.test.js'],
    ['src/a.js', '', ['test/b.test.js'], 'test/a.test.js'],
    ['src/a.js', '', ['test/b.js'], 'test/a.js'],
    ['src/a.js', '', ['tests/b.spec.js'], 'tests/a.spec.js'],
    ['src/x/a.ts', '', ['src/x/b.test.ts'], 'src/x/a.test.ts'],
    ['src/x/a.ts', '', ['src/y/__tests__/b.test.ts'], 'src/x/__tests__/a.test.ts'],
    ['src/x/a.ts', '', ['test/y/b.test.ts'], 'test/x/a.test.ts'],
    ['src/a.ts', '', ['test/b.test.js'], 'test/a.test.js'],
    ['src/a.tsx', '', ['src/b.test.ts'], 'src/a.test.tsx'],
    ['src/a.ts', '', ['test/b-test.ts'], 'test/a-test.ts'],
    ['packages/p/src/a.js', 'packages/p', [], 'packages/p/test/a.test.js'],
    ['packages/p/src/a.js', 'packages/p', ['packages/p/test/b.test.js'], 'packages/p/test/a.test.js'],
  ])('%s in %j beside %j: %s', (path, root, tests, expected) => expect(testPath(path, root, tests)).toBe(expected));
});
