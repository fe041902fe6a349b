import { z } from 'zod';
import { functionLanguages } from '../../languages/function/registry.ts';
import { answered } from '../answers.ts';
import type { BuiltIn, Tools } from '../types.ts';

export const language = z.enum(functionLanguages.map(({ name }) => name));

const schema = z.strictObject({
  request: z.string().min(1).describe('what is wanted, in words: "What is 15 percent of 300?"'),
  make: z.boolean().optional().describe('false: answer with tools that are there, and make none; default true'),
  language: language.optional().describe('language of tools that are made'),
});

const result = z.object({
  id: z.string(),
  ok: z.boolean(),
  outcome: z.enum(['answered', 'impossible', 'not_made', 'failed', 'cancelled']),
  answer: z.string(),
  impossible: z.string().optional().describe('why no tool can do this'),
  steps: z.array(z.looseObject({ tool: z.string(), version: z.string(), arguments: z.record(z.string(), z.unknown()), made: z.boolean() })),
});

/** The ask job: answers with tools of the library, and makes those that are missing. */
export const ask = (capabilities: Tools): BuiltIn<z.infer<typeof schema>> => ({
  name: 'ask',
  title: 'Answer a request with tested tools',
  description: 'Answer a request by computing, with tools of the library; a tool that is missing is specified, tested, written, verified and kept for good. Says why where no tool can do it.',
  schema,
  result,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  async run({ request, ...options }, { signal, emit }) {
    const asked = await capabilities.ask(request, { ...options, signal, emit });
    const used = asked.steps.map(({ tool, version, made }) => `${tool} ${version}${made ? ' (new)' : ''}`);
    const text = [asked.answer, ...(used.length > 0 ? [`Tools: ${used.join(', ')}.`] : [])].join('\n');
    return answered(text, { ...asked }, { isError: asked.outcome === 'failed' || asked.outcome === 'not_made' });
  },
});
