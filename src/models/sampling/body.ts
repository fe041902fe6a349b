import type { SampleRequest } from '../sampler.ts';
import type { Target } from '../target.ts';
import type { ServerFacts } from './facts.ts';

/** What one HTTP request asks for: a part of the samples. */
export interface Part {
  form: 'chat' | 'completion';
  /** The reply is begun for the model. */
  prefill: string | undefined;
  n: number;
  seed: number;
}

const TOP_P = 0.95;

/** The endpoint of a form, below the API root. */
export const ENDPOINT = { chat: '/chat/completions', completion: '/completions' } as const;

/** The body of a request in the OpenAI protocol, with what single servers need beyond it. */
export function bodyOf(target: Target, request: SampleRequest, part: Part, kind: ServerFacts['kind']): Record<string, unknown> {
  const limit = target.provider === 'openai' ? 'max_completion_tokens' : 'max_tokens';
  const common = {
    [limit]: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP ?? TOP_P,
    seed: part.seed,
    ...(part.n > 1 ? { n: part.n } : {}),
    stream: true,
    stream_options: { include_usage: true },
  };
  if (part.form === 'completion') return { model: target.model, prompt: request.completion.prompt, stop: request.completion.stop, ...common };
  const { system, user, stop } = request.chat;
  const begun = part.prefill !== undefined;
  return {
    model: target.model,
    messages: [
      ...(system === '' ? [] : [{ role: 'system', content: system }]),
      { role: 'user', content: user },
      ...(begun ? [{ role: 'assistant', content: part.prefill }] : []),
    ],
    // Without the beginning the reply may open with prose and a block of its own, which the stop would end too early.
    ...(begun && stop ? { stop } : {}),
    ...(begun && kind === 'vllm' ? { continue_final_message: true, add_generation_prompt: false } : {}),
    ...common,
  };
}
