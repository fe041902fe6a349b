import { z } from 'zod';
import { confidenceLine } from '../../functions/output.ts';
import { answered, failed } from '../answers.ts';
import type { BuiltIn, McpJobs } from '../types.ts';
import { language } from './ask.ts';

const schema = z.strictObject({
  task: z.string().min(1).describe('what the function is to do'),
  name: z.string().min(1).describe('its name'),
  language: language.optional().describe('default python'),
  signature: z.string().min(1).optional().describe('its head; without it one is designed'),
  examples: z.string().min(1).optional().describe('examples that you are sure of, a line each: `add(1, 2) == 3`, or doctests'),
  tests: z.strictObject({ name: z.string().min(1), source: z.string().min(1) }).optional().describe('a test file that the function has to pass'),
  candidates: z.int().min(1).max(100).optional().describe('most candidates that are written; default 21'),
  seed: z.int().min(0).optional(),
});

const result = z.object({
  ok: z.boolean(),
  language: z.string(),
  code: z.string().optional(),
  confidence: z.object({ value: z.number(), band: z.string(), why: z.string() }),
  ended: z.string(),
  notes: z.array(z.string()),
  model: z.string(),
});

/** The function job: one function, written test-first; nothing of it is kept. */
export const writeFunctionTool = (write: McpJobs['writeFunction']): BuiltIn<z.infer<typeof schema>> => ({
  name: 'write_function',
  title: 'Write one function test-first',
  description: 'Write one function in Python, JavaScript, TypeScript or Go: several candidates are run against the examples and compared with each other; gives the code with a measured confidence. Writes no file.',
  schema,
  result,
  annotations: { readOnlyHint: true, openWorldHint: true },
  async run({ task, name, language: lang = 'python', signature, examples, tests, candidates, seed }, { signal, emit }) {
    const given = { task, fn: name, lang, ...(signature && { signature }), ...(examples && { doctests: examples }), ...(tests && { tests }) };
    const written = await write(given, { ...(candidates && { candidates }), ...(seed !== undefined && { seed }) }, { signal, emit });
    if (written.error && !written.ok) return failed(written.error);
    const { ok, code, confidence, ended, notes, model } = written;
    const data = { ok, language: lang, ...(ok && { code }), confidence, ended, notes, model };
    if (!ok) return answered(`No candidate of ${written.tried.length} passed. ${notes.join(' ')}`.trim(), data, { isError: true });
    return answered([code, ...notes.map((note) => `note: ${note}`), confidenceLine(written)].join('\n'), data);
  },
});
