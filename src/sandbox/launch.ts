import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { guard } from './guard.ts';
import { constantFile, laterFile, leakedDescriptors, namelessFile, openPipe } from './pipes.ts';
import type { NamelessPipe } from './pipes.ts';
import { killQuietly } from './tree.ts';
import type { Rung } from './types.ts';

export { killQuietly } from './tree.ts';

/** How long output may trail the end of the command; whoever still holds the pipe then is cut off. */
const DRAIN_MS = 250;

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

/** Something a launcher reads. `constant` content comes with every command and is kept. */
export type Feed = string | Buffer | { constant: string | Buffer };

export interface Launch {
  rung: Rung;
  argv: string[];
  cwd?: string;
  env: Record<string, string>;
  /** Read by the launcher from descriptor 5 on, or from 6 where 5 is the hand-over. */
  feeds: Feed[];
  /** A launcher stands in front: it reports on descriptor 3 (bwrap's JSON status) and writes a byte to 4 right before the command. */
  launcher: boolean;
  /**
   * After its byte the launcher reads a line from descriptor 5 before it becomes the command. The line comes from this process, so a
   * host that dies before it leaves no command behind, however far the launcher was; and the command may be named as late as that.
   */
  handOver?: boolean;
  /**
   * Puts the launcher where its limits are. It waits for that: the first feed, without which it makes nothing, comes only after it. Should this
   * process die in between, the launcher has less to go by than it needs, and in the end no hand-over.
   */
  join?(pid: number): Promise<void>;
  /** Set where the launcher reports on standard error instead; it reads no feeds then. */
  report?: Report;
  root: string;
  /** Bytes that processes hold open on a device in files without a name, where this process may not look at them itself. */
  deletedBytes?: (pids: readonly number[], device: number) => number;
}

/** How the launcher's process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: Error;
}

/** A launcher's process with its pipes, from its start to its end. */
export class Launched {
  readonly child: ChildProcess;
  readonly stdout: NamelessPipe;
  readonly stderr: NamelessPipe;
  readonly exit: Promise<Exit>;
  /** Its end was heard. */
  gone = false;
  /** Pid of the first process inside, on the host, once known. */
  root: number | undefined;
  /** What the command ended with, as the launcher tells. */
  exitCode: number | undefined;
  /** The sandbox stands: the command runs, or may be handed over. */
  started: boolean;
  readonly #pipes: NamelessPipe[] = [];
  readonly #hand: NamelessPipe | undefined;
  /** Why the launcher was not let go on. */
  fault: string | undefined;
  readonly #later: ReturnType<typeof laterFile> | undefined;
  #line: string | undefined;

  /**
   * Starts it.
   *
   * @param stdin text, nothing, or `later` where it comes with the hand-over
   * @throws what keeps a process from being made; nothing is left open then
   */
  constructor(
    readonly launch: Launch,
    stdin: string | undefined | 'later',
  ) {
    this.started = !launch.launcher;
    const take = (direction: 'in' | 'out'): NamelessPipe => {
      const pipe = openPipe(direction);
      this.#pipes.push(pipe);
      return pipe;
    };
    const toClose: number[] = [];
    const held = (fd: number): number => {
      toClose.push(fd);
      return fd;
    };
    try {
      if (launch.handOver) guard.ready();
      const nothing = held(openSync('/dev/null', 'r'));
      this.stdout = take('out');
      this.stderr = take('out');
      if (launch.handOver) this.#hand = take('in');
      const first = launch.join ? take('in') : undefined;
      for (const pipe of this.#pipes) held(pipe.child);
      let input = nothing;
      if (stdin === 'later') input = held((this.#later = laterFile()).child);
      else if (stdin !== undefined) input = held(namelessFile(stdin));
      const stdio: (number | 'pipe' | 'ignore')[] = [input, this.stdout.child, this.stderr.child];
      if (launch.launcher && !launch.report) {
        stdio.push('pipe', 'pipe', ...(this.#hand ? [this.#hand.child] : []));
        for (const [index, feed] of launch.feeds.entries()) {
          if (first && index === 0) stdio.push(first.child);
          else stdio.push(held(isConstant(feed) ? constantFile(feed.constant) : namelessFile(feed)));
        }
      }
      // What this process inherited without CLOEXEC would be open inside: /dev/null takes its place.
      const own = new Set(toClose);
      for (const fd of leakedDescriptors(stdio.length - 1)) {
        if (own.has(fd)) continue;
        while (stdio.length < fd) stdio.push('ignore');
        stdio[fd] = nothing;
      }
      const [file = '', ...args] = launch.argv;
      this.child = spawn(file, args, { env: launch.env, stdio, detached: true, ...(launch.cwd === undefined ? {} : { cwd: launch.cwd }) });
      if (first) this.#join(first);
    } catch (thrown) {
      for (const pipe of this.#pipes) pipe.release(false);
      this.#later?.close();
      throw thrown;
    } finally {
      for (const fd of toClose) closeSync(fd);
    }
    this.exit = new Promise((resolve) => {
      const end = (exit: Exit): void => {
        this.gone = true;
        resolve(exit);
      };
      this.child.once('error', (error) => end({ code: null, signal: null, error }));
      this.child.once('exit', (code, signal) => end({ code, signal }));
    });
    if (launch.launcher && !launch.report) this.#listen();
  }

  #join(first: NamelessPipe): void {
    const { launch, child } = this;
    const [feed = ''] = launch.feeds;
    if (child.pid === undefined) return; // its error is heard as the exit
    launch.join?.(child.pid).then(
      () => first.host.end(isConstant(feed) ? feed.constant : feed),
      (thrown: unknown) => {
        this.fault ??= String(thrown);
        this.kill();
      },
    );
  }

  #listen(): void {
    const [status, marker] = [this.child.stdio[3], this.child.stdio[4]] as Readable[];
    let text = '';
    status?.on('error', ignore).on('data', (data: Buffer) => {
      text += data.toString();
      this.root ??= number(/"child-pid": (\d+)/.exec(text)?.[1]);
      this.exitCode = number(/"exit-code": (\d+)/.exec(text)?.[1]);
    });
    marker?.on('error', ignore).on('data', () => {
      this.started = true;
      this.#pass();
    });
  }

  /**
   * Lets the command begin as soon as the sandbox stands.
   *
   * @param line what the launcher's last shell reads: `run` for the command it has, or the words of `sourced`
   */
  handOver(line: string, stdin?: string): void {
    if (stdin !== undefined) this.#later?.fill(stdin);
    this.#line = line;
    this.#pass();
  }

  #pass(): void {
    if (!this.started || this.gone || this.#line === undefined) return;
    this.#hand?.host.write(this.#line);
    this.#line = undefined;
  }

  /** Kills what is known by pid: the tree's first process, and the launcher with its group. */
  kill(): void {
    if (this.gone) return;
    this.#line = undefined;
    for (const pid of [this.root, this.child.pid && -this.child.pid]) killQuietly(pid);
  }

  /** Waits until nobody holds the other ends any more, or for as long as output may trail, and gives everything back. Once, after the exit. */
  async drain(streams: Promise<unknown>[]): Promise<void> {
    const { launcher, report } = this.launch;
    const reported = launcher && !report ? [this.child.stdio[3], this.child.stdio[4]].map((stream) => closed(stream as Readable | null)) : [];
    if (this.#hand) {
      // Whoever waits for its line hears that none comes.
      this.#hand.host.destroy();
      // Its last word may still be on its way to us.
      if (this.exitCode === undefined) await new Promise(setImmediate);
      // A launcher that was killed on its way leaves its first process waiting for it.
      if (this.exitCode === undefined) for (const pid of this.stdout.writers()) killQuietly(pid);
    }
    const drained = await Promise.race([Promise.all([...streams, ...reported]).then(() => true), sleep(DRAIN_MS, false)]);
    for (const stream of this.child.stdio) (stream as Readable | null)?.destroy();
    for (const pipe of this.#pipes) pipe.release(drained && launcher);
    this.#later?.close();
  }
}

const ignore = (): void => {};
const isConstant = (feed: Feed): feed is { constant: string | Buffer } => typeof feed === 'object' && 'constant' in feed;
const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
const closed = (stream: Readable | null): Promise<void> =>
  new Promise((resolve) => {
    if (!stream || stream.closed) resolve();
    else stream.once('close', () => resolve());
  });
