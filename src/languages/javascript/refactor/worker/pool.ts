import { Worker } from 'node:worker_threads';
import { type ErrorCode, UntilgreenError } from '../../../../core/errors.ts';
import type { Problem, Refactoring } from '../../../refactor/types.ts';
import type { Listing } from '../project/files.ts';
import type { Question, Reply } from './messages.ts';

/** Projects kept warm at a time: each holds 100 to 600 MB (measured: 900 files 515 MB). */
const WARM = 2;
/** Milliseconds after which an idle project is let go. */
const IDLE_MS = 5 * 60_000;
/** Megabytes of heap of one project's compiler; beyond it the worker ends and says so. */
const HEAP_MB = 4096;

interface Warm {
  worker: Worker;
  waiting: Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>;
  idle: NodeJS.Timeout | undefined;
}

const warm = new Map<string, Warm>();
let serial = 0;

/**
 * Asks the compiler in its thread, which holds the project for the next question.
 *
 * @throws what the operation threw; `cancelled` when the signal ends it, and the thread with it
 */
export async function asked(listing: Listing, question: Question, signal?: AbortSignal): Promise<Refactoring | Problem[] | undefined> {
  if (signal?.aborted) throw cancelled();
  const one = workerFor(listing.root);
  serial += 1;
  const id = serial;
  clearTimeout(one.idle);
  one.worker.ref();
  const stop = () => {
    warm.delete(listing.root);
    void one.worker.terminate();
    for (const { reject } of one.waiting.values()) reject(cancelled());
    one.waiting.clear();
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const reply = await new Promise<Reply>((resolve, reject) => {
      one.waiting.set(id, { resolve, reject });
      one.worker.postMessage({ id, listing, question });
    });
    if ('answer' in reply) return reply.answer;
    const { code, what, data, next } = reply.error;
    throw new UntilgreenError((code ?? 'internal') as ErrorCode, what, data, next);
  } finally {
    signal?.removeEventListener('abort', stop);
    if (!one.waiting.size) {
      one.worker.unref();
      one.idle = setTimeout(() => end(listing.root), IDLE_MS).unref();
    }
  }
}

function workerFor(root: string): Warm {
  const known = warm.get(root);
  if (known) {
    // The one used last stands last.
    warm.delete(root);
    warm.set(root, known);
    return known;
  }
  for (const [other, { waiting }] of warm) {
    if (warm.size < WARM) break;
    if (!waiting.size) end(other);
  }
  const worker = new Worker(new URL('./start.mjs', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
  const fresh: Warm = { worker, waiting: new Map(), idle: undefined };
  worker.on('message', (reply: Reply) => {
    fresh.waiting.get(reply.id)?.resolve(reply);
    fresh.waiting.delete(reply.id);
  });
  const failed = (error: Error) => {
    if (warm.get(root) === fresh) warm.delete(root);
    for (const { reject } of fresh.waiting.values()) reject(error);
    fresh.waiting.clear();
  };
  worker.on('error', (error) => failed(new UntilgreenError('internal', `The compiler's thread ended: ${(error as Error).message}`, {}, 'A project that is too large for it can be refactored package by package.', { cause: error })));
  worker.on('exit', () => failed(new UntilgreenError('internal', "The compiler's thread ended.")));
  warm.set(root, fresh);
  return fresh;
}

function end(root: string): void {
  const one = warm.get(root);
  if (!one || one.waiting.size) return;
  warm.delete(root);
  clearTimeout(one.idle);
  void one.worker.terminate();
}

const cancelled = () => new UntilgreenError('cancelled', 'The refactoring was cancelled.');
