import type { Sandbox } from '../../../sandbox/types.ts';
import type { Candidate, CandidateReport, Case, CheckRequest, Outcome, Problem, Signature } from '../../function/types.ts';
import { parseArguments } from './parse-value.ts';
import { ask } from '../reader/reader.ts';
import { compileProblem } from './output.ts';
import { screenCode } from './screen.ts';
import { callOf, typesOf, unprintableIn } from './signature.ts';
import { runWave } from './wave.ts';
import type { Wave, WaveCase, WaveReport } from './wave.ts';

const DEFAULT_TIMEOUTS = 2;

/** Runs every case in every candidate. Only the cases go into the sandbox: what is expected stays here. */
export async function check(request: CheckRequest): Promise<CandidateReport[]> {
  const { signature, candidates, sandbox, caseMs, signal, timeouts = DEFAULT_TIMEOUTS } = request;
  const types = typesOf(signature);
  const cases = await prepareCases(request.cases.map((one) => typed(one, signature)), types.result === undefined ? signature.name : undefined);
  const base = { sandbox, caseMs, timeouts, fails: types.fails, signal };
  return runScreened(candidates, signature, cases, base);
}

/** A case ready to be compiled, or the outcome that it has in every candidate. */
export type Prepared = { wave: WaveCase } | { outcome: Outcome };

/** Screens, runs, and puts together what is known of each candidate. */
export async function runScreened(candidates: readonly Candidate[], signature: Signature, cases: readonly Prepared[], base: Omit<Wave, 'candidates' | 'cases'>): Promise<CandidateReport[]> {
  const problems = new Map<string, Problem>();
  for (const { id, code } of candidates) {
    const problem = await screenCode(code, signature);
    if (problem) problems.set(id, problem);
  }
  const runnable = candidates.filter(({ id }) => !problems.has(id));
  const outcomes = await runCases(runnable, cases, base, problems);
  return candidates.map(({ id }): CandidateReport => {
    const problem = problems.get(id);
    return problem ? { id, problem, outcomes: [] } : { id, outcomes: outcomes.get(id) ?? [] };
  });
}

async function runCases(candidates: readonly Candidate[], cases: readonly Prepared[], base: Omit<Wave, 'candidates' | 'cases'>, problems: Map<string, Problem>): Promise<Map<string, Outcome[]>> {
  const found = new Map<string, Outcome[]>();
  if (candidates.length === 0) return found;
  const running = cases.flatMap((one, at) => ('wave' in one ? [{ at, wave: one.wave }] : []));
  const report = await runWave({ ...base, candidates, cases: running.map(({ wave }) => wave) });
  if (report.unbuilt !== undefined) {
    // One candidate can keep the compiler busy for ever; alone it fails nobody else.
    if (candidates.length === 1) problems.set(candidates[0]!.id, { class: 'compile', message: report.unbuilt });
    else for (const one of candidates) for (const [id, outcomes] of await runCases([one], cases, base, problems)) found.set(id, outcomes);
    return found;
  }
  const faulty = new Map<number, string>();
  const again: Candidate[] = [];
  for (const candidate of candidates) {
    const errors = report.errors.get(candidate.id) ?? [];
    const own = errors.find(({ of }) => of === 'code');
    if (own) problems.set(candidate.id, compileProblem(own));
    else if (errors.length > 0) {
      // Its head is the one asked for, so it is the case that does not fit: an argument of another type, a name that is nowhere.
      again.push(candidate);
      for (const { of, message } of errors) if (typeof of === 'number') faulty.set(running[of]?.at ?? -1, message);
    } else found.set(candidate.id, inOrder(cases, running, report, candidate.id));
  }
  if (again.length > 0) {
    const rest = cases.map((one, at): Prepared => (faulty.has(at) ? { outcome: { kind: 'raised', error: 'compile error', message: faulty.get(at)! } } : one));
    for (const [id, outcomes] of await runCases(again, rest, base, problems)) found.set(id, outcomes);
  }
  return found;
}

function inOrder(cases: readonly Prepared[], running: readonly { at: number }[], report: WaveReport, id: string): Outcome[] {
  const own = report.outcomes.get(id);
  const number = new Map(running.map(({ at }, index) => [at, index]));
  return cases.map((one, at): Outcome => ('outcome' in one ? one.outcome : (own?.get(number.get(at)!) ?? { kind: 'crashed', how: 'no report' })));
}

/** A plain call with arguments as the parameters want them: what was read before the signature was known says `[]int` where floats are. */
function typed(one: Case, signature: Signature): Case {
  const { parameters, variadic } = typesOf(signature);
  const args = parseArguments(one.expression, signature.name, parameters, variadic);
  if (!args) return one;
  const last = parameters.length - 1;
  const given = variadic ? [...args.slice(0, last), { kind: 'list' as const, items: args.slice(last) }] : args;
  return given.length === parameters.length ? { ...one, expression: callOf(signature, given) } : one;
}

/** @param silent name of a function that gives nothing: a call of it is no expression */
async function prepareCases(cases: readonly Case[], silent?: string): Promise<Prepared[]> {
  const answer = await ask<{ cases: { problem?: string; imports: string[] | null }[] }>('cases', { cases, same: '' });
  return cases.map(({ setup, expression }, at): Prepared => {
    const read = answer?.cases[at];
    if (!read || read.problem !== undefined) return { outcome: { kind: 'raised', error: 'syntax error', message: read?.problem ?? 'it could not be read' } };
    const missing = unprintableIn(expression);
    if (missing !== undefined) return { outcome: { kind: 'raised', error: 'compile error', message: missing } };
    const isCall = silent !== undefined && new RegExp(`^${silent}\\s*\\(`, 'u').test(expression);
    const body = (report: string): string => (isCall ? `${setup}\n${expression}\nreturn nil` : `${setup}\nreturn ${report}.Values(${expression})`);
    return { wave: { imports: read.imports ?? [], body } };
  });
}

/** Values of expressions that need no candidate. */
export async function evaluate(sandbox: Sandbox, expressions: readonly Case[], signal?: AbortSignal): Promise<Outcome[]> {
  const problems = new Map<string, Problem>();
  const candidate: Candidate = { id: 'none', code: 'package solution\n' };
  const outcomes = await runCases([candidate], await prepareCases(expressions), { sandbox, caseMs: 10_000, timeouts: expressions.length, fails: false, signal }, problems);
  const problem = problems.get('none');
  return outcomes.get('none') ?? expressions.map((): Outcome => ({ kind: 'raised', error: problem?.class ?? 'error', message: problem?.message ?? 'it could not be run' }));
}
