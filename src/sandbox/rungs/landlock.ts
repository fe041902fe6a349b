import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemProgram } from '../bwrap.ts';
import { DiskWatch } from '../disk.ts';
import { handOver } from '../landlock/handover.ts';
import { runnerFor, tasksOf } from '../landlock/identity.ts';
import { landlockLaunch } from '../landlock/launch.ts';
import { proportionalBytesAs } from '../landlock/measure.ts';
import { landlockObstacle } from '../landlock/obstacle.ts';
import { RealPaths } from '../landlock/paths.ts';
import { rulesFor } from '../landlock/rules.ts';
import { makeScratch, removeStaleScratch, removeStaleShared } from '../landlock/scratch.ts';
import { memoryWatch } from '../memory-watch.ts';
import { linkMounts } from '../mount-links.ts';
import { occupy } from '../occupancy.ts';
import { resolvePlace } from '../place.ts';
import type { Place } from '../place.ts';
import { barrier } from '../reach.ts';
import { supervise } from '../supervise.ts';
import type { Watch } from '../supervise.ts';
import { readTree } from '../tree.ts';
import type { Limits, SandboxResult } from '../types.ts';
import { BASE_ENV } from '../view.ts';
import type { RungBackend } from './types.ts';

/** The launcher's front and keeper stand at the top of the tree. */
const LAUNCHERS = 2;
const SHARED_MEMORY: [string, number][] = existsSync('/dev/shm') ? [['/dev/shm', 64 * 1024 * 1024]] : [];

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
    const { dropTo, alone } = runnerFor(place.root);
    if (dropTo) {
      const closed = outOfReach(place, dropTo);
      if (closed) return failed(closed);
    }
    let occupancy;
    try {
      occupancy = await occupy(place);
    } catch (thrown) {
      return failed((thrown as Error).message);
    }
    const undo: (() => void)[] = [() => occupancy.leave()];
    try {
      const { tmp, home, remove } = makeScratch(dropTo);
      undo.push(remove);
      if (alone) undo.push(removeStaleShared);
      undo.push(linkMounts(place));
      if (dropTo && alone) for (const folder of [place.root, ...place.mounts.filter(({ writable }) => writable).map(({ source }) => source)]) undo.push(handOver(folder, dropTo.uid));
      const paths = new RealPaths(place);
      const launch = landlockLaunch(
        {
          perl: systemProgram('perl') ?? 'perl',
          root: place.root,
          cwd: join(place.root, command.cwd ?? ''),
          argv: command.argv.map((word) => paths.in(word)),
          env: { ...BASE_ENV, HOME: home, TMPDIR: tmp, ...paths.env(command.env ?? {}, tmp) },
          dropTo,
          tasks: limits.processes + (alone ? 0 : tasksOf(dropTo?.uid ?? process.geteuid?.() ?? 0)),
          rules: rulesFor(place, tmp, { alone, protectGit: occupancy.protectGit }),
          network: command.network,
        },
        limits,
      );
      return await supervise(launch, command, limits, watchOf(limits, dropTo, [[tmp, limits.tmpBytes], ...(alone ? SHARED_MEMORY : [])]));
    } catch (thrown) {
      return failed(`The sandbox could not be set up, the command did not run: ${String(thrown)}`);
    } finally {
      for (const step of undo.reverse()) step();
    }
  },
};

/** Root's files that the command's user cannot get to: permissions on the host are not changed for it. */
function outOfReach(place: Place, user: { uid: number; gid: number }): string | undefined {
  for (const path of [place.root, ...place.mounts.map(({ source }) => source)]) {
    const closed = barrier(path, user);
    if (closed === undefined) continue;
    return `Root's commands run as user ${user.uid} here, who may not enter ${closed}, where ${path} lies. Put it where every user may enter (for the agent's own files: set UNTILGREEN_HOME to such a directory), or run untilgreen as an ordinary user.`;
  }
  return undefined;
}

/** The memory of the tree, and what no quota bounds: the private folder and, where it is shown, shared memory. */
function watchOf(limits: Limits, dropTo: { uid: number; gid: number } | undefined, folders: readonly [path: string, bytes: number][]): Watch {
  const measure = dropTo && ((pids: readonly number[], resident: number) => (resident <= limits.memoryBytes ? resident : proportionalBytesAs(dropTo, pids)));
  const memory = memoryWatch(limits.memoryBytes, { launchers: LAUNCHERS, measure });
  const disks = folders.map(([path, bytes]) => new DiskWatch(path, bytes));
  return {
    ...memory,
    check(root) {
      const pids = (): number[] => (root === undefined ? [] : readTree(root).map(({ pid }) => pid));
      return memory.check(root) ?? (disks.some((disk) => disk.exceeded(pids)) ? 'disk' : undefined);
    },
  };
}

function failed(error: string): SandboxResult {
  return {
    status: 'sandbox_error', exitCode: null, signal: null, stdout: '', stderr: '', truncated: { stdout: false, stderr: false },
    peakMemoryBytes: undefined, cpuMs: undefined, wallMs: 0, rung: 'D', error,
  };
}
