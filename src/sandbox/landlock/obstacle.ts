import { spawnSync } from 'node:child_process';
import { systemProgram } from '../programs.ts';
import type { Obstacle } from '../rungs/types.ts';
import { filterArch } from '../seccomp.ts';

/** The first Landlock that holds signals back: without it the command could end its own keeper. Linux 6.12. */
const LEAST_ABI = 6;
// landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION), the same number on every architecture.
const ASK = 'my $abi = syscall(444, 0, 0, 1); print $abi < 0 ? 0 : $abi';

let abi: number | undefined;

/** What keeps Landlock from being used at all, before it is tried. */
export function landlockObstacle(): Obstacle | undefined {
  if (process.platform !== 'linux') return { problem: `Landlock needs Linux, this is ${process.platform}`, next: 'Run in a Linux container or virtual machine.' };
  if (!filterArch()) return { problem: `there is no system call table for ${process.arch}`, next: 'Run on x86-64 or arm64.' };
  const perl = systemProgram('perl');
  if (!perl) return { problem: 'perl is not installed', next: 'Install it: `apt-get install perl-base` (Alpine: `apk add perl`, Fedora: `dnf install perl-interpreter`).' };
  abi ??= Number(spawnSync(perl, ['-e', ASK], { env: {}, encoding: 'utf8' }).stdout);
  if (abi >= LEAST_ABI) return undefined;
  return {
    problem: abi > 0 ? `this kernel's Landlock is of version ${abi}, ${LEAST_ABI} is needed` : 'the kernel offers no Landlock',
    next: 'Use Linux 6.12 or newer with `landlock` among its security modules (/sys/kernel/security/lsm), or allow user namespaces and install bubblewrap.',
  };
}
