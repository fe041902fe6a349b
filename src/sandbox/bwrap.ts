import { DiskWatch } from './disk.ts';
import { sourced, TAKE_OVER } from './hand-over.ts';
import { identityFor } from './identity.ts';
import type { Identity } from './identity.ts';
import { Launched } from './launch.ts';
import type { Launch } from './launch.ts';
import { LONGEST_WORD, MEMLOCK_BYTES } from './limits.ts';
import { lease } from './occupancy.ts';
import type { Occupancy } from './occupancy.ts';
import { resolvePlace } from './place.ts';
import type { Stand } from './pool.ts';
import { SYSTEM_PATH, systemProgram } from './programs.ts';
import { Reach } from './reach.ts';
import { seccompFilter } from './seccomp.ts';
import { conduct, notRun, supervise } from './supervise.ts';
import type { Watch } from './supervise.ts';
import type { Limits, PoolTemplate, Rung, SandboxCommand, SandboxResult } from './types.ts';
import { BASE_ENV, buildView } from './view.ts';

/** Programs the bwrap rungs are made of. */
export const NEEDED = ['bwrap', 'setpriv', 'bash', 'mkfifo'] as const;

/** Status, marker and hand-over, arguments and filter of the launcher stand before the synthetic files. */
const ARGS_FD = 6;
const FILTER_FD = 7;
const FIRST_FILE_FD = 8;

/** What a rung brings to the common bwrap line. */
export interface BwrapRung {
  rung: Rung;
  /** Does something other than RLIMIT_NPROC bound the processes. */
  countsProcesses: boolean;
  /** System calls to refuse besides the common ones. */
  deny: readonly string[];
  /** RLIMIT_DATA of each process, where nothing bounds the tree. */
  dataBytes?: number;
  /** Made once everything is checked: what the launcher is put into before it makes the sandbox, and the watch over it. */
  begin(): { join?: (pid: number) => Promise<void>; watch: Watch };
}

/** A command that is checked and has its place, its view and its watch, but no process yet. */
interface Prepared {
  launch: Launch;
  watch: Watch;
  occupancy: Occupancy;
  /** The result, with what to do where an error comes from how the place lies. */
  explained(result: SandboxResult): SandboxResult;
}

/** Runs one command behind bubblewrap, with what the rung adds. */
export async function runBwrap(command: SandboxCommand, limits: Limits, rung: BwrapRung): Promise<SandboxResult> {
  const prepared = await prepare(command, limits, rung, 'now');
  if ('status' in prepared) return prepared;
  try {
    return prepared.explained(await supervise(prepared.launch, command, limits, prepared.watch));
  } finally {
    prepared.occupancy.leave();
  }
}

/**
 * Makes a sandbox for the template that stands and waits for its command.
 *
 * @throws as `run` does for what the template names
 */
export async function standBwrap(template: PoolTemplate, limits: Limits, rung: BwrapRung): Promise<Stand> {
  const prepared = await prepare({ ...template, argv: ['sh'] }, limits, rung, 'later');
  const never = (result: SandboxResult): Stand => ({ alive: () => true, run: async () => result, discard: async () => {} });
  if ('status' in prepared) return never(prepared);
  const { launch, watch, occupancy } = prepared;
  let launched: Launched;
  try {
    launched = new Launched(launch, 'later');
  } catch (thrown) {
    await watch.close();
    occupancy.leave();
    return never(notRun(rung.rung, 'sandbox_error', `The launcher did not start: ${String(thrown)}`));
  }
  const discard = async (): Promise<void> => {
    watch.kill(launched.root);
    launched.kill();
    await launched.exit;
    await launched.drain([]);
    await watch.close();
    occupancy.leave();
  };
  return {
    alive: () => !launched.gone && !occupancy.outdated(),
    discard,
    async run(command, given) {
      let disk: DiskWatch;
      try {
        if (tooLong(command.argv)) throw new Error('spawn E2BIG');
        await occupancy.enter();
        disk = new DiskWatch(launch.root, given.diskBytes);
        launched.handOver(sourced(command), command.stdin);
      } catch (thrown) {
        await discard();
        return notRun(rung.rung, 'sandbox_error', `The command was not started: ${(thrown as Error).message}`);
      }
      try {
        return prepared.explained(await conduct(launched, command, given, watch, disk));
      } finally {
        occupancy.leave();
      }
    },
  };
}

async function prepare(command: SandboxCommand, limits: Limits, rung: BwrapRung, when: 'now' | 'later'): Promise<Prepared | SandboxResult> {
  const place = resolvePlace(command);
  const identity = identityFor(place.root);
  const failed = (error: string): SandboxResult => notRun(rung.rung, 'sandbox_error', error);
  if (identity.kernelRoot && !rung.countsProcesses) {
    return failed(`${place.root} belongs to root, whose processes this rung cannot bound; run as an ordinary user, or where cgroups are writable.`);
  }
  const occupancy = lease(place);
  try {
    if (when === 'now') await occupancy.enter();
  } catch (thrown) {
    occupancy.leave();
    return failed((thrown as Error).message);
  }
  try {
    const reach = new Reach(identity.dropTo);
    const view = buildView(place, command, limits, identity.inside, { firstFd: FIRST_FILE_FD, protectGit: occupancy.protectGit, from: (source) => reach.from(source) });
    const filter = seccompFilter({ blockUnix: command.network === 'install', deny: rung.deny });
    const outside = [...reach.words(program), ...outerWords(identity)];
    const { join, watch } = rung.begin();
    const launch: Launch = {
      rung: rung.rung,
      argv: [...outside, ...innerWords(when === 'now' ? command.argv : [], limits, rung)],
      env: { PATH: SYSTEM_PATH },
      feeds: [
        [...namespaces(command, identity), ...environment(command), ...view.args, '--seccomp', String(FILTER_FD)].map((word) => `${word}\0`).join(''),
        { constant: filter },
        ...view.files.map(({ text }) => ({ constant: text })),
      ],
      launcher: true,
      handOver: true,
      ...(join ? { join } : {}),
      root: place.root,
    };
    const explained = (result: SandboxResult): SandboxResult => (result.status === 'sandbox_error' ? { ...result, error: reach.explain(result.error ?? '', place.root) } : result);
    return { launch, watch, occupancy, explained };
  } catch (thrown) {
    occupancy.leave();
    return failed(`The sandbox could not be set up, the command did not run: ${String(thrown)}`);
  }
}

const program = (name: (typeof NEEDED)[number] | 'unshare'): string => systemProgram(name) ?? name;

/** Outside the sandbox: drop root where it is to be dropped. bwrap dies with us; before it can, it waits for our word in vain. */
function outerWords({ dropTo }: Identity): string[] {
  const drop = dropTo ? [program('setpriv'), `--reuid=${dropTo.uid}`, `--regid=${dropTo.gid}`, '--clear-groups', '--inh-caps=-all', '--no-new-privs', '--'] : [];
  // The options come through a descriptor: the first process inside would show host paths on its command line.
  return [...drop, program('bwrap'), '--args', String(ARGS_FD), '--json-status-fd', '3', '--'];
}

/**
 * Inside: the limits of each process, a byte that says the sandbox stands, the word of the host, then the command. The shell sets the limits itself,
 * in its own units (blocks of 512 bytes, KiB), because one more program costs a millisecond. `-u` is bash's letter for processes, `-p` the others'.
 */
function innerWords(argv: readonly string[], limits: Limits, rung: BwrapRung): string[] {
  const cpuSeconds = Math.ceil(limits.cpuMs / 1000);
  const settings = [
    '-c 0', `-n ${limits.openFiles}`, `-l ${MEMLOCK_BYTES / 1024}`, `-f ${Math.max(1, Math.floor(limits.fileBytes / 512))}`, `-S -t ${cpuSeconds}`, `-H -t ${cpuSeconds + 1}`,
    ...(rung.dataBytes ? [`-d ${Math.floor(rung.dataBytes / 1024)}`] : []),
  ];
  const script = [
    `${settings.map((setting) => `ulimit ${setting}`).join(' && ')} && { ulimit -u ${limits.processes} 2>/dev/null || ulimit -p ${limits.processes}; } || exit 125`,
    'echo >&4; exec 3>&- 4>&-',
    TAKE_OVER,
  ];
  return ['/bin/sh', '-c', script.join('\n'), 'sh', ...argv];
}

/** Safely below the two megabytes that all words may take. */
const LONGEST_LINE = 1_900_000;

/** Would the kernel refuse such a command line. `run` hears that from the spawn. */
function tooLong(argv: readonly string[]): boolean {
  const sizes = argv.map((word) => Buffer.byteLength(word) + 1);
  return Math.max(...sizes) > LONGEST_WORD || sizes.reduce((a, b) => a + b, 0) > LONGEST_LINE;
}

function namespaces(command: SandboxCommand, identity: Identity): string[] {
  return [
    '--unshare-user', '--disable-userns', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try',
    ...(command.network === 'install' ? [] : ['--unshare-net']),
    '--uid', String(identity.inside.uid), '--gid', String(identity.inside.gid),
    '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--hostname', 'sandbox',
  ];
}

function environment(command: SandboxCommand): string[] {
  const variables = { ...BASE_ENV, ...command.env };
  return ['--clearenv', ...Object.entries(variables).flatMap(([name, value]) => ['--setenv', name, value])];
}
