import { createHash } from 'node:crypto';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../../../config/paths.ts';
import type { ToolPaths } from '../../tool-paths.ts';
import type { Sandbox } from '../../types.ts';
import { makeBoxDirectory, removeBoxDirectory } from '../files.ts';

/** What snippets import; every other package is compiled by the box that asks for it first. Raise the version with the list. */
const VERSION = 1;
const PACKAGES = [
  'bufio', 'bytes', 'container/heap', 'container/list', 'context', 'encoding/json', 'errors', 'fmt', 'io', 'maps', 'math', 'math/big', 'math/rand',
  'os', 'regexp', 'slices', 'sort', 'strconv', 'strings', 'sync', 'sync/atomic', 'time', 'unicode', 'unicode/utf8',
];

const making = new Map<string, Promise<string | undefined>>();

/** How Go runs: from what is there, reaching for nothing. */
export const GO_ENV = { GOPROXY: 'off', GOTOOLCHAIN: 'local', GOTELEMETRY: 'off', CGO_ENABLED: '0', GOENV: 'off' } as const;

/**
 * A folder with the compiled packages that most snippets use, for boxes to copy. Made once for each Go on this machine, inside the
 * sandbox, by a program of ours alone: what a snippet compiled never gets in. It lies in the user's cache.
 *
 * @returns undefined where it cannot be made; a box then compiles what it needs
 */
export function goCache(sandbox: Sandbox, tools: ToolPaths, signal: AbortSignal): Promise<string | undefined> {
  const program = tools.programs.go ?? 'go';
  const key = createHash('sha256').update(JSON.stringify([VERSION, program, statSync(program).mtimeMs, process.arch])).digest('hex').slice(0, 12);
  const folder = join(cacheDir(process.env), `go-${key}`);
  if (existsSync(folder)) return Promise.resolve(folder);
  const pending = making.get(folder) ?? make(folder, sandbox, tools, signal).finally(() => making.delete(folder));
  making.set(folder, pending);
  return pending;
}

async function make(folder: string, sandbox: Sandbox, tools: ToolPaths, signal: AbortSignal): Promise<string | undefined> {
  const directory = makeBoxDirectory();
  const staging = `${folder}.${process.pid}`;
  try {
    await writeFile(join(directory, 'main.go'), `package main\n\nimport (\n${PACKAGES.map((name) => `\t_ "${name}"\n`).join('')})\n\nfunc main() {}\n`);
    const { exitCode } = await sandbox.run({
      argv: ['sh', '-c', 'GOCACHE="$PWD/cache" go build -o main main.go'],
      workspace: directory,
      env: { PATH: tools.path, ...GO_ENV },
      mounts: tools.mounts,
      network: 'none',
      limits: { wallMs: 300_000 },
      signal,
    });
    if (exitCode !== 0) return undefined;
    await mkdir(cacheDir(process.env), { recursive: true, mode: 0o700 });
    await cp(join(directory, 'cache'), staging, { recursive: true });
    await rename(staging, folder);
  } catch {
    // The cache cannot be written, or another process was first.
    await rm(staging, { recursive: true, force: true });
  } finally {
    await removeBoxDirectory(directory);
  }
  return existsSync(folder) ? folder : undefined;
}
