import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { DiskWatch } from './disk.ts';
import { guard } from './guard.ts';
import { RUN } from './hand-over.ts';
import { Launched } from './launch.ts';
import type { Launch } from './launch.ts';
import { OutputKeeper } from './output.ts';
import { OutputFiles } from './output-files.ts';
import { killQuietly, readTree } from './tree.ts';
import type { Limits, Rung, SandboxCommand, SandboxResult, SandboxStatus } from './types.ts';

export type { Launch, Report } from './launch.ts';

const POLL_MS = 50;
/** A poll may use a tenth of one core, however many processes there are to look at. */
const POLL_SHARE = 10;
/** For launchers whose start does not count as the command's time: a container engine that takes longer is stuck. */
const LAUNCH_MS = 60_000;
/** The guard strikes this much after our own timer: it is there for the case that this process is stuck. */
const GUARD_MS = 2_000;

/** What a rung adds to the plain supervision of a process. */
export interface Watch {
  /** Looks at the tree; a status ends the command. `root` is its first process on the host, once known. */
  check(root: number | undefined): SandboxStatus | undefined;
  /** Ends everything, before the processes that are known by pid are killed. `root` as in `check`, undefined once it ended. */
  kill(root: number | undefined): void;
  stats(): { peakMemoryBytes?: number; cpuMs?: number };
  /** Removes what was made for the run. */
  close(): Promise<void>;
}

/** What is supervised of a command, whoever launched it. */
export type Supervised = Pick<SandboxCommand, 'argv' | 'signal' | 'onOutput' | 'outputDirectory'>;

/** A result for a command that did not run. */
export function notRun(rung: Rung, status: SandboxStatus, error?: string): SandboxResult {
  return {
    status, exitCode: null, signal: null, stdout: '', stderr: '', truncated: { stdout: false, stderr: false },
    peakMemoryBytes: undefined, cpuMs: undefined, wallMs: 0, rung, ...(error === undefined ? {} : { error }),
  };
}

/** Runs a launch to its end under the limits and tells what happened. Never rejects. */
export async function supervise(launch: Launch, command: SandboxCommand, limits: Limits, watch: Watch): Promise<SandboxResult> {
  const refused = async (status: SandboxStatus, error?: string): Promise<SandboxResult> => {
    await watch.close();
    return notRun(launch.rung, status, error);
  };
  if (command.signal?.aborted) return refused('killed');
  // The launcher dies with the thread that started it: a worker's end would kill the command.
  if (!isMainThread) return refused('sandbox_error', 'Commands are started from the main thread only.');
  let launched: Launched;
  let disk: DiskWatch;
  try {
    disk = new DiskWatch(launch.root, limits.diskBytes, launch.deletedBytes);
    launched = new Launched(launch, command.stdin);
  } catch (thrown) {
    return refused('sandbox_error', `The launcher did not start: ${String(thrown)}`);
  }
  if (launch.handOver) launched.handOver(RUN);
  return conduct(launched, command, limits, watch, disk);
}

/** Leads a launched command to its end: limits, kills, output, and what is told of it. Never rejects. */
export async function conduct(launched: Launched, command: Supervised, limits: Limits, watch: Watch, disk: DiskWatch): Promise<SandboxResult> {
  const { launch, child } = launched;
  const { report } = launch;
  let began = performance.now();
  const unguard = launch.handOver && child.pid ? guard.over(child.pid, limits.wallMs + GUARD_MS) : undefined;
  let ended: SandboxStatus | undefined;
  /** Once the launcher ended, the pid inside may be somebody else's. */
  const first = (): number | undefined => (launched.gone ? undefined : launch.launcher ? launched.root : child.pid);
  const end = (status: SandboxStatus): void => {
    if (launched.gone) return;
    ended ??= status;
    watch.kill(first());
    launched.kill();
  };
  const keepers = {
    stdout: new OutputKeeper(limits.outputBytes, command.onOutput && ((text) => command.onOutput?.('stdout', text))),
    stderr: new OutputKeeper(limits.outputBytes, command.onOutput && ((text) => command.onOutput?.('stderr', text))),
  };
  let files: OutputFiles | undefined;
  let fault: string | undefined;
  try {
    if (command.outputDirectory !== undefined) files = new OutputFiles(command.outputDirectory, limits.outputBytes);
  } catch (thrown) {
    fault = `The output cannot be kept: ${(thrown as Error).message}`;
    end('sandbox_error');
  }
  const pids = (): number[] => readTree(first() ?? child.pid ?? 0).map(({ pid }) => pid);
  const look = (): SandboxStatus | undefined => {
    const status = watch.check(first());
    return status ?? (disk.exceeded(pids) ? 'disk' : undefined);
  };
  let poll: NodeJS.Timeout;
  const tick = (): void => {
    const before = performance.now();
    const status = look();
    if (status) return end(status);
    poll = setTimeout(tick, Math.max(POLL_MS, (performance.now() - before) * POLL_SHARE));
  };
  poll = setTimeout(tick, POLL_MS);
  let wall = setTimeout(() => end(report ? 'sandbox_error' : 'timeout'), report ? LAUNCH_MS : limits.wallMs);
  const hear = (chunk: Buffer): Buffer => {
    if (!report) return chunk;
    const words = report.take(chunk);
    if (report.started && !launched.started) {
      launched.started = true;
      launched.root = report.root;
      clearTimeout(wall);
      began = performance.now();
      if (!launched.gone) wall = setTimeout(() => end('timeout'), limits.wallMs);
    }
    return words;
  };
  const abort = (): void => end('killed');
  command.signal?.addEventListener('abort', abort, { once: true });
  const streams = (['stdout', 'stderr'] as const).map((name) => {
    const { host } = launched[name];
    host.on('data', (chunk: Buffer) => {
      const words = name === 'stderr' ? hear(chunk) : chunk;
      keepers[name].add(words);
      files?.add(name, words);
      if (keepers[name].flooded && !ended) end('output');
    });
    return host.closed ? Promise.resolve() : new Promise<void>((resolve) => host.once('close', () => resolve()));
  });

  const exit = await launched.exit;
  unguard?.();
  const exitedAt = performance.now();
  if (!exit.error) ended ??= look();
  // The pid namespace ended with its first process; only what is sure is killed again.
  watch.kill(undefined);
  if (!launch.launcher) killQuietly(child.pid && -child.pid);
  clearTimeout(poll);
  clearTimeout(wall);
  command.signal?.removeEventListener('abort', abort);
  await launched.drain(streams);
  const late = exitedAt - began >= limits.wallMs;
  // The last word of a report came with the rest of the output.
  if (report) ended ??= watch.check(undefined);
  const stats = watch.stats();
  await watch.close();

  const outcome = (status: SandboxStatus, more: Partial<SandboxResult> = {}): SandboxResult => ({
    status,
    exitCode: null,
    signal: null,
    stdout: keepers.stdout.text(),
    stderr: keepers.stderr.text(),
    truncated: { stdout: keepers.stdout.truncated, stderr: keepers.stderr.truncated },
    peakMemoryBytes: undefined,
    cpuMs: undefined,
    wallMs: Math.round(performance.now() - began),
    rung: launch.rung,
    ...more,
  });
  const failed = (error: string): SandboxResult => {
    files?.discard();
    return outcome('sandbox_error', { error });
  };
  const ran = (status: SandboxStatus, more: Partial<SandboxResult> = {}): SandboxResult => outcome(status, { ...more, ...stats, ...(files ? { files: files.close() } : {}) });

  const missing = { ENOENT: 127, EACCES: 126 }[(exit.error as NodeJS.ErrnoException | undefined)?.code ?? ''];
  // As a shell says it, and as it comes out of the other rungs, where a shell starts the command.
  if (missing && !launch.launcher) return ran('exited', { exitCode: missing, stderr: `${command.argv[0]}: ${exit.error?.message}\n` });
  if (exit.error) return failed(`The launcher did not start: ${exit.error.message}`);
  if (fault !== undefined) return failed(fault);
  if (ended === 'sandbox_error') return failed(`The sandbox did not start within ${LAUNCH_MS / 1000} s, the command did not run: ${report?.said().trim()}`);
  if (ended) return ran(ended, { signal: 'SIGKILL' });
  if (!launched.started) {
    const said = launched.fault ?? ((report?.said() ?? keepers.stderr.text()).trim() || `it ended with ${exit.signal ?? `code ${exit.code}`}`);
    return failed(`The sandbox could not be set up, the command did not run: ${said}`);
  }
  const code = (report ? report.finished : !launch.launcher) ? (exit.code ?? undefined) : launched.exitCode;
  // No word of the command's end: the guard struck while this process was stuck, or somebody else killed it.
  if (code === undefined) return ran(late ? 'timeout' : 'killed', { signal: exit.signal ?? 'SIGKILL' });
  const signal = signalName(code);
  // Where the guard stands inside, its kill is all that is heard of it.
  if (report && late && signal === 'SIGKILL') return ran('timeout', { signal });
  // The kernel's way of saying that the CPU time of a process is used up.
  if (signal === 'SIGXCPU') return ran('timeout', { signal });
  return ran('exited', { exitCode: code, signal });
}

/** The signal behind a shell-style code of 128 and more, or null. */
function signalName(code: number): string | null {
  if (code <= 128) return null;
  return Object.entries(constants.signals).find(([, value]) => value === code - 128)?.[0] ?? null;
}
