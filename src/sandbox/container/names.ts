import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownFolders } from '../leftovers.ts';
import { readProcess } from '../tree.ts';
import { ask } from './engine.ts';
import type { Engine } from './engine.ts';
import { removeLeftGroups } from './group.ts';

/** On every container of ours. */
export const CONTAINER_LABEL = 'untilgreen.owner';
const NAME = /^untilgreen-([0-9a-f]{8})-(\d+)-(\d+)-\d+$/;

let sequence = 0;
let own: string | undefined;

/** This boot and this table of processes: pids elsewhere say nothing about processes here. */
function machine(): string {
  own ??= createHash('sha256').update(readFileSync('/proc/sys/kernel/random/boot_id')).update(readlinkSync('/proc/self/ns/pid')).digest('hex').slice(0, 8);
  return own;
}

/** A name for the next container and its folder of files: it tells which process made it, so that a later one can see whether that is gone. */
export function nextName(): string {
  return `untilgreen-${machine()}-${process.pid}-${readProcess(process.pid)?.startTime ?? 0}-${(sequence += 1)}`;
}

/** Was it made by a process of this machine that is gone. */
export function isStale(name: string): boolean {
  const [, where, pid, started] = NAME.exec(name) ?? [];
  return where === machine() && readProcess(Number(pid))?.startTime !== Number(started);
}

/** Among them, written by the engine's client: the id of the container. */
export const ID_FILE = 'id';
/** Where the files of containers lie. */
export const filesOf = (name: string): string => join(tmpdir(), name);

/** Removes the containers and files of processes that were killed before they could. Returns how many containers that were. */
export async function reapStale(engine: Engine): Promise<number> {
  const { stdout } = await ask(engine, ['ps', '--all', '--filter', `label=${CONTAINER_LABEL}`, '--format', '{{.Names}}']);
  const stale = stdout.split('\n').filter(isStale);
  if (stale.length > 0) await ask(engine, ['rm', '--force', ...noGrace(engine), ...stale]);
  for (const { path: files, name } of ownFolders(NAME)) {
    if (!isStale(name)) continue;
    const id = join(files, ID_FILE);
    if (existsSync(id)) await removeLeftGroups(readFileSync(id, 'utf8').trim());
    rmSync(files, { recursive: true, force: true });
  }
  return stale.length;
}

/** podman would ask the first process to end, and wait; docker kills at once. */
export const noGrace = (engine: Engine): string[] => (engine.name === 'podman' ? ['--time', '0'] : []);
