import { z } from 'zod';
import type { Json } from '../../capabilities/types.ts';
import { answered } from '../answers.ts';
import type { BuiltIn, Tools } from '../types.ts';
import { language } from './ask.ts';

const example = z.strictObject({
  arguments: z.record(z.string(), z.json()),
  result: z.json(),
});

const schema = z.strictObject({
  description: z.string().min(1).describe('what the tool gives for what, in a sentence; tools compute and touch nothing: no network, no files, no clock'),
  name: z.string().regex(/^[a-z][a-z0-9_]{2,63}$/).optional().describe('snake_case'),
  language: language.optional().describe('default: python, or what is configured'),
  examples: z.array(example).max(50).optional().describe('calls and their results that you are sure of'),
});

const result = z.object({
  ok: z.boolean(),
  made: z.boolean().describe('false: there was one already, or none was made'),
  name: z.string().optional(),
  version: z.string().optional(),
  description: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).optional().describe('schema of its arguments'),
  returns: z.record(z.string(), z.unknown()).optional().describe('schema of its result'),
  gates: z.array(z.object({ gate: z.string(), ok: z.boolean(), says: z.string() })),
  stoppedBy: z.string().optional().describe('the gate that refused it'),
  reason: z.string().optional(),
});

/** Makes a tool, through the admission gate, unless there is one that does the same. */
export const makeTool = (capabilities: Tools): BuiltIn<z.infer<typeof schema>> => ({
  name: 'make_tool',
  title: 'Make a tested tool and keep it',
  description: 'Make a tool from a description, unless the library has one that does the same. It is tested by a role that never sees its code, and admitted only through all gates; then it is in this list under its own name.',
  schema,
  result,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  async run({ examples, ...wanted }, { signal, emit }) {
    const request = { ...wanted, ...(examples && { examples: examples.map((one) => ({ arguments: one.arguments as Record<string, Json>, result: one.result as Json })) }) };
    const made = await capabilities.make(request, { signal, emit });
    const gates = made.gates.map(({ gate, ok, says }) => ({ gate, ok, says }));
    if (!made.ok) return answered(`No tool was made: ${made.reason}`, { ok: false, made: false, gates, stoppedBy: made.stoppedBy, reason: made.reason }, { isError: true });
    const { name, version, description, parameters, returns } = made.tool;
    const text = `${made.made ? 'Made' : 'There is already'} ${name} ${version}: ${description}`;
    return answered(text, { ok: true, made: made.made, name, version, description, parameters, returns, gates });
  },
});
