import type { Outcome, Problem } from '../../languages/function/types.ts';
import type { Value } from '../../languages/function/value.ts';
import type { Contract, UseResult } from '../types.ts';
import { isDeclared } from './errors.ts';
import { schemaProblem } from './problems.ts';
import { readJson } from './values.ts';

export type Promised = Pick<Contract, 'language' | 'returns' | 'errors'> & {
  /** The last result is an `error` of Go's, and is left out where there is none. */
  fails: boolean;
};

/** What an outcome means to whoever called: a result that keeps what the contract promises, or in which way it does not. */
export function resultOf(outcome: Outcome, promised: Promised, ms: number): UseResult {
  switch (outcome.kind) {
    case 'value':
      return resultOfValue(promised.fails ? withoutError(outcome.value) : outcome.value, promised, ms);
    case 'raised': {
      // Go's compiler is the one that tells that an argument does not fit.
      if (promised.language === 'go' && outcome.error === 'compile error') return { ms, ok: false, kind: 'arguments', message: outcome.message };
      const kind = isDeclared(outcome.error, promised) ? 'declared_error' : 'undeclared';
      return { ms, ok: false, kind, error: outcome.error, message: outcome.message.trim() === '' ? outcome.error : outcome.message };
    }
    case 'timeout':
      return { ms, ok: false, kind: 'timeout', message: 'it gave no answer in time' };
    case 'crashed':
      return { ms, ok: false, kind: 'crashed', message: outcome.how === 'memory' ? 'it takes too much memory' : `its process ended (${outcome.how})` };
    case 'skipped':
      return { ms, ok: false, kind: 'timeout', message: 'not run: calls before it took too long or gave too much' };
  }
}

function resultOfValue(value: Value, { returns }: Promised, ms: number): UseResult {
  const read = readJson(value);
  if ('problem' in read) return { ms, ok: false, kind: 'bad_result', message: read.problem };
  const problem = schemaProblem(returns, read.json);
  return problem === undefined ? { ms, ok: true, result: read.json } : { ms, ok: false, kind: 'bad_result', message: problem };
}

function withoutError(value: Value): Value {
  if (value.kind !== 'tuple') return value;
  const items = value.items.slice(0, -1);
  return items.length === 1 ? items[0]! : { kind: 'tuple', items };
}

/** The result of every call of a code that cannot be run. */
export const unrunnable = (problem: Problem): UseResult => ({ ms: 0, ok: false, kind: problem.class === 'timeout' ? 'timeout' : 'crashed', message: `it cannot be run: ${problem.message}` });
