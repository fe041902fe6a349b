import { chown, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UntilgreenError } from '../core/errors.ts';
import type { Mount } from '../sandbox/types.ts';
import type { FileChange, TextFile } from '../workspace/types.ts';
import { install, putFile } from './installer.ts';
import type { ToolContext } from './types.ts';

/** Reached over HTTPS only: a proxy serves archives, where a version control system would run programs of its own. */
const PROXY = 'https://proxy.golang.org';
const FILES = ['go.mod', 'go.sum'];

/** `go get name` as it may appear in a request: a module path with the host of its registry first. */
export const MODULE_PATH = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+(\/[A-Za-z0-9][\w.~-]*)+$/;

/**
 * Fetches the modules that go.mod asks for, and the new one, into `folder`, from copies of go.mod and go.sum alone. Every archive is held against
 * go.sum or the checksum database, and nothing of it is run. Later commands see this folder in the place of the user's module cache.
 *
 * @returns the changed files, the mount that shows the modules, and what the user types after the change is applied
 * @throws `file_missing` without a go.mod at the root, `dependency_refused` where go.mod leads to folders of the project, `step_failed`
 */
export async function addGoModule({ name, version }: { name: string; version?: string }, folder: string, context: ToolContext): Promise<{ changes: FileChange[]; command: string; mount: Mount }> {
  const { bench } = context;
  const before = new Map<string, TextFile>();
  for (const file of FILES) if (await bench.exists(file)) before.set(file, await bench.readText(file));
  const manifest = before.get('go.mod');
  if (!manifest) throw new UntilgreenError('file_missing', 'The project has no go.mod at its root to add the module to.');
  const spec = `${name}@${version === undefined ? 'latest' : `v${version.replace(/^[^\d]*/, '')}`}`;
  if (/=>\s*\.{0,2}\//.test(manifest.text) || (await bench.exists('go.work'))) {
    throw new UntilgreenError('dependency_refused', `The module leads to folders of the project (replace or go.work), which only Go in the project itself can resolve. Run \`go get ${spec}\` and start again.`);
  }
  for (const [file, { text }] of before) await putFile(folder, file, text);
  const modules = join(folder, 'mod');
  await mkdir(modules, { mode: 0o700 });
  const owner = await stat(folder);
  if (process.getuid?.() === 0) await chown(modules, owner.uid, owner.gid);
  // Writable, or the folder could not be removed; without the project's build cache, which an installer has no business with.
  const env = { GOMODCACHE: modules, GOPROXY: PROXY, GOSUMDB: 'sum.golang.org', GOFLAGS: '-modcacherw -mod=mod', GOCACHE: '/tmp/go-get', GOVCS: '*:off' };
  await install(folder, [['sh', '-c', 'go get -- "$1" && go mod download', 'sh', spec]], context, env);
  const changes: FileChange[] = [];
  for (const file of FILES) {
    const content = await readFile(join(folder, file), 'utf8').catch(() => undefined); // a module without dependencies has no go.sum
    const known = before.get(file);
    if (content !== undefined && content !== known?.text) changes.push({ kind: 'write', path: file, content, expect: known ? known.hash : null });
  }
  return { changes, command: 'go mod download', mount: { source: modules, target: modules } };
}
