// Specifications of tools made from HumanEval and MBPP+, with what their candidates are held against.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { takenName } from '../../src/capabilities/gate/names.ts';
import { schemasOf } from '../../src/capabilities/run/schemas.ts';
import { toJson } from '../../src/capabilities/run/values.ts';
import type { CapabilityDraft, Json, JsonObject, ToolCase } from '../../src/capabilities/types.ts';
import type { Example, Signature } from '../../src/languages/function/types.ts';
import { pythonFunctions } from '../../src/languages/python/function/language.ts';
import { typedExamples } from '../selection/typed-examples.mts';

export interface Spec {
  /** `HumanEval/12`, `Mbpp/2` */
  id: string;
  name: string;
  signature: Signature;
  /** Those of the prompt. */
  visible: ToolCase[];
  /** A right module. */
  reference: string;
  /** Modules that a weak model wrote, as they were drawn; none for MBPP+. */
  samples: string[];
  /** Official tests: a module that defines `check(candidate)`, or calls whose results are those of the reference. */
  official: { module: string } | { calls: JsonObject[] };
  /** The official tests as text: no hidden case stands in it. */
  scored: string;
  /** Arguments of the official tests, as far as they can be read. */
  known: JsonObject[];
}

interface HumanEval {
  task_id: string;
  prompt: string;
  entry_point: string;
  canonical_solution: string;
  test: string;
}
interface Mbpp {
  task_id: string;
  prompt: string;
  entry_point: string;
  canonical_solution: string;
  base_input: Json[][];
  plus_input: Json[][];
}

/** Tasks of HumanEval with examples that JSON can say, and with samples; in the order of the file. */
export async function humanEval(data: string, most: number): Promise<Spec[]> {
  const samples = rows<{ prompt: string; samples: string[] }>(join(data, 'selection-samples.jsonl'));
  const specs: Spec[] = [];
  for (const task of rows<HumanEval>(join(data, 'humaneval-python.jsonl'))) {
    if (specs.length === most) break;
    const drawn = samples.find(({ prompt }) => lastName(prompt) === task.entry_point && common(prompt, task.prompt) >= prompt.length / 2);
    const stub = await pythonFunctions.readStub(task.prompt, task.entry_point);
    if (!drawn || !stub) continue;
    const name = toolName(task.entry_point);
    const signature = await headOf(stub.signature, task.entry_point, name);
    const typed = stub.examples.length > 0 ? stub.examples : await typedExamples(task.prompt, task.entry_point);
    const visible = signature ? casesOf(typed, signature) : [];
    if (!signature || visible.length === 0) continue;
    const codes: string[] = [];
    for (const sample of drawn.samples) {
      const code = await codeOf(sample, stub.signature, drawn.prompt);
      if (code !== undefined) codes.push(renamed(code, task.entry_point, name));
    }
    specs.push({ id: task.task_id, name, signature, visible, reference: renamed(task.prompt + task.canonical_solution, task.entry_point, name), samples: codes, official: { module: task.test }, scored: task.test, known: await calledIn(task.test, name, signature) });
  }
  return specs;
}

/** Tasks of MBPP+ whose example is a plain call, and whose inputs are lists; there are no samples of them. */
export async function mbppPlus(data: string, most: number): Promise<Spec[]> {
  const specs: Spec[] = [];
  for (const task of rows<Mbpp>(join(data, 'mbpp-plus.jsonl'))) {
    if (specs.length === most) break;
    const head = new RegExp(`^def ${task.entry_point}\\(.*\\):`, 'm').exec(task.canonical_solution)?.[0];
    const asserted = task.prompt.split('\n').filter((line) => line.startsWith('assert ')).join('\n');
    if (!head || /\bset\(|math\.|\*/.test(asserted + head)) continue;
    const name = toolName(task.entry_point);
    const signature = await pythonFunctions.parseSignature(head.replace(task.entry_point, name), name);
    const examples = await pythonFunctions.parseExamples(asserted.replaceAll(task.entry_point, name), name).catch((): Example[] => []);
    const visible = casesOf(examples, signature);
    const calls = [...task.base_input, ...task.plus_input].map((values) => Object.fromEntries(values.map((value, at) => [signature.parameters[at]?.name ?? `extra_${at}`, value])));
    if (visible.length === 0 || calls.some((call) => Object.keys(call).some((key) => key.startsWith('extra_')))) continue;
    specs.push({ id: task.task_id, name, signature, visible, reference: renamed(task.canonical_solution, task.entry_point, name), samples: [], official: { calls: calls.slice(0, 60) }, scored: JSON.stringify(calls), known: calls });
  }
  return specs;
}

/** Arguments of the asserts that are plain calls. */
async function calledIn(test: string, name: string, signature: Signature): Promise<JsonObject[]> {
  const lines = test.split('\n').flatMap((line) => /^\s*assert (candidate\(.*?\)) *== *([^#]+?)(, *["'].*)?$/.exec(line)?.slice(1, 3).join(' == ').replace('candidate(', `${name}(`) ?? []);
  const read = await Promise.all(lines.map((line) => pythonFunctions.parseExamples(line, name).catch((): Example[] => [])));
  return casesOf(read.flat(), signature).map(({ arguments: given }) => given);
}

/** The draft of a candidate, as a synthesis would hand it in. There are no laws in the data. */
export function draftOf({ name, signature }: Spec, code: string, cases: readonly ToolCase[]): CapabilityDraft {
  return {
    name, code, language: 'python', signature: signature.text, ...schemasOf(signature), description: `What ${name} gives.`, effects: 'pure', errors: [], answer: '{result}',
    cases: [...cases], properties: [], uses: [], aliases: [], requests: [], made: { at: '2026-01-01T00:00:00.000Z', by: 'model' },
  };
}

/** HumanEval has names as `f` and `digitSum`, which no tool can have. */
function toolName(entry: string): string {
  const snake = entry.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return snake.length < 3 || takenName(snake) !== undefined ? `${snake}_value` : snake;
}

const renamed = (code: string, from: string, to: string): string => code.replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to);

/** The head under another name; undefined where JSON cannot say its types. */
async function headOf(signature: Signature, from: string, to: string): Promise<Signature | undefined> {
  try {
    const head = await pythonFunctions.parseSignature(renamed(`${signature.preamble}\n${signature.text}`, from, to).trim(), to);
    schemasOf(head);
    return head;
  } catch {
    return undefined;
  }
}

function casesOf(examples: readonly Example[], { parameters }: Signature): ToolCase[] {
  return examples.flatMap(({ args, expected }): ToolCase[] => {
    if (!args || expected.kind !== 'value' || expected.value === undefined) return [];
    const given = args.map((value, at) => [parameters[at]?.name, toJson(value)] as const);
    const result = toJson(expected.value);
    return result === undefined || given.some(([name, value]) => name === undefined || value === undefined) ? [] : [{ arguments: Object.fromEntries(given) as JsonObject, result, from: 'specification' }];
  });
}

/** The module of a sample; undefined where there is none that could be run. */
async function codeOf(sample: string, signature: Signature, prompt: string): Promise<string | undefined> {
  const taken = await pythonFunctions.extract(sample, 'completion', signature, prompt);
  if (taken === undefined) return undefined;
  const code = (await pythonFunctions.normalise(taken)) === undefined ? await pythonFunctions.mend(taken, signature) : taken;
  return code === undefined || (await pythonFunctions.screen(code, signature)) ? undefined : code;
}

const lastName = (prompt: string): string | undefined => [...prompt.matchAll(/^def (\w+)/gm)].at(-1)?.[1];

function common(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

/** As Python writes numbers that JSON has not; a reference gives nothing for `null`, and such calls are left out. */
const NO_JSON = /-?\bInfinity\b|\bNaN\b/g;

function rows<T>(file: string): T[] {
  if (!existsSync(file)) throw new Error(`There is no ${file}. Name the directory of the data with --data DIR.`);
  return readFileSync(file, 'utf8').split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line.replaceAll(NO_JSON, 'null')) as T);
}
