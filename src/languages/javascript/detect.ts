import type { Check, Detection, LanguageName } from '../types.ts';
import type { Workbench } from '../../workspace/types.ts';
import type { PackageJson } from './package-json.ts';
import { fileNaming, type Package, packagesOf } from './project.ts';
import { commandOf, type Framework, testScript } from './script.ts';
import { isCode, isTestPath, testFolderOf } from './test-paths.ts';

const LOCKS: [RegExp, string][] = [
  [/^pnpm-lock\.yaml$/, 'pnpm'], [/^yarn\.lock$/, 'yarn'], [/^bun\.lockb?$/, 'bun'], [/^(package-lock|npm-shrinkwrap)\.json$/, 'npm'],
];
/** Scripts of a workspace root that run the scripts of its packages: those have checks of their own. */
const FANS_OUT = /--workspaces|\s-ws\b|--workspace[= ]|\bturbo\b|\blerna\b|\bnx\b|\bpnpm (-r|--recursive|--filter)|\byarn workspaces\b/;
const NODE_TEST = /['"]node:test['"]/;

/** Packages of the given face: those with TypeScript belong to `typescript`, all others to `javascript`. Runs nothing. */
export async function detect(name: 'javascript' | 'typescript', bench: Workbench): Promise<Detection[]> {
  const packages = await packagesOf(bench);
  const checksOf = new Map<Package, Check[]>();
  for (const pack of packages) checksOf.set(pack, await findChecks(pack, packages, bench));
  const first = packages[0];
  // A project without any test still has a place where tests will be found once there are some.
  if (first && ![...checksOf.values()].some((c) => c.length)) {
    checksOf.set(first, [check(first, defaultFramework(first.json), 'no tests yet')]);
  }
  return packages
    .filter((p) => (p.typescript ? 'typescript' : 'javascript') === name)
    .map((pack) => {
      const tests = pack.files.filter(isTestPath);
      return {
        language: name,
        root: pack.root,
        evidence: evidence(pack),
        sources: folders(pack, pack.files.filter((f) => isCode(f) && !isTestPath(f) && !/\.config\.[cm]?[jt]s$/.test(f))),
        tests: [...new Set(tests.map(testFolderOf).filter((t): t is string => t !== undefined))].toSorted(),
        checks: checksOf.get(pack) ?? [],
        packageManager: packageManager(pack, first),
      };
    });
}

function evidence(pack: Package): string[] {
  const at = (name: string) => (pack.root === '' ? name : `${pack.root}/${name}`);
  const found = ['package.json', 'tsconfig.json', 'jsconfig.json', 'deno.json'].map(at).filter((p) => pack.files.includes(p));
  const code = pack.files.filter(isCode);
  if (code.length) found.push(`${code.length} source ${code.length === 1 ? 'file' : 'files'} (${code[0]}${code.length > 1 ? ', …' : ''})`);
  return found;
}

function folders(pack: Package, files: readonly string[]): string[] {
  const depth = pack.root === '' ? 0 : pack.root.split('/').length;
  return [...new Set(files.map((f) => f.split('/').slice(0, -1).slice(0, depth + 1).join('/') || '.'))].toSorted();
}

function packageManager(pack: Package, first: Package | undefined): string | undefined {
  for (const place of [pack, first]) {
    if (!place?.json) continue;
    const declared = /^(npm|pnpm|yarn|bun)@/.exec(place.json.packageManager ?? '')?.[1];
    if (declared) return declared;
    const prefix = place.root === '' ? '' : `${place.root}/`;
    for (const [lock, manager] of LOCKS) {
      if (place.files.some((f) => f.startsWith(prefix) && lock.test(f.slice(prefix.length)))) return manager;
    }
  }
  return pack.json ? 'npm' : undefined;
}

const nameOf = (pack: Package): LanguageName => (pack.typescript ? 'typescript' : 'javascript');

function check(pack: Package, framework: Framework, why: string): Check {
  return { id: pack.root === '' ? framework : `${framework} (${pack.root})`, framework, language: nameOf(pack), cwd: pack.root, why };
}

function defaultFramework(json: PackageJson | undefined): Framework {
  if (json?.dependencies['vitest']) return 'vitest';
  if (json?.dependencies['jest']) return 'jest';
  return 'node:test';
}

async function findChecks(pack: Package, all: readonly Package[], bench: Workbench): Promise<Check[]> {
  const { json } = pack;
  const script = json && commandOf(json);
  if (script) {
    const hasTests = pack.files.some(isTestPath) || pack.root === '';
    return hasTests ? [check(pack, script.framework, `script "test": ${script.text}`)] : [];
  }
  const text = json && testScript(json);
  const nested = all.some((p) => p !== pack && (pack.root === '' || p.root.startsWith(`${pack.root}/`)));
  if (text !== undefined && !(nested && FANS_OUT.test(text))) {
    const id = pack.root === '' ? 'npm test' : `npm test (${pack.root})`;
    return [{ id, framework: 'command', language: nameOf(pack), cwd: pack.root, command: 'npm test', why: `script "test": ${text}` }];
  }
  for (const framework of ['vitest', 'jest'] as const) {
    if (json?.dependencies[framework] && pack.files.some(isTestPath)) return [check(pack, framework, `${framework} is a dependency`)];
  }
  const importing = await fileNaming(pack, bench, NODE_TEST);
  if (importing) return [check(pack, 'node:test', `${importing} imports node:test`)];
  if (pack.files.some(isTestPath) && text === undefined) return [check(pack, 'node:test', 'test files and no test script')];
  return [];
}
