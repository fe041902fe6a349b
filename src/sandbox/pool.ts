import { realpathSync } from 'node:fs';
import { UntilgreenError } from '../core/errors.ts';
import { resolveLimits } from './limits.ts';
import { isWithin, resolvePlace } from './place.ts';
import type { RungBackend } from './rungs/types.ts';
import { notRun } from './supervise.ts';
import type { Limits, PoolCommand, PoolTemplate, SandboxPool, SandboxResult } from './types.ts';

/** A finished sandbox that waits for its command. Used once. */
export interface Stand {
  /** Could it still take a command. False when it ended while it waited, or would not protect what has come since; one made anew tells why, if there is a why. */
  alive(): boolean;
  run(command: PoolCommand, limits: Limits): Promise<SandboxResult>;
  /** Ends it unused; resolves when nothing of it is left. */
  discard(): Promise<void>;
}

/** How many of a pool wait when nobody says otherwise: one is taken while another is being made. */
const DEFAULT_SIZE = 2;

/**
 * The pool of `Sandbox.pool` on one backend.
 *
 * @throws as `Sandbox.pool`
 */
export function openPool(backend: RungBackend, template: PoolTemplate, defaults: Partial<Limits> | undefined, size = DEFAULT_SIZE): SandboxPool {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new UntilgreenError('bad_arguments', `Expected the \`size\` of a pool to be a whole number of at least 1, got ${String(size)}.`, { argument: 'size', value: size });
  }
  resolveLimits(defaults, template.limits);
  refuseReplaceable(template);
  return new Pool(backend, template, defaults, size);
}

class Pool implements SandboxPool {
  readonly #waiting: Promise<Stand>[] = [];
  #closed = false;

  constructor(
    private readonly backend: RungBackend,
    private readonly template: PoolTemplate,
    private readonly defaults: Partial<Limits> | undefined,
    private readonly size: number,
  ) {
    this.#fill();
  }

  async run(command: PoolCommand): Promise<SandboxResult> {
    if (this.#closed) throw new UntilgreenError('bad_arguments', 'This pool of sandboxes is closed.', { argument: 'command' }, 'Open another one.');
    const limits = resolveLimits(this.defaults, this.template.limits, command.limits);
    const whole = { ...this.template, ...command, limits };
    if (!this.backend.stand) return this.backend.run(whole, limits);
    // Refused as `run` refuses it, before a sandbox is spent on it.
    resolvePlace(whole);
    if (command.signal?.aborted) return notRun(this.backend.rung, 'killed');
    const stand = await this.#take();
    if (command.signal?.aborted) {
      await stand.discard();
      return notRun(this.backend.rung, 'killed');
    }
    const result = stand.run(command, limits);
    // The next one is made while this command runs.
    setImmediate(() => this.#fill());
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#waiting.splice(0).map(async (pending) => {
      const stand = await pending.catch(() => undefined); // it could not be made, so there is nothing to end
      await stand?.discard();
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #take(): Promise<Stand> {
    for (let pending = this.#waiting.shift(); pending; pending = this.#waiting.shift()) {
      // One that could not be made may be possible now; the new one below tells.
      const stand = await pending.catch(() => undefined);
      if (stand?.alive()) return stand;
      await stand?.discard();
    }
    return this.#make();
  }

  #fill(): void {
    while (!this.#closed && this.backend.stand && this.#waiting.length < this.size) {
      const pending = this.#make();
      pending.catch(() => {}); // heard when it is taken
      this.#waiting.push(pending);
    }
  }

  #make(): Promise<Stand> {
    const limits = resolveLimits(this.defaults, this.template.limits);
    return this.backend.stand?.(this.template, limits) ?? Promise.reject(new Error(`rung ${this.backend.rung} makes no sandboxes ahead`));
  }
}

/** Sandboxes are made while commands run: what these may write must not decide what the next one is shown. */
function refuseReplaceable(template: PoolTemplate): void {
  const { root, mounts } = resolvePlace({ ...template, argv: ['sh'] });
  const writable = [root, ...mounts.filter((mount) => mount.writable).map(({ source }) => source)];
  for (const { source } of mounts) {
    const around = writable.find((directory) => directory !== source && isWithin(directory, realpathSync(source)));
    if (around !== undefined) {
      throw new UntilgreenError('path_unsafe', `The mount ${source} lies in ${around}, which the commands of the pool may write.`, { path: source }, 'Mount it from outside, or run the commands one by one.');
    }
  }
}
