import type { RelativePath, Workbench } from '../../workspace/types.ts';
import type { Check, Detection } from '../types.ts';
import { folderOf, isCollected, isOwnPython, isTestFile, within } from './paths.ts';
import { packageManagerOf, pytestNamed, readManifest, testPathsOf, type Manifest } from './manifest.ts';

/** Folders deep in which a nested project may stand. */
const NESTED_DEPTH = 4;
/** Bytes of a file that are looked at for the framework it uses. */
const PEEK_LIMIT = 512 * 1024;
const FOREIGN_MANIFEST = /^(package\.json|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(\.kts)?|Gemfile|composer\.json)$/;

/** Looks at a project's files, and at those of projects nested in it, and says how its tests are run. Runs nothing. */
export async function detect(bench: Workbench): Promise<Detection[]> {
  const all = (await bench.list()).map((file) => file.path);
  const roots = projectRoots(all);
  const detections: Detection[] = [];
  for (const root of roots) {
    const mine = all.filter((path) => within(root, path) !== undefined && !roots.some((other) => other !== root && within(root, other) !== undefined && within(other, path) !== undefined));
    const found = await detectOne(bench, root, mine);
    if (found) detections.push(found);
  }
  return detections;
}

/** The root, and folders with a manifest of their own. Samples for tests are no projects. */
export function projectRoots(paths: readonly RelativePath[]): string[] {
  const nested = paths
    .filter((path) => /(^|\/)(pyproject\.toml|setup\.py|setup\.cfg)$/.test(path) && path.includes('/'))
    .map(folderOf)
    .filter((folder) => folder.split('/').length <= NESTED_DEPTH && !/(^|\/)(tests?|fixtures?|testdata|data|templates?|docs?|examples?|vendor|node_modules|\..*)(\/|$)/.test(folder));
  return ['', ...new Set(nested)].sort();
}

async function detectOne(bench: Workbench, root: string, paths: RelativePath[]): Promise<Detection | undefined> {
  const manifest = await readManifest(bench, paths, root);
  const python = paths.filter(isOwnPython);
  const declared = manifest.files.some((name) => name !== 'tox.ini') || Object.keys(manifest.requirements).length > 0;
  const testFiles = python.filter((path) => isTestFile(within(root, path)!));
  // A few scripts in a project of another language need no Python tests of their own.
  const foreign = paths.some((path) => FOREIGN_MANIFEST.test(within(root, path)!));
  if (!declared && (foreign ? !testFiles.length : !python.length)) return undefined;
  const frameworks = await frameworksOf(bench, manifest, python, testFiles);
  const tests = testFolders(root, manifest, testFiles);
  const evidence = [...manifest.files, ...Object.keys(manifest.requirements)].map((name) => (root ? `${root}/${name}` : name));
  if (!evidence.length) evidence.push(`${python.length} Python file${python.length === 1 ? '' : 's'}`);
  const here = root ? `${root}: ` : '';
  return {
    language: 'python',
    root,
    evidence: [...evidence, ...frameworks.map((f) => `${f.framework}: ${f.why}`)],
    sources: sourceFolders(root, python.filter((path) => !testFiles.includes(path))),
    tests,
    checks: frameworks.map(({ framework, why }): Check => ({ id: root ? `${framework} in ${root}` : framework, framework, language: 'python', cwd: root, why: `${here}${why}` })),
    packageManager: packageManagerOf(manifest),
  };
}

type Framework = { framework: 'pytest' | 'unittest' | 'doctest'; why: string };

async function frameworksOf(bench: Workbench, manifest: Manifest, python: string[], testFiles: string[]): Promise<Framework[]> {
  const named = pytestNamed(manifest);
  if (named) return [{ framework: 'pytest', why: named }];
  let unittest: string | undefined;
  for (const path of testFiles) {
    const source = await peek(bench, path);
    if (/^\s*(import|from)\s+(pytest|hypothesis)\b/m.test(source)) return [{ framework: 'pytest', why: `${path} imports pytest` }];
    if (/^(async\s+)?def\s+test\w*\s*\(/m.test(source) && isCollected(path)) return [{ framework: 'pytest', why: `test functions in ${path}` }];
    if (/^class\s+Test\w*\s*(\(\s*(object)?\s*\))?:/m.test(source) && isCollected(path)) return [{ framework: 'pytest', why: `test classes in ${path}` }];
    if (/\bTestCase\b/.test(source) && /^\s*class\s/m.test(source)) unittest ??= path;
  }
  if (unittest) return [{ framework: 'unittest', why: `TestCase classes in ${unittest}` }];
  for (const path of python) {
    if (hasExamples(await peek(bench, path))) return [{ framework: 'doctest', why: `examples in ${path}` }];
  }
  return [{ framework: 'pytest', why: 'there are no tests yet' }];
}

export function hasExamples(source: string): boolean {
  return /^\s*>>> \S/m.test(source);
}

/** The head of a file; unreadable ones (binary, too large) hold no tests. */
export async function peek(bench: Workbench, path: RelativePath): Promise<string> {
  try {
    return (await bench.readText(path)).text.slice(0, PEEK_LIMIT);
  } catch {
    return '';
  }
}

/** The outermost folders that hold tests; the habit's folder where there are none yet. */
function testFolders(root: string, manifest: Manifest, testFiles: string[]): string[] {
  const join = (folder: string) => [root, folder].filter(Boolean).join('/');
  const declared = testPathsOf(manifest).map(join).filter((folder) => testFiles.some((path) => within(folder, path) !== undefined));
  if (declared.length) return declared;
  const folders = new Set<string>();
  for (const path of testFiles) {
    const parts = (within(root, path) ?? path).split('/').slice(0, -1);
    const index = parts.findIndex((part) => /^tests?$/.test(part));
    folders.add(join((index < 0 ? parts : parts.slice(0, index + 1)).join('/')));
  }
  const outermost = [...folders].filter((folder) => ![...folders].some((other) => other !== folder && within(other, folder) !== undefined));
  return testFiles.length ? outermost.sort() : [join('tests')];
}

/** `src`, the packages beside it, or the root itself for single modules. */
function sourceFolders(root: string, sources: string[]): string[] {
  const folders = new Set<string>();
  for (const path of sources) {
    const parts = (within(root, path) ?? path).split('/');
    if (parts.length === 1 && /^(setup|noxfile|conftest|manage)\.py$/.test(parts[0]!)) continue;
    const top = parts.length > 1 ? parts[0]! : '';
    if (/^(docs?|examples?|scripts|benchmarks?)$/.test(top)) continue;
    folders.add([root, top].filter(Boolean).join('/'));
  }
  return [...folders].sort();
}
