import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UntilgreenError } from '../../../core/errors.ts';
import { makeBoxDirectory, removeBoxDirectory } from '../../../sandbox/code/files.ts';
import { GO_ENV } from '../../../sandbox/code/languages/go-cache.ts';
import type { Sandbox, SandboxResult } from '../../../sandbox/types.ts';
import { outcomeOf } from '../../function/outcome.ts';
import type { Outcome } from '../../function/types.ts';
import { goMod, waveSeed, WAVE_FOLDER } from './seed.ts';
import { toolchain } from '../toolchain.ts';

/** Milliseconds that the compiler gets for a wave. Twenty candidates with thirty cases take 4.4 s of processor time, running included. */
export const BUILD_MS = 120_000;
/** Longest run of a wave; what is missing then is run alone. */
const LONGEST_MS = 600_000;
/** Bytes of data of one candidate's process. */
const DATA_BYTES = 768 * 1024 * 1024;
const REPORT_BYTES = 64 * 1024 * 1024;

/** What of a value is believed: more than the report tells, which stops at 30 levels, 20,000 parts and 200,000 bytes. */
const BOUNDS = { depth: 64, nodes: 50_000, digits: 200_000 };

/** A directory with a module of ours, in which the runner builds and runs what is written. */
export interface Bench {
  write(path: string, text: string): void;
  /** One command in the sandbox. @throws `cancelled`, `sandbox_error` */
  run(plan: object, wallMs: number): Promise<SandboxResult>;
}

/** Opens a bench, and removes it with all that was left there. @throws `file_missing` without Go */
export async function withBench<T>(sandbox: Sandbox, signal: AbortSignal | undefined, use: (bench: Bench) => Promise<T>): Promise<T> {
  const go = await toolchain();
  const seed = await waveSeed(sandbox, go, signal);
  const directory = makeBoxDirectory();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  const run = async (plan: object, wallMs: number): Promise<SandboxResult> => {
    const result = await sandbox.run({
      argv: [seed.runner],
      workspace: directory,
      env: { PATH: go.tools.path, HOME: '/tmp', ...GO_ENV, GOFLAGS: '-mod=mod' },
      mounts: [...go.tools.mounts, { source: seed.folder, target: seed.folder }],
      network: 'none',
      limits: { wallMs: Math.min(wallMs, LONGEST_MS), outputBytes: REPORT_BYTES },
      stdin: JSON.stringify({ go: go.program, seed: seed.cache, buildMs: BUILD_MS, dataBytes: DATA_BYTES, ...plan }),
      ...(signal ? { signal } : {}),
    });
    if (signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled.');
    if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', `The candidates could not be run: ${result.error ?? 'the sandbox failed'}`, {}, 'Run `untilgreen doctor`.');
    return result;
  };
  try {
    write('go.mod', goMod(go));
    cpSync(join(WAVE_FOLDER, 'report'), join(directory, 'report'), { recursive: true });
    return await use({ write, run });
  } finally {
    await removeBoxDirectory(directory);
  }
}

/** A line of the runner. */
export interface RunnerLine {
  build?: { output: string; exit: number; late: boolean };
  id?: string;
  case: number;
  outcome?: Outcome;
  /** Milliseconds of processor time of a case that ended oddly. */
  cpu: number;
  test?: { output: string; exit: number; late: boolean; how?: string };
}

export function linesOf(result: SandboxResult): RunnerLine[] {
  return result.stdout.split('\n').flatMap((text): RunnerLine[] => {
    if (!text.startsWith('{')) return [];
    try {
      const read = JSON.parse(text) as Partial<Omit<RunnerLine, 'outcome'>> & { outcome?: unknown };
      const { outcome: told, ...rest } = read;
      const outcome = told === undefined ? undefined : outcomeOf(told, BOUNDS);
      return [{ case: 0, cpu: 0, ...rest, ...(outcome ? { outcome } : {}) }];
    } catch {
      return []; // cut in the middle by the limit on output: that case counts as missing
    }
  });
}
