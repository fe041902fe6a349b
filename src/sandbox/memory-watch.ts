import type { Watch } from './supervise.ts';
import { cpuMs, proportionalBytes, readTree, residentBytes } from './tree.ts';

/** Memory that neither RLIMIT_DATA counts nor the resident size shows until it is too late. */
export const INVISIBLE_MEMORY = ['memfd_create', 'shmget'];

/**
 * Ends the tree when its proportional size passes the limit. The resident size is read first: it is cheap and never too small.
 *
 * @param limit bytes of the whole tree
 * @param options.launchers how many processes at the top of the tree are the launcher's own and count for nothing
 * @param options.measure   bytes of the processes, where they cannot be read directly
 */
export function memoryWatch(limit: number, options: { launchers?: number; measure?: (pids: readonly number[], resident: number) => number } = {}): Watch {
  const { launchers = 0, measure = proportionalBytes } = options;
  let peak: number | undefined;
  let cpu: number | undefined;
  return {
    check(root) {
      if (root === undefined) return undefined;
      const tree = readTree(root).slice(launchers);
      if (tree.length === 0) return undefined;
      cpu = Math.max(cpu ?? 0, cpuMs(tree));
      const pids = tree.map(({ pid }) => pid);
      let bytes = residentBytes(pids);
      if (bytes > (peak ?? 0)) bytes = measure(pids, bytes);
      peak = Math.max(peak ?? 0, bytes);
      return bytes > limit ? 'oom' : undefined;
    },
    kill() {},
    stats: () => ({ ...(peak ? { peakMemoryBytes: peak } : {}), ...(cpu ? { cpuMs: cpu } : {}) }),
    async close() {},
  };
}
