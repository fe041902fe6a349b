import { filterArch, seccompFilter } from '../seccomp.ts';
import { MEMLOCK_BYTES } from '../limits.ts';
import { INVISIBLE_MEMORY } from '../memory-watch.ts';
import type { Launch } from '../supervise.ts';
import type { Limits, SandboxCommand } from '../types.ts';
import type { Rule } from './rules.ts';

const LAUNCHER = new URL('./launcher.pl', import.meta.url).pathname;
/** The keeper ends the command this much after our own timer: it is there for the case that this process is stuck. */
const GUARD_SECONDS = 2;
const O_NOFOLLOW = { x64: 0o400000, arm64: 0o100000 };
/** What of other programs' is open by number to every process of the same user, and outlives who made it, where there is no namespace to end with. */
const SHARED = ['shmat', 'msgget', 'msgsnd', 'msgrcv', 'msgctl', 'semget', 'semop', 'semtimedop', 'semctl', 'mq_open'];
/** Numbers of bits/resource.h, the same on both architectures. */
const RLIMIT = { cpu: 0, fsize: 1, data: 2, core: 4, nproc: 6, nofile: 7, memlock: 8 };

/** One command as the launcher is told it, everything resolved. */
export interface Landlocked {
  perl: string;
  root: string;
  cwd: string;
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Set where this process is root and drops it. */
  uid?: number;
  /** Processes and threads of the same user that are there already, as far as they are seen. */
  tasks: number;
  rules: readonly Rule[];
  network: SandboxCommand['network'];
}

/** The launcher's command line and what it reads. */
export function landlockLaunch(it: Landlocked, limits: Limits): Launch {
  const arch = filterArch() ?? 'x64';
  const outside = it.network === 'install';
  const cpu = Math.ceil(limits.cpuMs / 1000);
  const bounds: Record<keyof typeof RLIMIT, [soft: number, hard: number]> = {
    cpu: [cpu, cpu + 1],
    fsize: [limits.fileBytes, limits.fileBytes],
    data: [limits.memoryBytes, limits.memoryBytes],
    core: [0, 0],
    nproc: [limits.processes, limits.processes],
    nofile: [limits.openFiles, limits.openFiles],
    memlock: [MEMLOCK_BYTES, MEMLOCK_BYTES],
  };
  const words = [
    'arch', arch, 'parent', process.pid, 'nofollow', O_NOFOLLOW[arch], 'seconds', Math.ceil(limits.wallMs / 1000) + GUARD_SECONDS, 'tasks', it.tasks, 'cwd', it.cwd,
    ...(outside ? ['net', 1] : []),
    ...(it.uid === undefined ? [] : ['uid', it.uid]),
    ...Object.entries(bounds).flatMap(([name, pair]) => ['limit', RLIMIT[name as keyof typeof RLIMIT], ...pair]),
    ...it.rules.flatMap(({ rights, path }) => ['rule', rights, path]),
    ...Object.entries(it.env).flatMap(([name, value]) => ['env', name, value]),
    '--', ...it.argv,
  ];
  return {
    rung: 'D',
    argv: [it.perl, LAUNCHER],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    feeds: [words.map((word) => `${word}\0`).join(''), seccompFilter({ blockUnix: true, blockNetwork: !outside, ownProcess: true, deny: [...INVISIBLE_MEMORY, ...SHARED] })],
    launcher: true,
    root: it.root,
  };
}
