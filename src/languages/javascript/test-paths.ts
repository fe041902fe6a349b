import type { RelativePath } from '../../workspace/types.ts';

const CODE = /\.[cm]?[jt]sx?$/;
const NAMED = /(?:[._-](?:test|spec|tests)|(?:^|\/)(?:test|tests|spec|test-[^/]*))\.[cm]?[jt]sx?$/i;
const TEST_FOLDER = /(^|\/)(tests?|specs?|__tests__|e2e)\//i;
/** Material the tests read, and code the tests share: inside the test folder, and no tests themselves. */
const MATERIAL = /(^|\/)(fixtures?|__fixtures__|__mocks__|__snapshots__|helpers?|support|utils?|data|mocks?|stubs?)\//i;

export const TEST_CONFIG_NAMES =
  /(^|\/)((vitest|vite|jest|ava|playwright|cypress|karma|wdio)\.(config|workspace|conf|setup)(\.[\w-]+)?\.([cm]?[jt]s|json|ya?ml)|(vitest|jest)[._-]setup\.[cm]?[jt]sx?|setup[._-]?tests?\.[cm]?[jt]sx?|test[._-]setup\.[cm]?[jt]sx?|\.mocharc(\.[\w]+)?|\.taprc|\.nycrc(\.\w+)?|\.c8rc(\.\w+)?|babel\.config\.[cm]?(js|json|ts)|\.babelrc(\.\w+)?|package\.json|\.npmrc|\.yarnrc(\.yml)?|\.pnpmfile\.c?js|node\.config\.json)$/i;

export function isCode(path: RelativePath): boolean {
  return CODE.test(path) && !/\.d\.[cm]?ts$/.test(path);
}

/** A file of tests by the habits of node:test, vitest, jest and mocha: by name, or by lying in a test folder. */
export function isTestPath(path: RelativePath): boolean {
  if (!isCode(path) || TEST_CONFIG_NAMES.test(path)) return false;
  if (NAMED.test(path)) return true;
  const folder = TEST_FOLDER.exec(path);
  return folder !== null && !MATERIAL.test(path.slice(folder.index));
}

/** Files that steer how tests run; a package.json counts and is compared by its test keys. */
export function isTestConfigPath(path: RelativePath): boolean {
  // Installed packages may be what the tests compare with.
  return TEST_CONFIG_NAMES.test(path) || /(^|\/)node_modules\//.test(path) || /(^|\/)(tests?|__tests__|spec)\/(.*\/)?(setup|global-?setup|teardown)\.[cm]?[jt]sx?$/i.test(path);
}

/** The test folder a path lies in (`packages/a/test`), if any. */
export function testFolderOf(path: RelativePath): string | undefined {
  const found = TEST_FOLDER.exec(path);
  return found ? path.slice(0, found.index + found[0].length - 1) : undefined;
}

interface Split {
  folder: string;
  stem: string;
  extension: string;
}

function split(path: RelativePath): Split {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  const dot = name.lastIndexOf('.');
  return { folder: path.slice(0, slash + 1), stem: name.slice(0, dot), extension: name.slice(dot) };
}

/**
 * Where a test for `path` belongs, by the habit of the tests that are there: beside the source, in `__tests__` beside
 * it, or in the package's test folder (with the source's folders repeated where the tests do so).
 *
 * @param packageRoot  '' or the nested package the source lies in, without a final slash
 * @param tests        existing test files of that package
 * @param fallback     the folder of a project without tests
 */
export function testPath(path: RelativePath, packageRoot: string, tests: readonly RelativePath[], fallback = 'test'): RelativePath {
  const source = split(path);
  const root = packageRoot === '' ? '' : `${packageRoot}/`;
  const own = tests.filter((t) => NAMED.test(t));
  const suffix = /[._-](tests?|spec)(?=\.[^.]+$)/i.exec(own[0] ?? '')?.[0] ?? (own.length || !tests.length ? '.test' : '');
  const extension = fitting(source.extension, own.length ? own : tests);
  const name = `${source.stem}${suffix}${extension}`;
  const counts = { beside: 0, dunder: 0, folder: 0 };
  for (const test of tests) {
    if (/(^|\/)__tests__\//.test(test)) counts.dunder += 1;
    else if (testFolderOf(test.slice(root.length)) !== undefined) counts.folder += 1;
    else counts.beside += 1;
  }
  if (counts.beside > counts.dunder && counts.beside > counts.folder) return `${source.folder}${name}`;
  if (counts.dunder > counts.folder) return `${source.folder}__tests__/${name}`;
  const folder = mostCommon(tests.map((t) => testFolderOf(t)).filter((t): t is string => t !== undefined)) ?? `${root}${fallback}`;
  const inner = source.folder.slice(root.length).replace(/^(src|lib)\//, '');
  const mirrored = inner !== '' && tests.some((t) => t.startsWith(`${folder}/`) && t.slice(folder.length + 1).includes('/'));
  return `${folder}/${mirrored ? inner : ''}${name}`;
}

/** A TypeScript source may be tested from JavaScript and the other way round, if that is what the tests do. */
function fitting(extension: string, tests: readonly RelativePath[]): string {
  const used = mostCommon(tests.map((t) => split(t).extension));
  if (!used || used === extension) return extension;
  return extension.endsWith('x') && used === extension.slice(0, -1) ? extension : used;
}

function mostCommon(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0];
}
