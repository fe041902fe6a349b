import { UntilgreenError } from '../core/errors.ts';
import type { SandboxCommand } from '../sandbox/types.ts';
import type { Turns } from '../tools/turns.ts';
import type { ToolContext } from '../tools/types.ts';
import { watchedBench } from '../tools/watched-bench.ts';

/** Changes of the whole copy. Two at once could make and remove the same folder. */
const CHANGES: ReadonlySet<PropertyKey> = new Set(['write', 'restore', 'show', 'checkpoint']);

/**
 * What one step is given to work with, and the means to shut it out. A step that is cancelled must not write any more, or it would
 * write after the plan was taken back: once shut, changes and commands are refused, and `settled` waits for those under way.
 */
export class Fence {
  readonly context: ToolContext;
  private readonly underWay = new Set<Promise<unknown>>();

  /**
   * @param turns shared by all steps of a plan
   * @param signal aborts the step
   */
  constructor(context: ToolContext, turns: Turns, private readonly signal: AbortSignal) {
    const { sandbox, models } = context;
    this.context = {
      ...context,
      signal,
      bench: watchedBench(context.bench, CHANGES, (call) => this.follow(() => turns.take(() => call() as Promise<unknown>))),
      sandbox: {
        get guarantees() {
          return sandbox.guarantees;
        },
        run: (command: SandboxCommand) =>
          this.follow(() => sandbox.run({ ...command, signal: command.signal ? AbortSignal.any([command.signal, signal]) : signal })),
      },
      runChecks: (options) => this.follow(() => context.runChecks(options)),
      // What a run keeps of an answer is written before the run ends.
      ...(models && { models: { describe: () => models.describe(), ask: (options) => this.follow(() => models.ask(options)) } }),
    };
  }

  /** Resolves when nothing that the step began can still change a file. */
  async settled(): Promise<void> {
    while (this.underWay.size) await Promise.allSettled(this.underWay);
  }

  private follow<T>(work: () => Promise<T>): Promise<T> {
    if (this.signal.aborted) return Promise.reject(cancelled(this.signal));
    const promise = work();
    this.underWay.add(promise);
    const end = (): void => void this.underWay.delete(promise);
    promise.then(end, end);
    return promise;
  }
}

/** The error of a step that was cancelled, with what cancelled it. */
export function cancelled(signal: AbortSignal): UntilgreenError {
  const { reason } = signal;
  return reason instanceof UntilgreenError ? reason : new UntilgreenError('cancelled', 'Cancelled.', {}, undefined, { cause: reason });
}
