import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { DiskWatch } from './disk.ts';
import { OutputKeeper } from './output.ts';
import { leakedDescriptors, namelessFile, openPipe } from './pipes.ts';
import type { NamelessPipe } from './pipes.ts';
import { readTree } from './tree.ts';
import type { Limits, Rung, SandboxCommand, SandboxResult, SandboxStatus } from './types.ts';

/** How long output may trail the end of the command; whoever still holds the pipe then is cut off. */
const DRAIN_MS = 250;
const POLL_MS = 50;
/** A poll may use a tenth of one core, however many processes there are to look at. */
const POLL_SHARE = 10;
/** For launchers whose start does not count as the command's time: a container engine that takes longer is stuck. */
const LAUNCH_MS = 60_000;

/** What a rung adds to the plain supervision of a process. */
export interface Watch {
  /** Looks at the tree; a status ends the command. `root` is its first process on the host, once known. */
  check(root: number | undefined): SandboxStatus | undefined;
  /** Ends everything, before the processes that are known by pid are killed. */
  kill(): void;
  stats(): { peakMemoryBytes?: number; cpuMs?: number };
  /** Removes what was made for the run. */
  close(): Promise<void>;
}

/** What a launcher tells on standard error where it has no descriptors of its own to report on: a container engine's client. */
export interface Report {
  /** Takes what came on standard error and gives back what of it is the command's. */
  take(chunk: Buffer): Buffer;
  /** The launcher's own words, from before the command. */
  said(): string;
  /** Does the command run, or did it. The wall time counts from there. */
  readonly started: boolean;
  /** Did the command end, so that the launcher's exit code is the command's. */
  readonly finished: boolean;
  /** Pid of the tree's first process on the host, once known. */
  readonly root: number | undefined;
}

export interface Launch {
  rung: Rung;
  argv: string[];
  cwd?: string;
  env: Record<string, string>;
  /** Read by the launcher from descriptor 5 on. */
  feeds: (string | Buffer)[];
  /** A launcher stands in front: it reports on descriptor 3 (bwrap's JSON status) and writes a byte to 4 right before the command. */
  launcher: boolean;
  /** Set where the launcher reports on standard error instead; it reads no feeds then. */
  report?: Report;
  root: string;
}

/** Runs a launch to its end under the limits and tells what happened. Never rejects. */
export async function supervise(launch: Launch, command: SandboxCommand, limits: Limits, watch: Watch): Promise<SandboxResult> {
  let began = performance.now();
  const keepers = {
    stdout: new OutputKeeper(limits.outputBytes, command.onOutput && ((text) => command.onOutput?.('stdout', text))),
    stderr: new OutputKeeper(limits.outputBytes, command.onOutput && ((text) => command.onOutput?.('stderr', text))),
  };
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
  if (command.signal?.aborted) return outcome('killed');
  // The launcher dies with the thread that started it: a worker's end would kill the command.
  if (!isMainThread) return outcome('sandbox_error', { error: 'Commands are started from the main thread only.' });

  const pipes: NamelessPipe[] = [];
  let child: ChildProcess;
  let disk: DiskWatch;
  try {
    disk = new DiskWatch(launch.root, limits.diskBytes);
    child = start(launch, command, keepers, pipes);
  } catch (thrown) {
    for (const pipe of pipes) pipe.release(false);
    return outcome('sandbox_error', { error: `The launcher did not start: ${String(thrown)}` });
  }

  const seen = { root: undefined as number | undefined, exitCode: undefined as number | undefined, started: !launch.launcher, text: '' };
  const { report } = launch;
  if (launch.launcher && !report) {
    const [status, marker] = [child.stdio[3], child.stdio[4]] as Readable[];
    status?.on('error', ignore).on('data', (data: Buffer) => {
      seen.text += data.toString();
      seen.root ??= number(/"child-pid": (\d+)/.exec(seen.text)?.[1]);
      seen.exitCode = number(/"exit-code": (\d+)/.exec(seen.text)?.[1]);
    });
    marker?.on('error', ignore).on('data', () => (seen.started = true));
  }

  let ended: SandboxStatus | undefined;
  let done = false;
  const end = (status: SandboxStatus): void => {
    if (done) return;
    ended ??= status;
    watch.kill();
    for (const pid of [seen.root, child.pid && -child.pid]) killQuietly(pid);
  };
  const pids = (): number[] => readTree(seen.root ?? child.pid ?? 0).map(({ pid }) => pid);
  const look = (): SandboxStatus | undefined => {
    const status = watch.check(launch.launcher ? seen.root : child.pid);
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
    if (report.started && !seen.started) {
      seen.started = true;
      seen.root = report.root;
      clearTimeout(wall);
      began = performance.now();
      if (!done) wall = setTimeout(() => end('timeout'), limits.wallMs);
    }
    return words;
  };
  const abort = (): void => end('killed');
  command.signal?.addEventListener('abort', abort, { once: true });
  const streams = (['stdout', 'stderr'] as const).map((name, index) => {
    const { host } = pipes[index] as NamelessPipe;
    host.on('data', (chunk: Buffer) => {
      keepers[name].add(name === 'stderr' ? hear(chunk) : chunk);
      if (keepers[name].flooded && !ended) end('output');
    });
    return new Promise<void>((resolve) => host.once('close', () => resolve()));
  });

  const exit = await new Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  done = true;
  const exitedAt = performance.now();
  if (!exit.error) ended ??= look();
  // The pid namespace ended with its first process, whose pid may be somebody else's by now; only what is sure is killed again.
  watch.kill();
  if (!launch.launcher) killQuietly(child.pid && -child.pid);
  clearTimeout(poll);
  clearTimeout(wall);
  command.signal?.removeEventListener('abort', abort);
  const reported = launch.launcher && !report ? [child.stdio[3], child.stdio[4]].map((stream) => closed(stream as Readable | null)) : [];
  const drained = await Promise.race([Promise.all([...streams, ...reported]).then(() => true), sleep(DRAIN_MS, false)]);
  for (const stream of child.stdio) (stream as Readable | null)?.destroy();
  for (const pipe of pipes) pipe.release(drained && launch.launcher);
  const late = exitedAt - began >= limits.wallMs;
  // The last word of a report came with the rest of the output.
  if (report) ended ??= watch.check(undefined);
  const stats = watch.stats();
  await watch.close();

  const missing = { ENOENT: 127, EACCES: 126 }[(exit.error as NodeJS.ErrnoException | undefined)?.code ?? ''];
  // As a shell says it, and as it comes out of the other rungs, where a shell starts the command.
  if (missing && !launch.launcher) return outcome('exited', { exitCode: missing, stderr: `${command.argv[0]}: ${exit.error?.message}\n`, ...stats });
  if (exit.error) return outcome('sandbox_error', { error: `The launcher did not start: ${exit.error.message}` });
  if (ended === 'sandbox_error') return outcome(ended, { error: `The sandbox did not start within ${LAUNCH_MS / 1000} s, the command did not run: ${report?.said().trim()}` });
  if (ended) return outcome(ended, { signal: 'SIGKILL', ...stats });
  if (!seen.started) {
    const said = (report?.said() ?? keepers.stderr.text()).trim() || `it ended with ${exit.signal ?? `code ${exit.code}`}`;
    return outcome('sandbox_error', { error: `The sandbox could not be set up, the command did not run: ${said}` });
  }
  const code = (report ? report.finished : !launch.launcher) ? (exit.code ?? undefined) : seen.exitCode;
  // No word of the command's end: the outer guard struck while this process was stuck, or somebody else killed it.
  if (code === undefined) return outcome(late ? 'timeout' : 'killed', { signal: exit.signal ?? 'SIGKILL', ...stats });
  const signal = signalName(code);
  // Where the guard stands inside, its kill is all that is heard of it.
  if (report && late && signal === 'SIGKILL') return outcome('timeout', { signal, ...stats });
  // The kernel's way of saying that the CPU time of a process is used up.
  if (signal === 'SIGXCPU') return outcome('timeout', { signal, ...stats });
  return outcome('exited', { exitCode: code, signal, ...stats });
}

function start(launch: Launch, command: SandboxCommand, keepers: { stdout: OutputKeeper; stderr: OutputKeeper }, pipes: NamelessPipe[]): ChildProcess {
  const nothing = openSync('/dev/null', 'r');
  const take = (direction: 'in' | 'out'): NamelessPipe => {
    const pipe = openPipe(direction);
    pipes.push(pipe);
    return pipe;
  };
  const toClose = [nothing];
  try {
    const [out, err] = [take('out').child, take('out').child];
    const feeds = launch.feeds.map((content) => ({ content, pipe: take('in') }));
    toClose.push(...pipes.map(({ child }) => child));
    let input = nothing;
    if (command.stdin !== undefined) toClose.push((input = namelessFile(command.stdin)));
    const stdio: (number | 'pipe' | 'ignore')[] = [input, out, err];
    if (launch.launcher && !launch.report) stdio.push('pipe', 'pipe', ...feeds.map(({ pipe }) => pipe.child));
    // What this process inherited without CLOEXEC would be open inside: /dev/null takes its place.
    const own = new Set(toClose);
    for (const fd of leakedDescriptors(stdio.length - 1)) {
      if (own.has(fd)) continue;
      while (stdio.length < fd) stdio.push('ignore');
      stdio[fd] = nothing;
    }
    const [file = '', ...args] = launch.argv;
    const options: SpawnOptions = { env: launch.env, stdio, detached: true, ...(launch.cwd === undefined ? {} : { cwd: launch.cwd }) };
    const child = spawn(file, args, options);
    for (const { content, pipe } of feeds) pipe.host.end(content);
    return child;
  } finally {
    for (const fd of toClose) closeSync(fd);
  }
}

function killQuietly(pid: number | undefined): void {
  try {
    if (pid) process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}

const ignore = (): void => {};
const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
const closed = (stream: Readable | null): Promise<void> =>
  new Promise((resolve) => {
    if (!stream || stream.closed) resolve();
    else stream.once('close', () => resolve());
  });

/** The signal behind a shell-style code of 128 and more, or null. */
function signalName(code: number): string | null {
  if (code <= 128) return null;
  return Object.entries(constants.signals).find(([, value]) => value === code - 128)?.[0] ?? null;
}
