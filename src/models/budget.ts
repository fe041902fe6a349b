import { UntilgreenError } from '../core/errors.ts';
import type { Answer, AskOptions, Models } from './types.ts';

export interface Budget {
  /** Input and output together. */
  tokens?: number;
  /** US dollars. */
  cost?: number;
  /** No call begins at or after this moment. */
  until?: Date;
}

/**
 * A check to be made before each call that costs: of `ask` by `budgeted`, of samples by whoever takes them.
 *
 * @throws `budget`, from the function that it gives
 */
export function budgetCheck(budget: Budget, spent: () => { tokens: number; cost: number }, now: () => number = Date.now): () => void {
  return () => {
    const used = spent();
    if (budget.tokens !== undefined && used.tokens >= budget.tokens) {
      throw over('tokens', `${used.tokens} of ${budget.tokens} tokens are used`, budget.tokens, used.tokens, 'budget.tokens');
    }
    if (budget.cost !== undefined && used.cost >= budget.cost) {
      throw over('cost', `$${used.cost.toFixed(4)} of $${budget.cost} are spent`, budget.cost, used.cost, 'budget.cost');
    }
    if (budget.until !== undefined && now() >= budget.until.getTime()) {
      throw over('time', `the time ended at ${budget.until.toISOString()}`, budget.until.toISOString(), new Date(now()).toISOString(), 'budget.minutes');
    }
  };
}

/**
 * Models that are asked only while the budget lasts. Checked before each call; a call that has begun is let finish.
 *
 * @param spent what the run has used so far
 * @throws `budget` with `data.limit` (`tokens`, `cost` or `time`), `data.allowed` and `data.spent`
 */
export function budgeted<M extends Models>(models: M, budget: Budget, spent: () => { tokens: number; cost: number }, now: () => number = Date.now): M {
  const check = budgetCheck(budget, spent, now);
  const ask = async <T>(options: AskOptions<T>): Promise<Answer<T>> => {
    check();
    return models.ask(options);
  };
  return { ...models, ask };
}

function over(limit: string, what: string, allowed: number | string, spent: number | string, setting: string): UntilgreenError {
  return new UntilgreenError('budget', `The budget is used up: ${what}.`, { limit, allowed, spent }, `Raise ${setting} and resume the run.`);
}
