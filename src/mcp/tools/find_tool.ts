import { z } from 'zod';
import { answered } from '../answers.ts';
import type { BuiltIn, Tools } from '../types.ts';

/** Tools that are shown where no number is given. */
const SHOWN = 10;

const schema = z.strictObject({
  words: z.string().min(1).describe('what it is to do'),
  limit: z.int().min(1).max(50).optional().describe(`default ${SHOWN}`),
});

const result = z.object({
  tools: z.array(z.object({
    name: z.string(), version: z.string(), description: z.string(), status: z.string(), probability: z.number(), parameters: z.record(z.string(), z.unknown()),
  })),
});

/** Searches the library; no model is asked. */
export const findTool = (capabilities: Tools): BuiltIn<z.infer<typeof schema>> => ({
  name: 'find_tool',
  title: 'Search the library of tools',
  description: 'Search the library of tested tools by words, also those that this list is too long for. No model is asked, and nothing is made.',
  schema,
  result,
  annotations: { readOnlyHint: true, openWorldHint: false },
  async run({ words, limit = SHOWN }) {
    const matches = await capabilities.search(words, limit);
    const tools = matches.map(({ tool, probability }) => ({ name: tool.name, version: tool.version, description: tool.description, status: tool.status, probability, parameters: tool.parameters }));
    return answered(tools.length === 0 ? 'No tool is near these words.' : tools.map(({ name, description }) => `${name}: ${description}`).join('\n'), { tools });
  },
});
