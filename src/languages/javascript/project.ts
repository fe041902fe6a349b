import { access } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { RelativePath, Workbench } from '../../workspace/types.ts';
import { type PackageJson, readPackageJson } from './package-json.ts';
import { testScript } from './script.ts';
import { isCode, isTestPath } from './test-paths.ts';

/** One package: the project itself, or a nested one with tests or a test script of its own. */
export interface Package {
  root: RelativePath | '';
  /** Absent for bare files without a package.json, and for one that does not parse. */
  json?: PackageJson;
  /** Every listed file below its root that belongs to no nested package. */
  files: RelativePath[];
  typescript: boolean;
}

const FOREIGN = /^(pyproject\.toml|setup\.py|setup\.cfg|requirements[\w.-]*\.txt|go\.mod|Cargo\.toml|Gemfile|pom\.xml|build\.gradle(\.kts)?|composer\.json)$/;
const MATERIAL = /(^|\/)(fixtures?|__fixtures__|__mocks__|testdata|node_modules|vendor)\//i;

/** Files read beside the tests to find tests in unusual places: enough for a small project, no delay in a large one. */
const OTHERS_READ = 300;

const inside = (path: string, root: string) => root === '' || path.startsWith(`${root}/`);

/** The packages of a project, the outermost first. Reads files, runs nothing. */
export async function packagesOf(bench: Workbench): Promise<Package[]> {
  const files = (await bench.list()).filter((f) => f.link === undefined).map((f) => f.path);
  const manifests = files.filter((p) => /(^|\/)package\.json$/.test(p) && !MATERIAL.test(p)).toSorted((a, b) => a.split('/').length - b.split('/').length);
  const found: { root: string; json?: PackageJson }[] = [];
  const workspaces: string[] = [];
  for (const path of manifests) {
    const root = path === 'package.json' ? '' : path.slice(0, -'/package.json'.length);
    const json = readPackageJson((await bench.readText(path)).text);
    const nested = found.some((p) => inside(root, p.root));
    if (json && !nested) workspaces.push(...json.workspaces.map((w) => (root ? `${root}/${w}` : w)));
    if (nested && !(json && (matchesWorkspace(root, workspaces) || testScript(json) !== undefined))) continue;
    found.push({ root, json });
  }
  if (!found.some((p) => p.root === '') && bareFiles(files, found)) found.unshift({ root: '' });
  return found.map(({ root, json }) => {
    const own = files.filter((f) => inside(f, root) && !found.some((p) => p.root !== root && inside(p.root, root) && inside(f, p.root)));
    return { root, json, files: own, typescript: isTypeScript(own) };
  });
}

/** Loose scripts in a project of another language are no package of ours unless some of them are tests. */
function bareFiles(files: readonly string[], found: readonly { root: string }[]): boolean {
  const loose = files.filter((f) => isCode(f) && !MATERIAL.test(f) && !found.some((p) => inside(f, p.root)));
  if (!loose.length) return false;
  return loose.some((f) => isTestPath(f)) || (!found.length && !files.some((f) => FOREIGN.test(f)));
}

function isTypeScript(files: readonly string[]): boolean {
  if (files.some((f) => /(^|\/)tsconfig[\w.-]*\.json$/.test(f))) return true;
  const sources = files.filter((f) => isCode(f) && !MATERIAL.test(f) && !/\.config\.[cm]?[jt]s$/.test(f));
  return sources.some((f) => /\.[cm]?tsx?$/.test(f));
}

function matchesWorkspace(root: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const source = pattern.replace(/^\.\//, '').replace(/\/+$/, '').split('/').map((part) =>
      part === '**' ? '.*' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*'),
    );
    return new RegExp(`^${source.join('/')}$`).test(root);
  });
}

/** The package a path belongs to: the innermost whose root holds it. */
export function packageFor(packages: readonly Package[], path: RelativePath): Package | undefined {
  return packages.filter((p) => inside(path, p.root)).toSorted((a, b) => b.root.length - a.root.length)[0];
}

/** Whether a file of the package names a module; files that are tests by their path are read first, and only so many others. */
export async function fileNaming(pack: Package, bench: Workbench, module: RegExp): Promise<RelativePath | undefined> {
  const code = pack.files.filter((f) => isCode(f) && !MATERIAL.test(f));
  const others = code.filter((f) => !isTestPath(f)).slice(0, OTHERS_READ);
  for (const path of [...code.filter(isTestPath), ...others]) {
    const { text } = await bench.readText(path).catch(() => ({ text: '' }));
    if (module.test(text)) return path;
  }
  return undefined;
}

/**
 * The folder of an installed dependency, relative to the workspace, looked up from a package's folder upwards: in the copy itself
 * and in the dependency folders that the sandbox will show there.
 */
export async function dependencyFolder(bench: Workbench, from: RelativePath | '', name: string): Promise<{ folder: RelativePath; host: string } | undefined> {
  const parts = from === '' ? [] : from.split('/');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const modules = [...parts.slice(0, depth), 'node_modules'].join('/');
    const shown = bench.mounts.filter((m) => m.target === posix.join(bench.mountAt, modules)).map((m) => m.source);
    for (const base of [...shown, join(bench.root, modules)]) {
      const host = join(base, name);
      if (await access(join(host, 'package.json')).then(() => true, () => false)) return { folder: `${modules}/${name}`, host };
    }
  }
  return undefined;
}
