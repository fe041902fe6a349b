import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DiskWatch } from '../disk.ts';
import { handOver } from '../landlock/handover.ts';
import { privateUid, tasksOf } from '../landlock/identity.ts';
import { landlockLaunch } from '../landlock/launch.ts';
import { deletedBytesAs, proportionalBytesAs } from '../landlock/measure.ts';
import { landlockObstacle } from '../landlock/obstacle.ts';
import { openWay } from '../landlock/passage.ts';
import { rulesFor } from '../landlock/rules.ts';
import { makeScratch, removeStaleScratch, removeStaleShared } from '../landlock/scratch.ts';
import { sharedMemoryBytes } from '../limits.ts';
import { memoryWatch } from '../memory-watch.ts';
import { linkMounts } from '../mount-links.ts';
import { occupy } from '../occupancy.ts';
import { resolvePlace } from '../place.ts';
import { systemProgram } from '../programs.ts';
import { RealPaths } from '../real-paths.ts';
import { notRun, supervise } from '../supervise.ts';
import type { Launch, Watch } from '../supervise.ts';
import { proportionalBytes, readTree } from '../tree.ts';
import type { Limits, SandboxResult } from '../types.ts';
import { BASE_ENV } from '../view.ts';
import type { RungBackend } from './types.ts';

/** The launcher's front and keeper stand at the top of the tree. */
const LAUNCHERS = 2;
const SHARED_MEMORY = '/dev/shm';

/**
 * Rung D: Landlock, a system call filter and limits, for containers in which no namespace may be made. The command sees the host's
 * tree, of which all but what is shown is refused; names, sizes and times of files elsewhere stay visible. There is no network and no loopback.
 */
export const landlock: RungBackend = {
  rung: 'D',
  guarantees: { rung: 'D', network: 'none', loopback: false, memory: 'soft', processes: 'soft', disk: 'polled', filesystem: 'rules' },
  async prepare() {
    const obstacle = landlockObstacle();
    if (!obstacle) {
      removeStaleScratch();
      removeStaleShared();
    }
    return obstacle;
  },
  async run(command, limits) {
    const place = resolvePlace(command);
    if (command.network === 'loopback') return failed('This rung has no network of its own, so no loopback either: leave `network` out, or run where user namespaces may be made.');
    let occupancy;
    try {
      occupancy = await occupy(place);
    } catch (thrown) {
      return failed((thrown as Error).message);
    }
    const undo: (() => void)[] = [() => occupancy.leave()];
    try {
      const uid = privateUid(place.root);
      const { tmp, home, notes, remove } = makeScratch(uid);
      undo.push(remove);
      undo.push(linkMounts(place));
      if (uid !== undefined) {
        undo.push(removeStaleShared);
        for (const folder of [place.root, ...place.mounts.filter(({ writable }) => writable).map(({ source }) => source)]) undo.push(handOver(folder, uid, notes));
        for (const path of [tmp, place.root, ...place.mounts.map(({ source }) => source)]) openWay(path, uid);
      }
      const paths = new RealPaths(place);
      const real = paths.command(command);
      const launch = landlockLaunch(
        {
          perl: systemProgram('perl') ?? 'perl',
          root: place.root,
          cwd: join(place.root, command.cwd ?? ''),
          argv: real.argv,
          env: { ...BASE_ENV, HOME: home, TMPDIR: tmp, ...paths.env(command.env, tmp) },
          uid,
          tasks: uid === undefined ? tasksOf(process.geteuid?.() ?? 0) : 0,
          rules: rulesFor(place, tmp, { ownUid: uid !== undefined, protectGit: occupancy.protectGit }),
          network: command.network,
        },
        limits,
      );
      // The files that its processes hold open are seen by the command's user alone.
      const deletedBytes = uid === undefined ? undefined : (pids: readonly number[], device: number): number => deletedBytesAs(uid, pids, device);
      return paths.result(await supervise({ ...launch, ...(deletedBytes && { deletedBytes }) }, real, limits, watchOf(limits, uid, tmp, deletedBytes)));
    } catch (thrown) {
      return failed(`The sandbox could not be set up, the command did not run: ${String(thrown)}`);
    } finally {
      undoAll(undo);
    }
  },
};

/** The last first; each is tried, whatever happens to another. */
function undoAll(steps: readonly (() => void)[]): void {
  const errors: unknown[] = [];
  for (const step of steps.toReversed()) {
    try {
      step();
    } catch (thrown) {
      errors.push(thrown);
    }
  }
  if (errors.length > 0) throw errors[0];
}

/** The memory of the tree, and the folders besides the workspace that no quota bounds: the private one and, where it is shown, shared memory. */
function watchOf(limits: Limits, uid: number | undefined, tmp: string, deletedBytes: Launch['deletedBytes']): Watch {
  const measure = (pids: readonly number[], resident: number): number => {
    if (uid === undefined) return proportionalBytes(pids);
    return resident <= limits.memoryBytes ? resident : proportionalBytesAs(uid, pids);
  };
  const memory = memoryWatch(limits.memoryBytes, { launchers: LAUNCHERS, measure });
  const disks = [new DiskWatch(tmp, limits.tmpBytes)];
  if (uid !== undefined && existsSync(SHARED_MEMORY)) disks.push(new DiskWatch(SHARED_MEMORY, sharedMemoryBytes(limits), deletedBytes, uid));
  return {
    ...memory,
    check(root) {
      const pids = (): number[] => (root === undefined ? [] : readTree(root).map(({ pid }) => pid));
      return memory.check(root) ?? (disks.some((disk) => disk.exceeded(pids)) ? 'disk' : undefined);
    },
  };
}

const failed = (error: string): SandboxResult => notRun('D', 'sandbox_error', error);
