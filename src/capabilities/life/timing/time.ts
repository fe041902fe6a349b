import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UntilgreenError } from '../../../core/errors.ts';
import type { FunctionLanguageName } from '../../../languages/function/types.ts';
import { makeBoxDirectory, removeBoxDirectory } from '../../../sandbox/code/files.ts';
import type { RunDeps } from '../../interfaces.ts';
import { timedGo } from './go.ts';
import { timedJavascript } from './javascript.ts';
import { timedPython } from './python.ts';
import type { Pass, Setup, TimedLanguage, Trial } from './types.ts';

const LANGUAGES: Readonly<Record<FunctionLanguageName, TimedLanguage>> = { python: timedPython, javascript: timedJavascript, typescript: timedJavascript, go: timedGo };

/** Milliseconds that a compiler gets before anything is timed: two programs of Go from an empty cache. */
const BUILD_MS = 120_000;
/** Milliseconds that starting a process takes on a busy machine. */
const START_MS = 1_000;
const OUTPUT_BYTES = 16 * 1024 * 1024;

export interface TimeOptions {
  /** How often every code is run. */
  rounds: number;
  /** Milliseconds that a process may take; what it has not reached by then is missing. */
  processMs: number;
  /** Numbers of inputs at which another process begins, the first left out: one that gets stuck keeps the inputs behind them from nobody. */
  splits?: readonly number[];
  /** No more rounds after a process that was late: the code is not worth the time. */
  lateEnds?: boolean;
}

/**
 * Times codes on the same inputs, in one sandbox, by processor time, for on a busy machine the time on the wall is mostly that of others. By turns: each round runs every code in a process of its own, in the other order than the round before, so
 * that what else the machine does falls on all of them alike. A process makes each call once: what a code remembers of a call helps it as little as in real use.
 *
 * @returns for each code one pass for each round
 * @throws `file_missing` (the language is not installed), `cancelled`, `sandbox_error`; `bad_arguments` for inputs that have no literals
 */
export async function timeCodes(trial: Trial, options: TimeOptions, deps: RunDeps): Promise<{ passes: Pass[][]; problem?: string }> {
  const bounds = [0, ...(options.splits ?? []), trial.inputs.length];
  const wallMs = options.rounds * trial.codes.length * (bounds.length - 1) * (options.processMs + START_MS);
  const mark = `t${randomBytes(8).toString('hex')}`;
  const setup = await LANGUAGES[trial.contract.language](trial, mark, deps);
  const workspace = makeBoxDirectory();
  try {
    for (const [path, text] of Object.entries(setup.files)) {
      mkdirSync(dirname(join(workspace, path)), { recursive: true });
      writeFileSync(join(workspace, path), text);
    }
    const result = await deps.sandbox.run({
      argv: ['sh', '-c', scriptOf(setup, trial.codes.length, bounds, options, mark)], workspace, env: setup.env, mounts: setup.mounts, network: 'none',
      limits: { wallMs: wallMs + (setup.prepare === undefined ? 0 : BUILD_MS), outputBytes: OUTPUT_BYTES },
      ...(deps.signal ? { signal: deps.signal } : {}),
    });
    if (deps.signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled while tools were timed.');
    if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', `Tools could not be timed: ${result.error ?? 'the sandbox failed'}`, {}, 'Run `untilgreen doctor`.');
    const passes = readPasses(result.stdout, mark, trial);
    const silent = passes.every((own) => own.every((pass) => pass.every((ns) => ns === undefined)));
    return silent ? { passes, problem: result.stderr.trim().split('\n')[0]?.slice(0, 300) || `it ended with ${result.status}` } : { passes };
  } finally {
    await removeBoxDirectory(workspace);
  }
}

/** Before each pass the shell says which code it runs. `timed` ends a process after its time, with no program that macOS lacks. */
function scriptOf({ prepare, command }: Setup, codes: number, bounds: readonly number[], { rounds, processMs, lateEnds }: TimeOptions, mark: string): string {
  const order = Array.from({ length: codes }, (_, at) => at);
  const timed = `timed() {
  "$@" 2>/dev/null & running=$!
  { sleep ${Math.ceil(processMs / 1000)}; kill -9 $running; } >/dev/null 2>&1 & watching=$!
  wait $running; code=$?
  kill $watching 2>/dev/null
  ${lateEnds ? '[ $code -ne 137 ] || exit 0' : ':'}
}
`;
  const processes = (code: number): string[] => bounds.slice(1).flatMap((to, at) => (to > bounds[at]! ? [`timed ${command(code, bounds[at]!, to)}`] : []));
  const run = (code: number): string => [`printf '\\n%s code %s\\n' ${mark} ${code}`, ...processes(code)].join('; ');
  const turns = (list: readonly number[]): string => list.map(run).join('; ');
  const failed = prepare === undefined ? '' : `{ ${prepare}; } >/dev/null || exit 1\n`;
  return `${timed}${failed}round=0\nwhile [ "$round" -lt ${rounds} ]; do\n  if [ $((round % 2)) -eq 0 ]; then ${turns(order)}; else ${turns(order.toReversed())}; fi\n  round=$((round + 1))\ndone\n`;
}

function readPasses(output: string, mark: string, { codes, inputs }: Trial): Pass[][] {
  const passes: Pass[][] = codes.map(() => []);
  let current: Pass | undefined;
  for (const line of output.split('\n')) {
    const [first, second, third] = line.split(' ');
    if (first !== mark) continue;
    if (second === 'code') {
      current = Array.from({ length: inputs.length }, () => undefined);
      passes[Number(third)]?.push(current);
    } else if (current && Number(third) >= 0 && Number(second) < inputs.length) current[Number(second)] = Number(third);
  }
  return passes;
}
