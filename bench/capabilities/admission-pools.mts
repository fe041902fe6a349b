// Which candidates of a task meet its visible cases, which of those are right, and the hidden cases: once for each task.
import { inputsFor } from '../../src/capabilities/gate/inputs.ts';
import { contextOf } from '../../src/capabilities/gate/context.ts';
import { mutantsOf } from '../../src/capabilities/gate/mutants.ts';
import { meetsCase, runCases, type CodeReport } from '../../src/capabilities/run/run.ts';
import { schemasOf } from '../../src/capabilities/run/schemas.ts';
import type { Json, JsonObject, ToolCase } from '../../src/capabilities/types.ts';
import { pythonFunctions } from '../../src/languages/python/function/language.ts';
import type { Sandbox } from '../../src/sandbox/types.ts';
import { draftOf, type Spec } from './admission-tasks.mts';

/** A different code among the candidates that meet the visible cases. */
export interface Candidate {
  code: string;
  /** How often it was drawn. */
  drawn: number;
  /** Passes the official tests. */
  right: boolean;
  /** And does what the reference does on further inputs. */
  strict: boolean;
}
export interface Judged {
  pool: Candidate[];
  /** What each sample is, in the order in which they were drawn: an index into the pool; -1 where the visible cases are not met. */
  drawn: number[];
  hidden: ToolCase[];
}

/** As many as the gate asks for, and one. */
const HIDDEN = 6;
const FURTHER = 60;
/** Other seeds than those of the gate: its own inputs are made with 1, and with some thousands more. */
const HIDDEN_SEED = 501;
const FURTHER_SEED = 777;
const CASE_MS = 1_000;
const TESTS_MS = 5_000;
/** Mutants that stand for wrong candidates where there are no samples. */
const MUTANTS = 40;

/** The recorded samples. */
export async function judgedPool(spec: Spec, sandbox: Sandbox): Promise<Judged> {
  return judge(spec, spec.samples, sandbox);
}

/** MBPP+ has no samples: the reference, drawn three times, and changes of it that nobody has looked at, each once. */
export async function mbppPool(spec: Spec, sandbox: Sandbox): Promise<Judged> {
  const draft = draftOf(spec, spec.reference, spec.visible);
  const { mutants } = await mutantsOf(await contextOf({ draft, candidates: [], tools: [], product: 'bench', sandbox }));
  return judge(spec, [...Array<string>(3).fill(spec.reference), ...mutants.slice(0, MUTANTS).map(({ code }) => code)], sandbox);
}

async function judge(spec: Spec, samples: readonly string[], sandbox: Sandbox): Promise<Judged> {
  const codes = [...new Set(samples)];
  const run = (asked: readonly string[], cases: readonly JsonObject[]): Promise<CodeReport[]> => runCases({ language: 'python', signature: spec.signature.text, name: spec.name, codes: asked, cases, caseMs: CASE_MS, sandbox });
  const { parameters } = schemasOf(spec.signature);
  const shows = featuresOf([...spec.visible.map(({ arguments: given }) => given), ...spec.known]);
  const made = (seed: number, count: number): JsonObject[] => inputsFor(spec.signature, parameters, spec.visible, 2 * count, seed).filter((given) => [...featuresOf([given])].every((feature) => shows.has(feature))).slice(0, count);
  const official = 'calls' in spec.official ? spec.official.calls : [];
  const further = [...official, ...made(FURTHER_SEED, FURTHER)];
  const possible = made(HIDDEN_SEED, 40);
  const [reference] = await run([spec.reference], [...possible, ...further]);
  const truth = (given: JsonObject, at: number): ToolCase[] => {
    const result = reference!.results[at]!;
    return result.ok ? [{ arguments: given, result: result.result, from: 'hidden' }] : [];
  };
  // What the tests that score ask is not asked before.
  const hidden = possible.flatMap(truth).filter(({ arguments: given }) => !asks(spec.scored, given)).slice(0, HIDDEN);
  const wanted = further.flatMap((given, at) => truth(given, possible.length + at));
  const reports = await run(codes, [...spec.visible.map(({ arguments: given }) => given), ...wanted.map(({ arguments: given }) => given)]);
  const tested = await officially(spec, codes, sandbox);
  const calls = new Set(official.map((given) => JSON.stringify(given)));
  const pool = codes.flatMap((code, at): Candidate[] => {
    const { problem, results } = reports[at]!;
    if (problem || !spec.visible.every((one, index) => meetsCase(one, results[index]!))) return [];
    const like = (one: ToolCase): boolean => meetsCase(one, results[spec.visible.length + wanted.indexOf(one)]!);
    const right = tested?.[at] ?? wanted.filter(({ arguments: given }) => calls.has(JSON.stringify(given))).every(like);
    return [{ code, drawn: samples.filter((sample) => sample === code).length, right, strict: right && wanted.every(like) }];
  });
  return { pool, hidden, drawn: samples.map((sample) => pool.findIndex(({ code }) => code === sample)) };
}

/**
 * What stands in arguments beside ordinary values: negative numbers, zeros, fractions, empty texts and lists, by parameter. A tester keeps to what the task
 * speaks of, and its official tests show what that is; what a reference happens to give elsewhere is nobody's expectation.
 */
function featuresOf(calls: readonly JsonObject[]): Set<string> {
  const found = new Set<string>();
  const visit = (place: string, value: Json): void => {
    if (typeof value === 'number') for (const [holds, what] of [[value < 0, 'negative'], [value === 0, 'zero'], [!Number.isInteger(value), 'fraction'], [Math.abs(value) > 1e6, 'huge']] as const) if (holds) found.add(`${place} ${what}`);
    if (typeof value === 'string') for (const [holds, what] of [[value === '', 'empty'], [/\s/.test(value), 'space'], [/[A-Z]/.test(value), 'upper'], [/[a-z]/.test(value), 'lower'], [/\d/.test(value), 'digit'], [/[^\w\s]/.test(value), 'sign']] as const) if (holds) found.add(`${place} ${what}`);
    if (value === null || typeof value === 'boolean') found.add(`${place} ${typeof value}`);
    if (Array.isArray(value)) {
      if (value.length === 0) found.add(`${place} empty`);
      for (const item of value) visit(`${place}[]`, item);
    }
  };
  for (const call of calls) for (const [name, value] of Object.entries(call)) visit(name, value);
  return found;
}

/** The official tests as one case of many asserts; undefined where they are calls. */
async function officially({ official, signature, name }: Spec, codes: readonly string[], sandbox: Sandbox): Promise<boolean[] | undefined> {
  if (!('module' in official)) return undefined;
  const reports = await pythonFunctions.check({ sandbox, signature, candidates: codes.map((code, at) => ({ id: String(at), code })), cases: [{ setup: official.module, expression: `check(${name})` }], caseMs: TESTS_MS });
  return reports.map(({ outcomes }) => outcomes[0]?.kind === 'value');
}

/** Do tests call it with these arguments: as Python or JSON writes them, white space and quotes aside. */
function asks(tests: string, given: JsonObject): boolean {
  return bare(tests).includes(`(${bare(Object.values(given).map((value) => JSON.stringify(value)).join(','))})`) || bare(tests).includes(bare(JSON.stringify(given)));
}

const bare = (text: string): string => text.replaceAll(/[\s'"]/g, '').replaceAll('True', 'true').replaceAll('False', 'false').replaceAll('None', 'null');
