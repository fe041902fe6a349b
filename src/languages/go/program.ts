import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../../config/paths.ts';
import { UntilgreenError } from '../../core/errors.ts';
import { sha256 } from '../../core/hash.ts';
import { GO_ENV } from '../../sandbox/code/languages/go-cache.ts';
import { toolchain } from './toolchain.ts';

const run = promisify(execFile);
/** Milliseconds of building; with an empty cache 20 s of processor time, which is the standard library, else 2 s. */
const BUILD_MS = 300_000;

/**
 * Builds a Go program of ours (the standard library alone, one folder) into the user's cache, once for each Go and each state of its source.
 *
 * @param folder absolute path of the source
 * @param name what the program is called in the cache and in messages
 * @returns the path of the executable
 * @throws `file_missing` where there is no Go, `tool_failed` where it cannot be built
 * @example await builtProgram('/…/go/refactor/program', 'go-refactorer')
 */
export async function builtProgram(folder: string, name: string): Promise<string> {
  const { program, identity } = await toolchain();
  const files = readdirSync(folder).filter((file) => file.endsWith('.go')).sort();
  const key = sha256([identity, ...files.map((file) => readFileSync(join(folder, file), 'utf8'))].join('\0')).slice(0, 16);
  const built = join(cacheDir(process.env), `${name}-${key}`);
  if (existsSync(built)) return built;
  await mkdir(cacheDir(process.env), { recursive: true, mode: 0o700 });
  // Beside the final place and renamed, so that no half is ever run.
  const staging = await mkdtemp(`${built}.`);
  try {
    // Go's own cache, as for any program that the user builds: where Go is in use, the standard library is compiled already.
    const kept = Object.fromEntries(['HOME', 'XDG_CACHE_HOME', 'GOCACHE'].flatMap((word) => (process.env[word] === undefined ? [] : [[word, process.env[word]]])));
    const env = { PATH: process.env['PATH'] ?? '', ...kept, GOFLAGS: '', GO111MODULE: 'off', ...GO_ENV };
    await run(program, ['build', '-ldflags=-s -w', '-o', join(staging, name), ...files], { cwd: folder, env, timeout: BUILD_MS });
    await rename(join(staging, name), built);
  } catch (thrown) {
    const told = (thrown as { stderr?: string }).stderr?.trim() || (thrown as Error).message;
    throw new UntilgreenError('tool_failed', `${name} cannot be built: ${told.slice(0, 500)}`, { program }, 'Check that `go build` works: `go version`, free disk, and a writable cache directory.', { cause: thrown });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return built;
}
