import { NEEDED, runBwrap, systemProgram } from '../bwrap.ts';
import { filterArch } from '../seccomp.ts';
import { cpuMs, proportionalBytes, readTree, residentBytes } from '../tree.ts';
import type { Watch } from '../supervise.ts';
import type { Obstacle, RungBackend } from './types.ts';

/** Memory that neither RLIMIT_DATA counts nor the resident size shows until it is too late. */
const INVISIBLE_MEMORY = ['memfd_create', 'shmget'];

/** What keeps bubblewrap from being used at all, before it is tried. */
export async function launcherObstacle(): Promise<Obstacle | undefined> {
  if (process.platform !== 'linux') return { problem: `bubblewrap needs Linux, this is ${process.platform}`, next: 'Run in a Linux container or virtual machine.' };
  if (!filterArch()) return { problem: `there is no system call table for ${process.arch}`, next: 'Run on x86-64 or arm64.' };
  const missing = NEEDED.filter((name) => !systemProgram(name));
  if (missing.includes('bwrap')) return { problem: 'bubblewrap is not installed', next: 'Install it: `apt-get install bubblewrap` (Fedora: `dnf install bubblewrap`, Arch: `pacman -S bubblewrap`).' };
  if (missing.length > 0) return { problem: `${missing.join(', ')} not found`, next: 'Install them: `apt-get install util-linux coreutils`.' };
  return undefined;
}

/** Rung B: bubblewrap with limits for each process and memory of the tree watched by polling. For ordinary users. */
export const bwrapAlone: RungBackend = {
  rung: 'B',
  guarantees: { rung: 'B', network: 'none', loopback: true, memory: 'soft', processes: 'hard', disk: 'polled', filesystem: 'private view' },
  async prepare() {
    return launcherObstacle();
  },
  async run(command, limits) {
    return runBwrap(command, limits, {
      rung: 'B',
      countsProcesses: false,
      deny: INVISIBLE_MEMORY,
      dataBytes: limits.memoryBytes,
      begin: () => ({ prefix: [], watch: memoryWatch(limits.memoryBytes) }),
    });
  },
};

/** Ends the tree when its proportional size passes the limit. The resident size is read first: it is cheap and never too small. */
function memoryWatch(limit: number): Watch {
  let peak: number | undefined;
  let cpu: number | undefined;
  return {
    check(root) {
      if (root === undefined) return undefined;
      const tree = readTree(root);
      if (tree.length === 0) return undefined;
      cpu = Math.max(cpu ?? 0, cpuMs(tree));
      const pids = tree.map(({ pid }) => pid);
      let bytes = residentBytes(pids);
      if (bytes > (peak ?? 0)) bytes = proportionalBytes(pids);
      peak = Math.max(peak ?? 0, bytes);
      return bytes > limit ? 'oom' : undefined;
    },
    kill() {},
    stats: () => ({ ...(peak ? { peakMemoryBytes: peak } : {}), ...(cpu ? { cpuMs: cpu } : {}) }),
    async close() {},
  };
}
