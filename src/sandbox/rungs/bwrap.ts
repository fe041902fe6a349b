import { NEEDED, runBwrap, standBwrap } from '../bwrap.ts';
import type { BwrapRung } from '../bwrap.ts';
import { INVISIBLE_MEMORY, memoryWatch } from '../memory-watch.ts';
import { reapStale } from '../pipes.ts';
import { systemProgram } from '../programs.ts';
import { filterArch } from '../seccomp.ts';
import { killTree } from '../tree.ts';
import type { Limits } from '../types.ts';
import type { Obstacle, RungBackend } from './types.ts';

/** What keeps bubblewrap from being used at all, before it is tried. */
export async function launcherObstacle(): Promise<Obstacle | undefined> {
  if (process.platform !== 'linux') return { problem: `bubblewrap needs Linux, this is ${process.platform}`, next: 'Run in a Linux container or virtual machine.' };
  if (!filterArch()) return { problem: `there is no system call table for ${process.arch}`, next: 'Run on x86-64 or arm64.' };
  const missing = NEEDED.filter((name) => !systemProgram(name));
  if (missing.includes('bwrap')) return { problem: 'bubblewrap is not installed', next: 'Install it: `apt-get install bubblewrap` (Fedora: `dnf install bubblewrap`, Arch: `pacman -S bubblewrap`).' };
  if (missing.length > 0) return { problem: `${missing.join(', ')} not found`, next: 'Install them: `apt-get install util-linux coreutils bash`.' };
  reaped ??= reapStale();
  return undefined;
}

/** What dead processes left is looked for once. */
let reaped: number | undefined;

/** Rung B: bubblewrap with limits for each process and memory of the tree watched by polling. For ordinary users. */
export const bwrapAlone: RungBackend = {
  rung: 'B',
  guarantees: { rung: 'B', network: 'none', loopback: true, memory: 'soft', processes: 'hard', disk: 'polled', filesystem: 'private view' },
  async prepare() {
    return launcherObstacle();
  },
  async run(command, limits) {
    return runBwrap(command, limits, polled(limits));
  },
  async stand(template, limits) {
    return standBwrap(template, limits, polled(limits));
  },
};

const polled = (limits: Limits): BwrapRung => ({
  rung: 'B',
  countsProcesses: false,
  deny: INVISIBLE_MEMORY,
  dataBytes: limits.memoryBytes,
  begin: () => ({ watch: { ...memoryWatch(limits.memoryBytes), kill: killTree } }),
});
