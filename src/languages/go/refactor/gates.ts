import { posix } from 'node:path';
import { UntilgreenError } from '../../../core/errors.ts';
import type { RelativePath } from '../../../workspace/types.ts';
import type { Problem, RefactorContext } from '../../refactor/types.ts';
import { compileErrors } from '../compile-errors.ts';
import { environmentFor } from '../environment.ts';
import { folderOf, isOwnGo, within } from '../paths.ts';

/** Milliseconds for compiling: the standard library with an empty cache takes most of a minute on two cores. */
const COMPILE_MS = 600_000;
/**
 * All of them compile and read; none runs anything of the project. Packages of which nothing is built here would end the commands for all
 * others, and `go build` takes none that has tests alone.
 */
const SCRIPT = `named() { go=$1; form=$2; shift 2; "$go" list -e -f "{{if $form}}{{.ImportPath}}{{end}}" -- "$@"; }
built=$(named "$0" 'or .GoFiles .CgoFiles (not (or .IgnoredGoFiles .TestGoFiles .XTestGoFiles))' "$@" 2>/dev/null)
all=$(named "$0" 'or .GoFiles .CgoFiles .TestGoFiles .XTestGoFiles (not .IgnoredGoFiles)' "$@")
[ -z "$built" ] || "$0" build -o /dev/null -- $built
[ -z "$all" ] || "$0" vet -- $all`;

/** What `go build` and `go vet` say of the packages of some files. Packages with tests alone, or for other platforms, are passed over by them. */
export async function checkPackages(paths: readonly RelativePath[], context: RefactorContext): Promise<Problem[]> {
  const problems: Problem[] = [];
  const roots = await moduleRoots(context);
  const folders = [...new Set(paths.filter(isOwnGo).map(folderOf))];
  for (const root of roots) {
    const mine = folders.filter((folder) => owner(folder, roots) === root).map((folder) => `./${posix.normalize(within(root, folder === root ? `${root}/.` : folder) ?? '.')}`);
    if (mine.length) problems.push(...(await check(root, mine, context)));
  }
  return problems;
}

/** The same for every package of every module of the project. */
export async function checkModules(context: RefactorContext): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const root of await moduleRoots(context)) problems.push(...(await check(root, ['./...'], context)));
  return problems;
}

async function moduleRoots({ bench }: RefactorContext): Promise<string[]> {
  const roots = (await bench.list()).filter(({ path }) => posix.basename(path) === 'go.mod' && isOwnGo(path.replace(/mod$/, 'go'))).map(({ path }) => folderOf(path));
  return roots.toSorted((a, b) => b.length - a.length);
}

/** The innermost module around a folder. */
function owner(folder: string, roots: readonly string[]): string | undefined {
  return roots.find((root) => root === '' || folder === root || folder.startsWith(`${root}/`));
}

async function check(root: string, patterns: readonly string[], { bench, sandbox, signal }: RefactorContext): Promise<Problem[]> {
  const { go, env, mounts, cache } = await environmentFor(bench);
  const result = await sandbox.run({
    argv: ['sh', '-c', SCRIPT, go.program, ...patterns],
    workspace: bench.root,
    mountAt: bench.mountAt,
    cwd: root,
    env,
    mounts: [...bench.mounts, ...mounts.filter((mount) => mount.target !== cache.target), { ...cache, writable: true }],
    network: 'none',
    limits: { wallMs: COMPILE_MS, diskBytes: 4 * 2 ** 30, outputBytes: 16 * 2 ** 20 },
    ...(signal ? { signal } : {}),
  });
  if (signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled.');
  if (result.status !== 'exited') throw new UntilgreenError('sandbox_error', `Go could not check the packages: ${result.error ?? result.status}.`, {}, 'Run `untilgreen doctor`.');
  const seen = new Set<string>();
  return compileErrors(result.stderr.split('\n'), { mountAt: bench.mountAt, root: bench.root, cwd: root }).flatMap(({ file, line, message }): Problem[] => {
    const problem = { path: file ?? posix.join(root, 'go.mod'), line: line ?? 1, code: 'go', message };
    // `go vet` tells again what `go build` told.
    const key = JSON.stringify(problem);
    return seen.has(key) || isNothing(message) ? [] : (seen.add(key), [problem]);
  });
}

/** A folder that has nothing to build here: no fault. */
function isNothing(message: string): boolean {
  return /no non-test Go files|build constraints exclude all Go files|no packages to (?:vet|build)|matched no packages/.test(message);
}
