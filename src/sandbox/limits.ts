import { availableParallelism } from 'node:os';
import { UntilgreenError } from '../core/errors.ts';
import type { Limits } from './types.ts';

const MiB = 1024 * 1024;

/** What a command gets when nobody says otherwise: enough for a test suite, small enough for a laptop. */
export const DEFAULT_LIMITS: Readonly<Omit<Limits, 'cpuMs'>> = {
  wallMs: 120_000,
  memoryBytes: 2048 * MiB,
  processes: 512,
  fileBytes: 256 * MiB,
  outputBytes: MiB,
  diskBytes: 1024 * MiB,
  tmpBytes: 512 * MiB,
  openFiles: 4096,
};

/** Bytes of locked memory of one process: what Linux gives an ordinary user by itself. */
export const MEMLOCK_BYTES = 65_536;
/** The longest single word of a command line or the environment, its NUL included: MAX_ARG_STRLEN of the kernel. */
export const LONGEST_WORD = 131_072;

/** Bytes of /dev/shm: what a browser engine or `multiprocessing.shared_memory` finds in an ordinary container, within the memory there is. */
export function sharedMemoryBytes(limits: Pick<Limits, 'memoryBytes'>): number {
  return Math.min(64 * MiB, limits.memoryBytes);
}

/** Node and Go do not start below this many bytes of data (measured: Node runs from 128 MiB, with workers). */
const LEAST: Partial<Record<keyof Limits, number>> = { memoryBytes: 16 * MiB, processes: 4, openFiles: 16, tmpBytes: 64 * 1024 };

/**
 * The limits of one command: later ones win over earlier, the rest are defaults.
 *
 * @throws `bad_arguments` for a limit that is not a positive whole number, or too small to start anything
 */
export function resolveLimits(...given: readonly (Partial<Limits> | undefined)[]): Limits {
  const merged: Partial<Limits> = { ...DEFAULT_LIMITS };
  for (const layer of given) {
    for (const [name, value] of Object.entries(layer ?? {})) {
      if (value === undefined) continue;
      if (!(name in DEFAULT_LIMITS) && name !== 'cpuMs') {
        throw new UntilgreenError('bad_arguments', `There is no sandbox limit '${name}'.`, { argument: name }, `The limits are ${Object.keys(DEFAULT_LIMITS).join(', ')} and cpuMs.`);
      }
      merged[name as keyof Limits] = value;
    }
  }
  const limits = { ...merged, cpuMs: merged.cpuMs ?? (merged.wallMs ?? 0) * availableParallelism() } as Limits;
  for (const [name, value] of Object.entries(limits) as [keyof Limits, number][]) {
    const least = LEAST[name] ?? 1;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new UntilgreenError('bad_arguments', `Expected the limit '${name}' to be a whole number of at least ${least}, got ${String(value)}.`, { argument: name, value });
    }
  }
  return limits;
}
