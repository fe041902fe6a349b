import type { CandidateReport, Case, CheckRequest, Outcome, Property, PropertyReport } from '../../function/types.ts';
import { runScreened } from './check.ts';
import type { Prepared } from './check.ts';
import { ask } from '../reader/reader.ts';
import { typesOf } from './signature.ts';

const DEFAULT_RUNS = 100;
/** A property calls the function many times; so many cases' time it gets. */
const TIMES = 5;
/** What `==` is written as: it compares slices and maps too. */
const SAME = 'untilgreenSame';

type PropertyRequest = Omit<CheckRequest, 'cases'> & { properties: readonly Property[]; runs?: number; seed: number };

/** Tries each law on inputs made from the parameters' types, in the sandbox, all candidates at once. The same seed makes the same inputs. */
export async function checkProperties(request: PropertyRequest): Promise<PropertyReport[]> {
  const { signature, candidates, sandbox, properties, seed, signal, runs = DEFAULT_RUNS, timeouts = properties.length } = request;
  const asked: Case[] = properties.map(({ expression }) => ({ setup: '', expression }));
  const answer = await ask<{ cases: { problem?: string; imports: string[] | null; expression: string }[] }>('cases', { cases: asked, same: SAME });
  const names = signature.parameters.map(({ name }) => name);
  const list = signature.parameters.map(({ name, typeText = 'any' }) => `${name} ${typeText.replace(/^\.\.\./, '[]')}`).join(', ');
  const cases = properties.map((_, at): Prepared => {
    const read = answer?.cases[at];
    if (!read || read.problem !== undefined) return { outcome: { kind: 'raised', error: 'compile error', message: read?.problem ?? 'it could not be read' } };
    const used = names.map((name) => `_ = ${name}`).join('; ');
    const body = (report: string): string => `return ${report}.Property(func(${list}) bool { ${used}; return ${read.expression.replaceAll(`${SAME}(`, `${report}.Same(`)} }, ${JSON.stringify(names).replace('[', '[]string{').replace(/\]$/, '}')}, ${Math.trunc(seed)}, ${runs})`;
    return { wave: { imports: read.imports ?? [], body } };
  });
  const { fails } = typesOf(signature);
  const reports = await runScreened(candidates, signature, cases, { sandbox, caseMs: request.caseMs * TIMES, timeouts, fails, signal });
  return reports.map((report) => ({ id: report.id, results: properties.map((_, at) => resultOf(report, at, request.caseMs * TIMES)) }));
}

function resultOf({ problem, outcomes }: CandidateReport, at: number, ms: number): PropertyReport['results'][number] {
  if (problem) return { kind: 'unusable', reason: `the candidate does not run: ${problem.message}` };
  const outcome: Outcome = outcomes[at] ?? { kind: 'skipped' };
  if (outcome.kind === 'value' && outcome.value.kind === 'string' && outcome.value.value === 'held') return { kind: 'held' };
  if (outcome.kind === 'value' && outcome.value.kind === 'tuple') {
    const [, counterexample, detail] = outcome.value.items;
    return { kind: 'broken', counterexample: counterexample?.kind === 'string' ? counterexample.value : '', detail: detail?.kind === 'string' ? detail.value : '' };
  }
  switch (outcome.kind) {
    case 'raised':
      return { kind: 'unusable', reason: `${outcome.error}: ${outcome.message}` };
    case 'timeout':
      return { kind: 'broken', counterexample: 'one of its inputs', detail: `no answer in ${ms} ms` };
    case 'crashed':
      return { kind: 'broken', counterexample: 'one of its inputs', detail: `the process ended: ${outcome.how}` };
    case 'value':
    case 'skipped':
      return { kind: 'unusable', reason: 'it was not run' };
  }
}
