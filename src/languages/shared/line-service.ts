import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';

interface Running {
  child: ChildProcessWithoutNullStreams;
  waiting: Map<number, { resolve: (result: unknown) => void; timer: NodeJS.Timeout }>;
}

/**
 * Questions to a reader of source in another process: one line of JSON with an `id` goes in, one with the same `id` and a `result` comes
 * out. The process is started at the first question and again after it ended, and keeps this one alive only while a question is open.
 *
 * @param start the process with three pipes; undefined where the machine has none
 * @param answerMs milliseconds that one question may take; then the process is ended
 * @returns what asks: the result, or undefined where there is no process or it ended over the question. Rejects as `start` does
 * @example
 * const ask = lineService(async () => spawn(python, [script], { stdio: 'pipe' }), 20_000);
 * await ask({ op: 'symbols', source });
 */
export function lineService(start: () => Promise<ChildProcessWithoutNullStreams | undefined>, answerMs: number): (question: Record<string, unknown>) => Promise<unknown> {
  let service: Promise<Running | undefined> | undefined;
  let next = 0;

  async function open(): Promise<Running | undefined> {
    const child = await start();
    if (!child) return undefined;
    const running: Running = { child, waiting: new Map() };
    createInterface({ input: child.stdout }).on('line', (line) => {
      const reply = JSON.parse(line) as { id: number; result?: unknown };
      settle(running, reply.id, reply.result);
    });
    child.stderr.resume();
    child.stdin.on('error', () => {}); // the exit below answers whoever waits
    const ended = (): void => {
      service = undefined; // the next question starts another one
      for (const id of running.waiting.keys()) settle(running, id, undefined);
    };
    child.on('exit', ended).on('error', ended);
    hold(running, false);
    return running;
  }

  return async (question) => {
    service ??= open().catch((thrown: unknown) => {
      service = undefined; // the next question tries again
      throw thrown;
    });
    const running = await service;
    if (!running) return undefined;
    const id = (next += 1);
    return new Promise((resolve) => {
      const timer = setTimeout(() => running.child.kill('SIGKILL'), answerMs);
      if (running.waiting.size === 0) hold(running, true);
      running.waiting.set(id, { resolve, timer });
      running.child.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
    });
  };
}

function settle(running: Running, id: number, result: unknown): void {
  const waiting = running.waiting.get(id);
  if (!waiting) return;
  clearTimeout(waiting.timer);
  running.waiting.delete(id);
  if (running.waiting.size === 0) hold(running, false);
  waiting.resolve(result);
}

function hold(running: Running, on: boolean): void {
  const verb = on ? 'ref' : 'unref';
  running.child[verb]();
  for (const stream of [running.child.stdin, running.child.stdout, running.child.stderr] as unknown as { ref?(): void; unref?(): void }[]) stream[verb]?.();
}
