import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../../config/paths.ts';
import { UntilgreenError } from '../../core/errors.ts';
import { GO_ENV } from '../../sandbox/code/languages/go-cache.ts';
import type { Mount } from '../../sandbox/types.ts';
import type { Workbench } from '../../workspace/types.ts';
import { isOwnGo } from './paths.ts';
import { toolchain } from './toolchain.ts';
import type { Toolchain } from './toolchain.ts';

const run = promisify(execFile);
/** The index of packages is written when it is read, and a read-only cache makes that an error; all else that cannot be kept is done without. */
const NO_INDEX = 'goindex=0';
/** Where the cache of compiled packages appears in the sandbox. */
const CACHE_INSIDE = '/tmp/go-build';

/** What every Go command of a project needs in the sandbox. */
export interface GoEnvironment {
  go: Toolchain;
  mounts: Mount[];
  env: Record<string, string>;
  /** The cache of compiled packages; `mounts` show it read-only. */
  cache: Mount;
}

/**
 * Go, the module cache and the compiled packages for commands on a project. Nothing is fetched: modules come from the user's module cache or
 * from `vendor`.
 *
 * Compiled packages are kept between commands and shared by projects. They are written by commands that compile alone (`fillCache`), so that
 * no code of a project ever runs where it could change them; all other commands see them read-only, which Go's own tools bear.
 *
 * @param native a C compiler is needed although the project has no C, as by `-race`
 * @throws `file_missing` where there is no Go
 */
export async function environmentFor(bench: Workbench, native = false): Promise<GoEnvironment> {
  const go = await toolchain();
  const cgo = native || (await usesC(bench));
  const cache = { source: await cacheFolder(bench, go, cgo), target: CACHE_INSIDE };
  // What was added during the run holds all modules; else the user's own cache does.
  const added = bench.mounts.find((mount) => mount.source.startsWith(`${bench.packages}/go-`))?.target;
  const modules = added ?? (await moduleCache(go.program));
  return {
    go,
    cache,
    mounts: [...go.tools.mounts, cache, ...(modules === undefined || added !== undefined ? [] : [{ source: modules, target: modules, optional: true }])],
    env: { ...GO_ENV, PATH: go.tools.path, GOCACHE: CACHE_INSIDE, GOFLAGS: '-buildvcs=false', GOSUMDB: 'off', GODEBUG: NO_INDEX, CGO_ENABLED: cgo ? '1' : '0', ...(modules === undefined ? {} : { GOMODCACHE: modules }) },
  };
}

/** `import "C"`: then a C compiler is needed, which a plain project is not to wait for. */
async function usesC(bench: Workbench): Promise<boolean> {
  for (const { path, size } of await bench.list()) {
    if (!isOwnGo(path) || path.endsWith('_test.go') || size > 1 << 20) continue;
    const source = await bench.readText(path).then((file) => file.text, () => '');
    if (/^\s*(import\s+)?"C"\s*$/m.test(source)) return true;
  }
  return false;
}

const HEX = '0123456789abcdef';

/** One for each owner of a workspace, because commands run as that owner. With cgo, a C compiler writes too: such a project has its own. */
async function cacheFolder(bench: Workbench, go: Toolchain, cgo: boolean): Promise<string> {
  const owner = await stat(bench.root);
  const key = createHash('sha256').update(JSON.stringify([go.identity, cgo ? bench.source : ''])).digest('hex').slice(0, 12);
  const folder = join(cacheDir(), 'go-build', `${owner.uid}-${key}`);
  const isRoot = process.getuid?.() === 0;
  if ((existsSync(folder) ? await readdir(folder) : []).length >= 256) return folder;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (isRoot) await chown(folder, owner.uid, owner.gid);
  // Go makes these when it starts, which it cannot where it may not write.
  for (const name of [...HEX].flatMap((a) => [...HEX].map((b) => a + b))) {
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
    if (isRoot) await chown(join(folder, name), owner.uid, owner.gid);
  }
  return folder;
}

let known: Promise<string | undefined> | undefined;

/** The folder of downloaded modules, as the user's Go is set; asked away from any project. */
function moduleCache(program: string): Promise<string | undefined> {
  known ??= run(program, ['env', 'GOMODCACHE'], { cwd: '/', env: { ...kept(['PATH', 'HOME', 'GOPATH', 'GOMODCACHE', 'XDG_CONFIG_HOME']), GOTOOLCHAIN: 'local' } }).then(
    ({ stdout }) => (existsSync(stdout.trim()) ? stdout.trim() : undefined),
    () => undefined, // without it, the project's tests say which module is missing
  );
  return known;
}

const kept = (names: readonly string[]): Record<string, string> => Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));

/** What a session is told where there is no Go. */
export function missingGo(thrown: unknown): { problem: string; next?: string } {
  if (!(thrown instanceof UntilgreenError) || thrown.code !== 'file_missing') throw thrown;
  return { problem: thrown.next === undefined ? thrown.message : thrown.message.replace(thrown.next, '').trim(), ...(thrown.next === undefined ? {} : { next: thrown.next }) };
}
