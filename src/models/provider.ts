import type { LanguageModelV3, LanguageModelV3CallOptions } from '@ai-sdk/provider';
import type { Target } from './target.ts';

/**
 * The provider package's model for a target; each package is loaded when first used.
 *
 * @param call what sends the requests; one model is made for each request, so that its transport can be watched alone
 */
export async function languageModel(target: Target, call: typeof fetch): Promise<LanguageModelV3> {
  // `||`: the packages read their own environment variables for a missing key; an empty one is refused less clearly than by the server.
  const common = { baseURL: target.baseUrl, apiKey: target.apiKey || 'none', fetch: call };
  switch (target.provider) {
    case 'openai-compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      const { apiKey: _unused, ...open } = common;
      const provider = createOpenAICompatible({ ...open, ...(target.apiKey ? { apiKey: target.apiKey } : {}), name: 'openaiCompatible', includeUsage: true, supportsStructuredOutputs: true });
      return provider.chatModel(target.model);
    }
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI(common).chat(target.model);
    }
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic(common)(target.model);
    }
    case 'google': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
      return createGoogleGenerativeAI(common)(target.model);
    }
  }
}

/**
 * Options that differ by provider. Schemas are sent as non-strict: strict mode refuses records, unions and optional fields, which plans
 * need, and the reply is validated here in any case. Anthropic caches a prefix only where it is told to.
 */
export const PROVIDER_OPTIONS: NonNullable<LanguageModelV3CallOptions['providerOptions']> = {
  openaiCompatible: { strictJsonSchema: false },
  openai: { strictJsonSchema: false },
};

export const CACHE_PREFIX = { anthropic: { cacheControl: { type: 'ephemeral' } } };
