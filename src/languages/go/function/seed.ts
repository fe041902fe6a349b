import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../../../config/paths.ts';
import { UntilgreenError } from '../../../core/errors.ts';
import { sha256 } from '../../../core/hash.ts';
import { makeBoxDirectory, removeBoxDirectory } from '../../../sandbox/code/files.ts';
import { GO_ENV } from '../../../sandbox/code/languages/go-cache.ts';
import type { Sandbox } from '../../../sandbox/types.ts';
import type { Toolchain } from '../toolchain.ts';

/** Our own packages of a wave: the runner, and what candidates report with. */
export const WAVE_FOLDER = fileURLToPath(new URL('./wave/', import.meta.url));
export const MODULE = 'untilgreen/wave';
/** How candidates are compiled: the paths of the machine stay out, so that what the seed has compiled serves in every folder. */
export const BUILD_FLAGS = ['-trimpath', '-buildvcs=false'] as const;
/** Milliseconds of the first build, from nothing: half a minute on two cores, minutes on a busy machine. */
const MAKING_MS = 300_000;

/** What candidates import most; any other package is compiled by the wave that asks for it. */
const PACKAGES = [
  'bufio', 'bytes', 'cmp', 'container/heap', 'container/list', 'context', 'crypto/md5', 'crypto/sha256', 'encoding/hex', 'encoding/json', 'errors', 'flag', 'fmt', 'io',
  'maps', 'math', 'math/big', 'math/bits', 'math/rand', 'net', 'os', 'reflect', 'regexp', 'slices', 'sort', 'strconv', 'strings', 'sync', 'time', 'unicode', 'unicode/utf8',
];

export interface Seed {
  folder: string;
  /** GOCACHE of compiled packages; never written by a wave. */
  cache: string;
  /** The program that builds and runs a wave. */
  runner: string;
}

const making = new Map<string, Promise<Seed>>();

/**
 * The folder with the packages that candidates import, compiled, and with the runner. Made once for each Go on this machine, inside the sandbox,
 * of code of ours alone: what a candidate compiled never gets in. It lies in the user's cache.
 *
 * @throws `tool_failed` where it cannot be made
 */
export function waveSeed(sandbox: Sandbox, go: Toolchain, signal?: AbortSignal): Promise<Seed> {
  const sources = readdirSync(WAVE_FOLDER, { recursive: true, encoding: 'utf8' }).sort().map((name) => join(WAVE_FOLDER, name)).filter((path) => statSync(path).isFile());
  const key = sha256([go.identity, go.language, PACKAGES.join(), ...sources.map((path) => readFileSync(path, 'utf8'))].join('\0')).slice(0, 16);
  const folder = join(cacheDir(process.env), `go-wave-${key}`);
  const seed = { folder, cache: join(folder, 'cache'), runner: join(folder, 'runner') };
  if (existsSync(folder)) return Promise.resolve(seed);
  const pending = making.get(folder) ?? make(seed, sandbox, go, signal).finally(() => making.delete(folder));
  making.set(folder, pending);
  return pending;
}

async function make(seed: Seed, sandbox: Sandbox, go: Toolchain, signal: AbortSignal | undefined): Promise<Seed> {
  const directory = makeBoxDirectory();
  const staging = `${seed.folder}.${process.pid}`;
  try {
    cpSync(WAVE_FOLDER, directory, { recursive: true });
    await writeFile(join(directory, 'go.mod'), goMod(go));
    await mkdir(join(directory, 'packages'));
    await writeFile(join(directory, 'packages/packages.go'), `package packages\n\nimport (\n${PACKAGES.map((name) => `\t_ "${name}"\n`).join('')})\n`);
    await writeFile(join(directory, 'packages/packages_test.go'), 'package packages\n\nimport "testing"\n\nfunc TestNothing(t *testing.T) {}\n');
    const flags = BUILD_FLAGS.join(' ');
    const script = `export GOCACHE="$PWD/cache"; "$0" build ${flags} ./packages ./report && "$0" build ${flags} -o runner.bin ./runner && "$0" test ${flags} -vet=off -c -o test.bin ./packages && rm test.bin`;
    const result = await sandbox.run({
      argv: ['sh', '-c', script, go.program],
      workspace: directory,
      env: { PATH: go.tools.path, ...GO_ENV, GOFLAGS: '-mod=mod' },
      mounts: go.tools.mounts,
      network: 'none',
      limits: { wallMs: MAKING_MS },
      ...(signal ? { signal } : {}),
    });
    if (signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled.');
    if (result.exitCode !== 0) {
      throw new UntilgreenError('tool_failed', `Go cannot build what runs candidates: ${(result.error ?? result.stderr).trim().slice(0, 500) || result.status}`, { status: result.status }, 'Check that `go version` works, and that there is free memory and disk.');
    }
    await mkdir(staging, { recursive: true, mode: 0o755 });
    await cp(join(directory, 'cache'), join(staging, 'cache'), { recursive: true });
    await cp(join(directory, 'runner.bin'), join(staging, 'runner'));
    await rename(staging, seed.folder).catch((thrown: unknown) => {
      if (!existsSync(seed.folder)) throw thrown; // else another process was first
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
    await removeBoxDirectory(directory);
  }
  return seed;
}

export const goMod = (go: Toolchain): string => `module ${MODULE}\n\ngo ${go.language}\n`;
