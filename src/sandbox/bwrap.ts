import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { identityFor } from './identity.ts';
import type { Identity } from './identity.ts';
import { occupy } from './occupancy.ts';
import { resolvePlace } from './place.ts';
import { Reach } from './reach.ts';
import { seccompFilter } from './seccomp.ts';
import { supervise } from './supervise.ts';
import type { Launch, Watch } from './supervise.ts';
import type { Limits, Rung, SandboxCommand, SandboxResult } from './types.ts';
import { BASE_ENV, buildView } from './view.ts';

/** Programs the bwrap rungs are made of. */
export const NEEDED = ['bwrap', 'setpriv', 'prlimit', 'timeout', 'mkfifo'] as const;

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Absolute path of a program of the system, found in system directories only: the user's PATH may hold a project's folder. */
export function systemProgram(name: string): string | undefined {
  return SYSTEM_PATH.split(delimiter)
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The outer `timeout` fires this much after our own timer: it is there for the case that this process is stuck. */
const GUARD_MS = 2_000;
/** Status, marker, arguments and filter of the launcher stand before the synthetic files. */
const FIRST_FILE_FD = 7;

/** What a rung brings to the common bwrap line. */
export interface BwrapRung {
  rung: Rung;
  /** Does something other than RLIMIT_NPROC bound the processes. */
  countsProcesses: boolean;
  /** System calls to refuse besides the common ones. */
  deny: readonly string[];
  /** RLIMIT_DATA of each process, where nothing bounds the tree. */
  dataBytes?: number;
  /** Made once everything is checked; words to put in front of the launcher, and the watch over it. */
  begin(): { prefix: string[]; watch: Watch };
}

/** Runs one command behind bubblewrap, with what the rung adds. */
export async function runBwrap(command: SandboxCommand, limits: Limits, rung: BwrapRung): Promise<SandboxResult> {
  const place = resolvePlace(command);
  const identity = identityFor(place.root);
  const failed = (error: string): SandboxResult => ({
    status: 'sandbox_error', exitCode: null, signal: null, stdout: '', stderr: '', truncated: { stdout: false, stderr: false },
    peakMemoryBytes: undefined, cpuMs: undefined, wallMs: 0, rung: rung.rung, error,
  });
  if (identity.kernelRoot && !rung.countsProcesses) {
    return failed(`${place.root} belongs to root, whose processes this rung cannot bound; run as an ordinary user, or where cgroups are writable.`);
  }
  let occupancy;
  try {
    occupancy = await occupy(place);
  } catch (thrown) {
    return failed((thrown as Error).message);
  }
  try {
    const reach = new Reach(identity.dropTo);
    const view = buildView(place, command, limits, identity.inside, { firstFd: FIRST_FILE_FD, protectGit: occupancy.protectGit, from: (source) => reach.from(source) });
    const { prefix, watch } = rung.begin();
    const launch: Launch = {
      rung: rung.rung,
      argv: [...prefix, ...reach.words(program), ...outerWords(identity, limits), ...innerWords(command, limits, rung)],
      env: { PATH: SYSTEM_PATH },
      feeds: [
        [...namespaces(command, identity), ...environment(command), ...view.args, '--seccomp', '6'].map((word) => `${word}\0`).join(''),
        seccompFilter({ blockUnix: command.network === 'install', deny: rung.deny }),
        ...view.files.map(({ text }) => text),
      ],
      launcher: true,
      root: place.root,
    };
    const result = await supervise(launch, command, limits, watch);
    return result.status === 'sandbox_error' ? { ...result, error: reach.explain(result.error ?? '', place.root) } : result;
  } catch (thrown) {
    return failed(`The sandbox could not be set up, the command did not run: ${String(thrown)}`);
  } finally {
    occupancy.leave();
  }
}

const program = (name: (typeof NEEDED)[number] | 'unshare'): string => systemProgram(name) ?? name;

/** Outside the sandbox: die with us, drop root, and end in time even when this process hangs. */
function outerWords({ dropTo }: Identity, limits: Limits): string[] {
  const drop = dropTo ? [`--reuid=${dropTo.uid}`, `--regid=${dropTo.gid}`, '--clear-groups', '--inh-caps=-all', '--no-new-privs'] : [];
  return [
    program('setpriv'), '--pdeathsig', 'KILL', ...drop, '--',
    program('timeout'), '-s', 'KILL', ((limits.wallMs + GUARD_MS) / 1000).toFixed(3),
    // The options come through a descriptor: the first process inside would show host paths on its command line.
    program('bwrap'), '--args', '5', '--json-status-fd', '3', '--',
  ];
}

/** Inside: the limits of each process, a byte that says the sandbox stands, then the command. */
function innerWords(command: SandboxCommand, limits: Limits, rung: BwrapRung): string[] {
  const cpuSeconds = Math.ceil(limits.cpuMs / 1000);
  return [
    program('prlimit'), '--core=0', `--nofile=${limits.openFiles}`, '--memlock=65536', `--nproc=${limits.processes}`,
    `--fsize=${limits.fileBytes}`, `--cpu=${cpuSeconds}:${cpuSeconds + 1}`, ...(rung.dataBytes ? [`--data=${rung.dataBytes}`] : []), '--',
    '/bin/sh', '-c', 'echo >&4; exec 3>&- 4>&-; exec "$@"', 'sh', ...command.argv,
  ];
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
