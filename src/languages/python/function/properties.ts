import { UntilgreenError } from '../../../core/errors.ts';
import { isRecord } from '../../../core/record.ts';
import { toolPaths } from '../../../sandbox/tool-paths.ts';
import type { CheckRequest, Property, PropertyReport } from '../../function/types.ts';
import { TIMEOUTS } from './check.ts';
import { probe } from '../interpreter.ts';
import { testTools } from '../tools.ts';
import { noPython } from './tree.ts';
import { runWave, type Task } from './wave.ts';

/** Milliseconds that all runs of one property may take, at least. */
const LEAST_MS = 5000;
const RUNS = 100;

type Result = PropertyReport['results'][number];
/** What one candidate made of one property: `error` where not one input could be evaluated. */
type Tried = Result | { kind: 'error'; reason: string; call: string };

/** Packages of tests for the machine's Python: hypothesis, pytest. */
export async function pythonTools(): Promise<{ python: string; sitePackages: string }> {
  const tools = await toolPaths(['python3']);
  const python = tools.programs['python3'];
  const base = python === undefined ? undefined : await probe(python);
  if (python === undefined || base === undefined) throw noPython();
  const found = await testTools(base);
  if ('problem' in found) throw new UntilgreenError('file_missing', found.problem, {}, found.next);
  return { python, sitePackages: found.sitePackages };
}

/**
 * See `FunctionLanguage.checkProperties`. A law is evaluated beside the candidate, in its process, so that "held" is its own word: laws vote among
 * candidates that met every trusted example, and let none through.
 */
export async function checkProperties(request: Omit<CheckRequest, 'cases'> & { properties: readonly Property[]; runs?: number; seed: number }): Promise<PropertyReport[]> {
  const { sandbox, signature, candidates, properties, caseMs, timeouts = TIMEOUTS, runs = RUNS, seed, signal } = request;
  if (properties.length === 0 || candidates.length === 0) return candidates.map(({ id }) => ({ id, results: [] }));
  const { sitePackages } = await pythonTools();
  const limitMs = Math.max(LEAST_MS, 5 * caseMs);
  const tasks: Task[] = properties.map(({ expression }) => ({ kind: 'property', expression, name: signature.name, parameters: signature.parameters, runs, seed, limitMs }));
  const told = await runWave({ sandbox, candidates, name: signature.name, tasks, limitMs: caseMs, timeouts, tools: { sitePackages, imports: ['hypothesis', 'untilgreen_properties'] }, ...(signal ? { signal } : {}) });
  const tried = candidates.map((_, index) => properties.map((_, at): Tried => triedOf(told[index]?.outcomes?.[at], told[index]?.problem)));
  // An expression that works beside no candidate says nothing of any; where it works beside one, the others fail by it.
  const works = properties.map((_, at) => tried.some((results) => results[at]!.kind === 'held' || results[at]!.kind === 'broken'));
  return candidates.map(({ id }, index) => ({ id, results: tried[index]!.map((result, at) => settled(result, works[at]!)) }));
}

function triedOf(told: unknown, problem: unknown): Tried {
  if (problem !== undefined) return { kind: 'unusable', reason: 'The candidate does not load.' };
  if (!isRecord(told)) return { kind: 'unusable', reason: 'The candidate left no report.' };
  switch (told['kind']) {
    case 'held':
      return { kind: 'held' };
    case 'broken':
      return { kind: 'broken', counterexample: text(told['counterexample']), detail: text(told['detail']) };
    case 'unusable':
      return typeof told['call'] === 'string' && told['call'] !== '' ? { kind: 'error', reason: text(told['reason']), call: text(told['call']) } : { kind: 'unusable', reason: text(told['reason']) };
    case 'timeout':
      return { kind: 'unusable', reason: 'It takes too long on generated inputs.' };
    case 'crashed':
      return { kind: 'unusable', reason: `Its process ended on a generated input (${text(told['how'])}).` };
    default:
      return { kind: 'unusable', reason: 'Not run.' };
  }
}

function settled(result: Tried, works: boolean): Result {
  if (result.kind !== 'error') return result;
  return works ? { kind: 'broken', counterexample: result.call, detail: result.reason } : { kind: 'unusable', reason: result.reason };
}

const text = (told: unknown): string => (typeof told === 'string' ? told.slice(0, 600) : '');
