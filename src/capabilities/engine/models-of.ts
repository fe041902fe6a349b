import type { Emit } from '../../core/events.ts';
import { killPoint } from '../../core/killpoint.ts';
import { budgetCheck, budgeted, type Budget } from '../../models/budget.ts';
import { durable } from '../../models/durable.ts';
import type { Sampler } from '../../models/sampler.ts';
import type { Models, Usage } from '../../models/types.ts';
import { addUsage } from '../../models/usage.ts';
import type { Lease } from '../../store/types.ts';
import type { Shared } from './open.ts';

/** Models of one job: opened with the first question, within the budget, and no finished call is repeated. */
export interface JobModels extends Pick<Models, 'ask'> {
  sampler: Sampler;
}

/**
 * @param spent what the job used, added to with each call
 */
export function modelsOf(shared: Shared, lease: Lease, spent: { usage: Usage; requests: number }, emit: Emit): JobModels {
  const { budget: limits } = shared.config.settings;
  const budget: Budget = {
    ...(limits.tokens === undefined ? {} : { tokens: limits.tokens }), ...(limits.cost === undefined ? {} : { cost: limits.cost }),
    ...(limits.minutes === undefined ? {} : { until: new Date(Date.now() + limits.minutes * 60_000) }),
  };
  const used = (): { tokens: number; cost: number } => ({ tokens: (spent.usage.inputTokens ?? 0) + (spent.usage.outputTokens ?? 0), cost: spent.usage.cost ?? 0 });
  const book = (usage: Usage, requests: number): void => {
    spent.usage = addUsage(spent.usage, usage);
    spent.requests += requests;
  };
  const later: Models = {
    describe: () => [],
    ask: async (options) => (await shared.models()).ask(options),
  };
  const kept = durable(budgeted(later, budget, used), {
    get: (key, hash) => lease.modelCall(key, hash),
    async put(call) {
      killPoint(`model call ${call.key}`);
      await lease.recordModelCall(call);
      killPoint(`model call recorded ${call.key}`);
    },
  });
  const check = budgetCheck(budget, used);
  let sampler: Sampler | undefined;
  const opened = async (): Promise<Sampler> => (sampler ??= (await shared.models()).sampler('coder'));
  return {
    async ask(options) {
      const answer = await kept.ask(options);
      book(answer.usage, answer.requests);
      const { inputTokens, outputTokens, cost } = answer.usage;
      emit('model_call', { key: options.key ?? null, role: options.role, model: answer.model, inputTokens: inputTokens ?? null, outputTokens: outputTokens ?? null, cost: cost ?? null, ms: Math.round(answer.ms) });
      return answer;
    },
    sampler: {
      // Known once it was asked: whoever names the writer of a tool has had it written.
      describe: () => sampler?.describe() ?? { provider: 'unknown', model: 'unknown', form: 'auto', billions: undefined },
      async sample(request) {
        check();
        const samples = await (await opened()).sample(request);
        book(samples.usage, samples.requests);
        return samples;
      },
    },
  };
}
