import { UntilgreenError } from '../../core/errors.ts';
import type { Jinja } from './library.ts';

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export type ChatTemplate = (messages: readonly ChatMessage[], prefill?: string) => string;

/**
 * A model's own chat template as a function. The prefill stands right after the header of the reply.
 *
 * Reasoning is switched off where the template knows the switch, for a budget of a few hundred tokens is spent on code; and the date
 * in templates that print one is fixed, so that the same question is the same prompt on every day.
 *
 * @param special texts of the beginning and the end token
 * Errors: `model_refused` when the template refuses the messages, or is none.
 */
export function chatTemplate(jinja: Jinja, source: string, special: { bos: string; eos: string }): ChatTemplate {
  let template: { render(values: Record<string, unknown>): string } | undefined;
  const render = (messages: readonly ChatMessage[]): string =>
    (template ??= new jinja.Template(source)).render({ messages, add_generation_prompt: true, bos_token: special.bos, eos_token: special.eos, enable_thinking: false, date_string: '26 Jul 2024' });
  return (messages, prefill = '') => {
    try {
      return render(messages) + prefill;
    } catch (error) {
      // Gemma and others have no role for a system message: it then begins the first question.
      const merged = withoutSystem(messages);
      if (merged) {
        try {
          return render(merged) + prefill;
        } catch {
          // The first refusal says what is wrong with the messages as they were given.
        }
      }
      throw new UntilgreenError('model_refused', `The model's chat template refuses the messages: ${(error as Error).message}.`, { roles: messages.map((message) => message.role) }, 'Questions and answers have to alternate, a question first.', { cause: error });
    }
  };
}

function withoutSystem(messages: readonly ChatMessage[]): ChatMessage[] | undefined {
  const system = messages.filter((message) => message.role === 'system').map((message) => message.content);
  const rest = messages.filter((message) => message.role !== 'system');
  const first = rest[0];
  if (!system.length || first?.role !== 'user') return undefined;
  return [{ role: 'user', content: [...system, first.content].join('\n\n') }, ...rest.slice(1)];
}
