import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityFor } from '../identity.ts';
import { LONGEST_WORD } from '../limits.ts';
import { occupy } from '../occupancy.ts';
import { resolvePlace } from '../place.ts';
import type { Place } from '../place.ts';
import { systemProgram } from '../programs.ts';
import { shellQuoted } from '../shell.ts';
import { notRun, supervise } from '../supervise.ts';
import type { Launch, Watch } from '../supervise.ts';
import type { Limits, SandboxCommand, SandboxResult } from '../types.ts';
import { syntheticEtc } from '../view.ts';
import { FILES, SECCOMP_FILE, runArguments, userFor } from './arguments.ts';
import type { ContainerUser } from './arguments.ts';
import { ask, clientEnv } from './engine.ts';
import type { Engine } from './engine.ts';
import { ContainerGroup, removeLeftGroups } from './group.ts';
import { ID_FILE, filesOf, nextName, noGrace } from './names.ts';
import { MarkedReport } from './report.ts';
import { firstProcess } from './script.ts';
import { seccompProfile } from './seccomp-profile.ts';

/** The clock inside strikes this much after ours: it is there for the case that this process is stuck, or that nobody is left outside. */
const GUARD_MS = 500;

/** Holds the pid of the engine's client. */
const CLIENT_FILE = 'client';
/** A client that is not done by then is stuck. */
const CLIENT_MS = 20_000;
const CLIENT_LOOK_MS = 10;

/** Programs of the host that a run needs besides the engine's. */
export const HOST_PROGRAMS = ['setpriv', 'setsid', 'mkfifo'] as const;

/**
 * Runs one command in a container of its own, which is gone when this resolves.
 *
 * @param image id or name of an image that is there: nothing is fetched
 */
export async function runContainer(engine: Engine, image: string, command: SandboxCommand, limits: Limits): Promise<SandboxResult> {
  const place = resolvePlace(command);
  const user = userFor(engine, identityFor(place.root));
  const failed = (error: string): SandboxResult => notRun('C', 'sandbox_error', error);
  const words = [...command.argv, ...Object.entries(command.env ?? {}).map(([variable, value]) => `${variable}=${value}`)];
  if (words.some((word) => Buffer.byteLength(word) >= LONGEST_WORD)) return failed(`The command was not started: a word or a variable of it is longer than ${LONGEST_WORD} bytes (E2BIG).`);
  let occupancy;
  try {
    occupancy = await occupy(place);
  } catch (thrown) {
    return failed((thrown as Error).message);
  }
  const name = nextName();
  try {
    // The first character is one that programs do not print, so that hardly anything is held back while it may become a mark.
    const mark = `\u001e${randomBytes(12).toString('hex')}`;
    writeFiles(filesOf(name), command, limits, place, user, mark);
    const options = runArguments(engine, image, name, { command, limits, place, user, protectGit: occupancy.protectGit, hardProcesses: hardProcesses() });
    const report = new MarkedReport(mark, name);
    const launch: Launch = { rung: 'C', argv: guarded(engine, name, options), cwd: filesOf(name), env: clientEnv(), feeds: [], launcher: true, report, root: place.root };
    // Standard input is a file inside, as on the other rungs; the client gets none.
    return await supervise(launch, { ...command, stdin: undefined }, limits, watch(engine, name, report));
  } catch (thrown) {
    return failed(`The container could not be set up, the command did not run: ${(thrown as Error).message}`);
  } finally {
    rmSync(filesOf(name), { recursive: true, force: true });
    occupancy.leave();
  }
}

/** Nothing of a command is on the engine's command line: other users of the host could read it there. */
function writeFiles(directory: string, command: SandboxCommand, limits: Limits, place: Place, user: ContainerUser, mark: string): void {
  // For nobody else on the host: the script holds the command's environment. Inside, the files are there without their folder.
  mkdirSync(directory, { mode: 0o700 });
  const write = (file: string, text: string): void => {
    writeFileSync(join(directory, file), text);
    // Whatever our umask: another user may be the one inside.
    chmodSync(join(directory, file), 0o444);
  };
  write(basename(SECCOMP_FILE), JSON.stringify(seccompProfile({ blockUnix: command.network === 'install' })));
  write('stdin', command.stdin ?? '');
  write('script', firstProcess(command, limits, place, mark, (limits.wallMs + GUARD_MS) / 1000));
  const etc = syntheticEtc(user.uid, user.gid, command.network);
  for (const [file, target] of Object.entries(FILES)) {
    const text = etc.find(({ path }) => path === target)?.text;
    if (text !== undefined) write(file, text);
  }
}

/**
 * The engine's client, and before it a shell that removes the container when this process dies: the engine would let it run on. The client has
 * a session of its own, so that the kill of a command does not strike it: cut off while it makes a container, it would leave a half-made one
 * behind that no engine knows of. Whoever ends a command that has not started makes its script void, and lets the client come to its end.
 */
function guarded(engine: Engine, name: string, words: readonly string[]): string[] {
  const remove = [engine.program, ...engine.options, ...removal(engine, name)].map(shellQuoted).join(' ');
  const script = `end() {
  exec >/dev/null 2>&1
  chmod u+w script; echo 'exit 125' > script
  ${remove}; wait "$client"; ${remove}
  id=$(cat ${ID_FILE}); [ "\${#id}" = 64 ] && sleep 0.2 && rmdir /sys/fs/cgroup/*/*/*"$id"* /sys/fs/cgroup/*/*"$id"*
  exit 143
}
trap end TERM
setsid "$@" &
client=$!
echo "$client" > ${CLIENT_FILE}
wait "$client" 2>/dev/null`;
  return [systemProgram('setpriv') ?? 'setpriv', '--pdeathsig', 'TERM', '--', '/bin/sh', '-c', script, 'guard', engine.program, ...engine.options, ...words];
}

const removal = (engine: Engine, name: string): string[] => ['rm', '--force', '--volumes', ...noGrace(engine), name];

function watch(engine: Engine, name: string, report: MarkedReport): Watch {
  const group = new ContainerGroup();
  const directory = filesOf(name);
  let cutShort = false;
  return {
    check(root) {
      if (group.look(root) > 0 || report.used.oomKills > 0) return 'oom';
      return report.used.struck ? 'timeout' : undefined;
    },
    kill() {
      group.look(report.root);
      if (report.finished) return;
      cutShort = true;
      if (!report.started) makeVoid(join(directory, 'script'));
    },
    stats: () => ({ peakMemoryBytes: report.used.peakMemoryBytes ?? group.peakMemoryBytes, cpuMs: report.used.cpuMs ?? group.cpuMs }),
    async close() {
      // A container that came to its end is removed by its engine, before the client returns. That it did, the command can say as well.
      if (!cutShort && report.finished && !clientRuns(join(directory, CLIENT_FILE), name)) return;
      await ask(engine, removal(engine, name));
      await clientEnds(join(directory, CLIENT_FILE), name);
      if (!report.started) await ask(engine, removal(engine, name));
      const made = join(directory, ID_FILE);
      if (existsSync(made)) await removeLeftGroups(readFileSync(made, 'utf8').trim());
    },
  };
}

/** A container that is still being made will find nothing to do. The file stays the same one: it is mounted. */
function makeVoid(script: string): void {
  chmodSync(script, 0o644);
  writeFileSync(script, 'exit 125\n');
}

const clientRuns = (file: string, name: string): boolean => existsSync(file) && commandLine(Number(readFileSync(file, 'utf8'))).includes(name);

/** Waits for the engine's client, which has nothing left to wait for itself. */
async function clientEnds(file: string, name: string): Promise<void> {
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8'));
  const until = performance.now() + CLIENT_MS;
  while (pid > 0 && commandLine(pid).includes(name)) {
    if (performance.now() > until) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended after all.
      }
      return;
    }
    await sleep(CLIENT_LOOK_MS);
  }
}

/** Empty for a process that has ended, whether or not somebody took note of its end. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** What podman leaves its containers at most, though its own hard limit may be higher (measured with 4.3). */
const PODMAN_PROCESSES = 32_768;

/** The hard RLIMIT_NPROC that a container may have. */
function hardProcesses(): number {
  const found = /^Max processes\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return Math.min(PODMAN_PROCESSES, Number(found ?? PODMAN_PROCESSES));
}
