import type { RelativePath, Workbench } from '../../workspace/types.ts';
import type { Check, Detection } from '../types.ts';
import { modulePathOf } from './go-mod.ts';
import { folderOf, isOwnGo, within } from './paths.ts';

/** Folders deep in which a nested module may stand. */
const NESTED_DEPTH = 4;
/** Modules in such folders show something, and often need what is not on this machine. */
const SAMPLES = /(^|\/)(fixtures?|templates?|docs?|examples?)(\/|$)/;

/** A module of the project: its folder, its path, its own Go files. */
export interface Module {
  root: string;
  /** Undefined where the go.mod cannot be read, or there is none. */
  path?: string;
  files: RelativePath[];
}

/**
 * Looks at a project's files and says which modules it has and that `go test ./...` runs their tests. Runs nothing. There is no `go vet` check:
 * `go test` runs the vet rules that find bugs in the packages that it tests, and all rules are for those who ask (`--check "go vet ./..."`).
 */
export async function detect(bench: Workbench): Promise<Detection[]> {
  const files = (await bench.list()).map((file) => file.path);
  const found = await modulesOf(bench, files);
  const workspace = files.includes('go.work');
  return found.map((module) => detection(module, files, workspace));
}

/** The module at the root, and nested ones that have tests; without one at the root, all that are nested. Go files without a go.mod belong to none. */
export async function modulesOf(bench: Workbench, files: readonly RelativePath[]): Promise<Module[]> {
  const roots = files.filter((path) => /(^|\/)go\.mod$/.test(path) && isOwnGo(path.replace(/go\.mod$/, 'a.go'))).map(folderOf);
  const own = (root: string): RelativePath[] =>
    files.filter((path) => isOwnGo(path) && within(root, path) !== undefined && !roots.some((other) => other !== root && within(root, `${other}/`) !== undefined && within(other, path) !== undefined));
  const modules: Module[] = [];
  for (const root of roots) {
    const mine = own(root);
    const sample = root.split('/').length > NESTED_DEPTH || SAMPLES.test(root);
    // Beside a module at the root, one without tests is a tool or a plugin; alone, it is the project.
    if (root !== '' && (sample || (roots.includes('') && !mine.some((path) => path.endsWith('_test.go'))))) continue;
    const name = [root, 'go.mod'].filter(Boolean).join('/');
    const source = await bench.readText(name).then((file) => file.text, () => ''); // an unreadable one is the go command's to report
    const path = modulePathOf(source);
    modules.push({ root, ...(path === undefined ? {} : { path }), files: mine });
  }
  return modules;
}

function detection({ root, path, files }: Module, all: readonly RelativePath[], workspace: boolean): Detection {
  const tests = files.filter((file) => file.endsWith('_test.go'));
  const name = [root, 'go.mod'].filter(Boolean).join('/');
  const why = tests.length ? `${tests.length} test file${tests.length === 1 ? '' : 's'}` : 'there are no tests yet';
  const here = root ? `${root}: ` : '';
  const check: Check = { id: root ? `go test in ${root}` : 'go test', framework: 'go test', language: 'go', cwd: root, why: `${here}${name}, ${why}` };
  return {
    language: 'go',
    root,
    evidence: [`${name}${path === undefined ? '' : `: module ${path}`}`, ...(workspace ? ['go.work'] : []), `go test: ${why}`],
    sources: [...new Set(files.filter((file) => !file.endsWith('_test.go')).map((file) => folderOf(file)))].sort(),
    tests: testFolders(root, all),
    checks: [check],
    packageManager: 'go',
  };
}

/** Folders that hold only what tests use. Tests themselves stand beside the source. */
function testFolders(root: string, all: readonly RelativePath[]): string[] {
  const found = new Set<string>();
  for (const path of all) {
    const match = within(root, path) === undefined ? undefined : /^(?:.*\/)?testdata(?=\/)/.exec(path)?.[0];
    if (match !== undefined) found.add(match);
  }
  return [...found].sort();
}
