import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DiskWatch } from './disk.ts';
import { OutputFiles } from './output-files.ts';
import { OutputKeeper } from './output.ts';
import { parsePs, ProcessFamily, PS_WORDS } from './process-family.ts';
import type { PsProcess } from './process-family.ts';
import type { Limits, Rung, SandboxCommand, SandboxResult, SandboxStatus } from './types.ts';

const run = promisify(execFile);
/** `ps` takes some 10 ms of a core. */
const POLL_MS = 200;
/** How long output may trail the end of the command; whoever still holds the pipe then is cut off. */
const DRAIN_MS = 250;

/** A command behind a launcher that writes a byte to descriptor 3 right before it becomes the command. */
export interface FamilyLaunch {
  rung: Rung;
  argv: readonly string[];
  cwd: string;
  env: Record<string, string>;
  /** The workspace, whose growth is watched. */
  root: string;
}

/**
 * Runs a launch to its end where the system has neither /proc nor namespaces nor cgroups: limits by polling `ps`, kills by process group
 * and by family. Never rejects.
 */
export async function superviseFamily(launch: FamilyLaunch, command: Pick<SandboxCommand, 'stdin' | 'signal' | 'onOutput' | 'outputDirectory'>, limits: Limits): Promise<SandboxResult> {
  const began = performance.now();
  const keepers = {
    stdout: new OutputKeeper(limits.outputBytes, command.onOutput && ((text) => command.onOutput?.('stdout', text))),
    stderr: new OutputKeeper(limits.outputBytes, command.onOutput && ((text) => command.onOutput?.('stderr', text))),
  };
  let peak = 0;
  const outcome = (status: SandboxStatus, more: Partial<SandboxResult> = {}): SandboxResult => ({
    status, exitCode: null, signal: null, stdout: keepers.stdout.text(), stderr: keepers.stderr.text(),
    truncated: { stdout: keepers.stdout.truncated, stderr: keepers.stderr.truncated },
    peakMemoryBytes: peak || undefined, cpuMs: undefined, wallMs: Math.round(performance.now() - began), rung: launch.rung, ...more,
  });
  if (command.signal?.aborted) return outcome('killed');
  const disk = new DiskWatch(launch.root, limits.diskBytes);
  let files: OutputFiles | undefined;
  try {
    if (command.outputDirectory !== undefined) files = new OutputFiles(command.outputDirectory, limits.outputBytes);
  } catch (thrown) {
    return outcome('sandbox_error', { error: `The output cannot be kept: ${(thrown as Error).message}` });
  }
  const [file = '', ...args] = launch.argv;
  const child = spawn(file, args, { cwd: launch.cwd, env: launch.env, stdio: ['pipe', 'pipe', 'pipe', 'pipe'], detached: true });
  const { pid } = child;
  if (pid === undefined) {
    files?.discard();
    const [error] = (await once(child, 'error').catch((thrown: unknown) => [thrown])) as [Error];
    return outcome('sandbox_error', { error: `The launcher did not start: ${error.message}` });
  }
  const family = new ProcessFamily(pid);
  let started = false;
  let ended: SandboxStatus | undefined;
  let gone = false;
  // A command that does not read its input closes the pipe; that is its own affair.
  child.stdin?.on('error', ignore).end(command.stdin ?? '');
  (child.stdio[3] as Readable).on('error', ignore).on('data', () => (started = true));

  let fault: string | undefined;
  const look = async (): Promise<PsProcess[]> => {
    try {
      return family.look(parsePs((await run('/bin/ps', PS_WORDS, { env: { LC_ALL: 'C' }, maxBuffer: 64 * 1024 * 1024 })).stdout));
    } catch (thrown) {
      // Unwatched, the command may not go on.
      fault ??= `The command's processes could not be looked at, so it was ended: ${(thrown as Error).message}`;
      return [];
    }
  };
  /** Stops everyone before anyone is killed, so that nobody makes new ones meanwhile. */
  const kill = async (): Promise<void> => {
    if (!gone) signal(-pid, 'SIGSTOP');
    for (let round = 0; round < 5; round += 1) {
      const members = (await look()).filter((member) => member.pid !== pid || !gone);
      for (const member of members) signal(member.pid, 'SIGSTOP');
      for (const member of members) signal(member.pid, 'SIGKILL');
      if (!gone) signal(-pid, 'SIGKILL');
      if (members.length === 0) return;
      await sleep(10);
    }
  };
  let killing: Promise<void> | undefined;
  const end = (status: SandboxStatus): void => {
    ended ??= status;
    killing ??= kill();
  };
  const wall = setTimeout(() => end('timeout'), limits.wallMs);
  const abort = (): void => end('killed');
  command.signal?.addEventListener('abort', abort, { once: true });
  const streams = (['stdout', 'stderr'] as const).map((name) => {
    child[name]?.on('error', ignore).on('data', (chunk: Buffer) => {
      keepers[name].add(chunk);
      files?.add(name, chunk);
      if (keepers[name].flooded) end('output');
    });
    return child[name] ? once(child[name], 'close') : undefined;
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const watching = (async () => {
    while (!gone && !ended) {
      const bytes = (await look()).reduce((total, { resident }) => total + resident, 0);
      peak = Math.max(peak, bytes);
      if (fault !== undefined) end('sandbox_error');
      if (bytes > limits.memoryBytes) end('oom');
      if (disk.exceeded(() => [])) end('disk');
      await Promise.race([sleep(POLL_MS), exited]);
    }
  })();
  const [code, by] = await exited;
  gone = true;
  clearTimeout(wall);
  command.signal?.removeEventListener('abort', abort);
  await watching;
  await killing;
  await kill();
  await Promise.race([Promise.all(streams), sleep(DRAIN_MS)]);
  for (const stream of child.stdio) stream?.destroy();

  if (ended === 'sandbox_error') {
    files?.discard();
    return outcome(ended, { error: fault });
  }
  if (!ended && !started) {
    files?.discard();
    return outcome('sandbox_error', { error: `The sandbox could not be set up, the command did not run: ${keepers.stderr.text().trim() || `it ended with ${by ?? `code ${code}`}`}` });
  }
  const kept = files && { files: files.close() };
  if (ended) return outcome(ended, { signal: 'SIGKILL', ...kept });
  if (by === 'SIGXCPU') return outcome('timeout', { signal: by, ...kept });
  return outcome('exited', { exitCode: code ?? 128 + (constants.signals[by as NodeJS.Signals] ?? 0), signal: by, ...kept });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone.
  }
}

const ignore = (): void => {};
