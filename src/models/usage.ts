import type { LanguageModelV3Usage } from '@ai-sdk/provider';
import type { Price } from './target.ts';
import type { Usage } from './types.ts';

export const NO_USAGE: Usage = { inputTokens: undefined, outputTokens: undefined, cachedTokens: undefined, cost: undefined };

/**
 * Tokens as the server counted them, and what they cost where a price is configured. Cached tokens are charged at the full input price:
 * the discount differs by service, and a budget should err on the safe side.
 */
export function usageOf(counted: LanguageModelV3Usage | undefined, price: Price | undefined): Usage {
  const inputTokens = counted?.inputTokens.total;
  const outputTokens = counted?.outputTokens.total;
  const cost = price && inputTokens !== undefined && outputTokens !== undefined ? (inputTokens * price.input + outputTokens * price.output) / 1_000_000 : undefined;
  return { inputTokens, outputTokens, cachedTokens: silentOnCache(counted) ? undefined : counted?.inputTokens.cacheRead, cost };
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
}

/** The OpenAI packages count cached tokens as 0 when the server did not say; several vLLM releases do not. Unknown must stay unknown. */
function silentOnCache(counted: LanguageModelV3Usage | undefined): boolean {
  const raw = counted?.raw as { prompt_tokens?: unknown; prompt_tokens_details?: { cached_tokens?: unknown } | null } | undefined;
  return typeof raw?.prompt_tokens === 'number' && typeof raw.prompt_tokens_details?.cached_tokens !== 'number';
}

/** The sum; a figure is unknown only when it is unknown on both sides. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: add(a.inputTokens, b.inputTokens),
    outputTokens: add(a.outputTokens, b.outputTokens),
    cachedTokens: add(a.cachedTokens, b.cachedTokens),
    cost: add(a.cost, b.cost),
  };
}
