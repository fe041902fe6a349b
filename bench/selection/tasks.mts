// The recorded samples with the tests and examples of their tasks.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Example, Signature } from '../../src/languages/function/types.ts';
import { pythonFunctions } from '../../src/languages/python/function/language.ts';
import { typedExamples } from './typed-examples.mts';

export interface Task {
  /** `HumanEval/12` */
  id: string;
  name: string;
  signature: Signature;
  /** What the samples continue. */
  prompt: string;
  /** Defines `check(candidate)`. */
  test: string;
  /** A right module. */
  reference: string;
  /** Those of the task's prompt: the trusted ones. */
  examples: Example[];
  samples: string[];
}

interface Problem {
  task_id: string;
  prompt: string;
  entry_point: string;
  canonical_solution: string;
  test: string;
}

/**
 * Reads `selection-samples.jsonl` and finds the tests of each task in `humaneval-python.jsonl` and, where they are not there, in another file of that form.
 *
 * @param tests a file in HumanEval's form that holds tasks which the directory lacks
 */
export async function loadTasks(data: string, tests: string | undefined): Promise<{ tasks: Task[]; without: number }> {
  const problems = [tests, join(data, 'humaneval-python.jsonl')].flatMap((file) => (file === undefined ? [] : rows<Problem>(file)));
  const tasks: Task[] = [];
  let without = 0;
  for (const { prompt, samples } of rows<{ prompt: string; samples: string[] }>(join(data, 'selection-samples.jsonl'))) {
    // Samples carry numbers of their own; their prompts are those of the tasks without examples. The directory's own tests stand last and win.
    const problem = problems.findLast((one) => one.entry_point === lastName(prompt) && common(one.prompt, prompt) >= prompt.length * SAME_TASK);
    const stub = problem && (await pythonFunctions.readStub(problem.prompt, problem.entry_point));
    if (!problem || !stub) {
      without += 1;
      continue;
    }
    const typed = stub.examples.length > 0 ? stub.examples : await typedExamples(problem.prompt, problem.entry_point);
    tasks.push({ id: problem.task_id, name: problem.entry_point, signature: stub.signature, prompt, test: problem.test, reference: problem.prompt + problem.canonical_solution, examples: typed, samples });
  }
  return { tasks, without };
}

/** Share of a prompt that its task begins with: two tasks of one name part after 0.43 of it, no task parts from its own prompt before 0.59. */
const SAME_TASK = 0.5;

/** Characters from the start in which two texts are the same. */
function common(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

const lastName = (prompt: string): string | undefined => [...prompt.matchAll(/^def (\w+)/gm)].at(-1)?.[1];

function rows<T>(file: string): T[] {
  if (!existsSync(file)) throw new Error(`There is no ${file}. Name the directory of the data with --data DIR.`);
  return readFileSync(file, 'utf8').split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as T);
}
