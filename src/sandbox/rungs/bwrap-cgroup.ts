import { runBwrap, standBwrap } from '../bwrap.ts';
import type { BwrapRung } from '../bwrap.ts';
import { Cgroup, findCgroupBase, reapStaleCgroups } from '../cgroup.ts';
import type { CgroupBase } from '../cgroup.ts';
import { launcherObstacle } from './bwrap.ts';
import type { Limits } from '../types.ts';
import type { RungBackend } from './types.ts';

let base: CgroupBase | undefined;

/** Rung A: bubblewrap in a cgroup of its own. Memory and processes of the whole tree are bounded by the kernel. */
export const bwrapCgroup: RungBackend = {
  rung: 'A',
  guarantees: { rung: 'A', network: 'none', loopback: true, memory: 'hard', processes: 'hard', disk: 'polled', filesystem: 'private view' },
  async prepare() {
    const obstacle = await launcherObstacle();
    if (obstacle) return obstacle;
    const next = 'Run as root, or have a cgroup with the memory and pids controllers delegated to you (systemd: `systemd-run --user --scope -p Delegate=yes …`).';
    const found = findCgroupBase();
    if ('problem' in found) return { problem: found.problem, next };
    try {
      await Cgroup.create(found, { memoryBytes: 64 * 1024 * 1024, processes: 16 }).remove();
      if (!base) await reapStaleCgroups(found);
    } catch (thrown) {
      return { problem: `a cgroup with limits cannot be made (${(thrown as Error).message})`, next };
    }
    base = found;
    return undefined;
  },
  async run(command, limits) {
    return runBwrap(command, limits, grouped(limits));
  },
  async stand(template, limits) {
    return standBwrap(template, limits, grouped(limits));
  },
};

/** How long a result waits for its group to be gone; the kernel lets go of one that was full of processes a little late. */
const PATIENCE_MS = 50;

const grouped = (limits: Limits): BwrapRung => ({
  rung: 'A',
  countsProcesses: true,
  deny: [],
  begin() {
    if (!base) throw new Error('rung A was not prepared');
    const group = Cgroup.create(base, limits);
    return {
      join: (pid) => group.join(pid),
      watch: {
        // The kernel kills one process; the rest of the tree would go on with a hole in it.
        check: () => (group.oomKills() > 0 ? 'oom' : undefined),
        kill: () => group.kill(),
        stats: () => group.stats(),
        close: () => group.remove(PATIENCE_MS),
      },
    };
  },
});
