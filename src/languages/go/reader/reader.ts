import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheDir } from '../../../config/paths.ts';
import { UntilgreenError } from '../../../core/errors.ts';
import { sha256 } from '../../../core/hash.ts';
import { GO_ENV } from '../../../sandbox/code/languages/go-cache.ts';
import { lineService } from '../../shared/line-service.ts';
import { toolchain } from '../toolchain.ts';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('./program/', import.meta.url));
/** Milliseconds one question may take; a file of 10,000 lines takes under one second. */
const ANSWER_MS = 20_000;
/** Milliseconds of building; with an empty cache 20 s of processor time, which is the standard library, else 2 s. */
const BUILD_MS = 300_000;

const answer = lineService(start, ANSWER_MS);

/**
 * Asks the reader of Go source. It is a program of ours, built once for each Go into the user's cache, and a plain process: like a compiler's
 * front end it reads text and executes nothing of it.
 *
 * @returns the answer; undefined where the source was too much for it
 * @throws `file_missing` where there is no Go, `tool_failed` where the program cannot be built
 */
export async function ask<T>(op: string, question: unknown): Promise<T | undefined> {
  return (await answer({ op, question })) as T | undefined;
}

async function start(): Promise<ChildProcessWithoutNullStreams> {
  return spawn(await build(), [], { cwd: '/', env: { LANG: 'C.UTF-8', GOMAXPROCS: '1', GOMEMLIMIT: '512MiB' }, stdio: 'pipe' });
}

async function build(): Promise<string> {
  const { program, identity } = await toolchain();
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.go')).sort();
  const key = sha256([identity, ...files.map((name) => readFileSync(join(FOLDER, name), 'utf8'))].join('\0')).slice(0, 16);
  const built = join(cacheDir(process.env), `go-reader-${key}`);
  if (existsSync(built)) return built;
  await mkdir(cacheDir(process.env), { recursive: true, mode: 0o700 });
  // Beside the final place and renamed, so that no half is ever run.
  const staging = await mkdtemp(`${built}.`);
  try {
    // Go's own cache, as for any program that the user builds: where Go is in use, the standard library is compiled already.
    const kept = Object.fromEntries(['HOME', 'XDG_CACHE_HOME', 'GOCACHE'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
    const env = { PATH: process.env['PATH'] ?? '', ...kept, GOFLAGS: '', GO111MODULE: 'off', ...GO_ENV };
    await run(program, ['build', '-ldflags=-s -w', '-o', join(staging, 'reader'), ...files], { cwd: FOLDER, env, timeout: BUILD_MS });
    await rename(join(staging, 'reader'), built);
  } catch (thrown) {
    const told = (thrown as { stderr?: string }).stderr?.trim() || (thrown as Error).message;
    throw new UntilgreenError('tool_failed', `The reader of Go source cannot be built: ${told.slice(0, 500)}`, { program }, 'Check that `go build` works: `go version`, free disk, and a writable cache directory.', { cause: thrown });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return built;
}
