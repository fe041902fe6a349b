// What every sample does, once for each task: on the task's examples, on inputs made from them, and under the official tests.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/core/hash.ts';
import { meets } from '../../src/languages/function/expect.ts';
import type { Case, Outcome } from '../../src/languages/function/types.ts';
import { pythonFunctions } from '../../src/languages/python/function/language.ts';
import type { Sandbox } from '../../src/sandbox/types.ts';
import { behaviourOf } from '../../src/selection/behaviour.ts';
import { makeInputs } from '../../src/selection/inputs.ts';
import type { Task } from './tasks.mts';

/** One of the different candidates among the samples. */
export interface Sampled {
  /** Met every trusted example. */
  passed: boolean;
  /** Passed the official tests. */
  official: boolean;
  /** Does what the reference does on further inputs, those apart on which the reference itself raises. */
  asReference: boolean;
  /** One for each input. */
  outcomes: Outcome[];
  /** Characters of its code. */
  length: number;
}

export interface Outcomes {
  task: string;
  /** Trusted examples. */
  examples: number;
  cases: Case[];
  candidates: Sampled[];
  /** For each sample the candidate that it is; null where there is no code that could be run. */
  samples: (number | null)[];
}

/** Milliseconds that one case may take, and the official tests of a task, which are one case of many asserts. */
const CASE_MS = 1_000;
const TESTS_MS = 5_000;
const INPUTS = 25;
/** Added to the seed for the inputs on which candidates are held against the reference: others than those they are chosen by. */
const OTHER_SEED = 1_000;

/**
 * Runs all samples of a task as the function job does: taken out of the text, mended, screened, told apart by their syntax trees, checked in the sandbox.
 *
 * @param cache directory for what came out; a task that was run before with the same samples, inputs and tests is read from it
 */
export async function outcomesOf(task: Task, sandbox: Sandbox, seed: number, cache: string): Promise<Outcomes> {
  const args = task.examples.flatMap((example) => (example.args ? [example.args] : []));
  const inputs = makeInputs(args, task.signature.parameters, { count: INPUTS, seed });
  const cases = inputs.map((values): Case => ({ setup: '', expression: pythonFunctions.callOf(task.signature, values) }));
  const further = makeInputs([...args, ...inputs], task.signature.parameters, { count: INPUTS, seed: seed + OTHER_SEED }).map((values): Case => ({ setup: '', expression: pythonFunctions.callOf(task.signature, values) }));
  const file = join(cache, `${sha256(JSON.stringify([task, cases, further, CASE_MS, TESTS_MS]))}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Outcomes;

  const codes = new Map<string, { at: number; code: string }>();
  const samples: (number | null)[] = [];
  for (const sample of task.samples) {
    const code = await codeOf(task, sample);
    const tree = code && (await pythonFunctions.normalise(code));
    if (!code || !tree) {
      samples.push(null);
      continue;
    }
    const known = codes.get(tree) ?? { at: codes.size, code };
    codes.set(tree, known);
    samples.push(known.at);
  }
  const candidates = [...codes.values()].map(({ at, code }) => ({ id: String(at), code }));
  const shared = { sandbox, signature: task.signature, candidates };
  const [reference] = await pythonFunctions.check({ ...shared, candidates: [{ id: 'reference', code: task.reference }], cases: further, caseMs: CASE_MS });
  const reports = await pythonFunctions.check({ ...shared, cases: [...task.examples, ...cases, ...further].map(({ setup, expression }) => ({ setup, expression })), caseMs: CASE_MS });
  const official = await pythonFunctions.check({ ...shared, cases: [{ setup: task.test, expression: `check(${task.name})` }], caseMs: TESTS_MS });
  const found: Outcomes = {
    task: task.id, examples: task.examples.length, cases, samples,
    candidates: reports.map(({ problem, outcomes }, at) => ({
      passed: problem === undefined && task.examples.every(({ expected }, index) => meets(expected, outcomes[index] ?? { kind: 'skipped' })),
      official: official[at]?.outcomes[0]?.kind === 'value',
      asReference: problem === undefined && (reference?.outcomes ?? []).every((one, index) => one.kind !== 'value' || behaviourOf(one) === behaviourOf(outcomes[task.examples.length + cases.length + index])),
      outcomes: problem ? [] : outcomes.slice(task.examples.length, task.examples.length + cases.length),
      length: candidates[at]!.code.length,
    })),
  };
  mkdirSync(cache, { recursive: true });
  writeFileSync(file, JSON.stringify(found));
  return found;
}

/** The module of a sample, or undefined where there is none that could be run. */
async function codeOf({ signature, prompt }: Task, sample: string): Promise<string | undefined> {
  const taken = await pythonFunctions.extract(sample, 'completion', signature, prompt);
  if (taken === undefined) return undefined;
  const code = (await pythonFunctions.normalise(taken)) === undefined ? await pythonFunctions.mend(taken, signature) : taken;
  return code === undefined || (await pythonFunctions.screen(code, signature)) ? undefined : code;
}
