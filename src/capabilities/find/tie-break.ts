import { z } from 'zod';
import type { Models } from '../../models/types.ts';
import type { Capability, Match, ToolCase } from '../types.ts';

export interface TieBreakDeps {
  models: Pick<Models, 'ask'>;
  /** Stable name of the call, for the record of the job. */
  key: string;
  signal?: AbortSignal;
}

const reply = z.object({
  nearest: z.string().max(64).describe('name of the tool that comes nearest'),
  lacks: z.string().max(300).describe('what the request asks for that this tool does not give or cannot be told; empty where it gives everything'),
  tool: z.string().max(64).describe('name of the tool that serves, or none'),
});

// The request comes last: all before it is equal from call to call for the same tools.
const SYSTEM = `You decide whether a tool that exists does what a request asks for.

Choose a tool only if a call of it, with suitable arguments, gives what the request asks for: the same computation or action on the same kind of things, not a related one. A tool that does the opposite, a special case that leaves the request out, or only a part of it does not serve. A tool that can do more than is asked serves. Values that the request leaves out may have defaults.
If several serve, choose the one whose description is closest to the request.
First name the tool that comes nearest, and what the request asks for that it lacks: a quantity, a condition, a unit, a time, a part. If it lacks anything, the tool is "none": one will be made.
You answer in JSON.`;

/**
 * Asks the model which of some near tools serves a request, if any.
 *
 * @throws as `Models.ask`
 */
export async function askWhichServes(request: string, matches: readonly Pick<Match, 'tool'>[], deps: TieBreakDeps): Promise<{ tool?: string; why: string }> {
  const { models, key, signal } = deps;
  const tools = matches.map(({ tool }) => described(tool)).join('\n\n');
  const { value } = await models.ask<z.infer<typeof reply>>({
    role: 'responder', key, schema: reply, schemaName: 'which_tool_serves', system: SYSTEM, signal,
    messages: [{ role: 'user', content: `Tools:\n\n${tools}\n\nRequest: ${request}` }],
  });
  const lacks = value.lacks.trim();
  const tool = matches.find(({ tool: { name } }) => name === value.tool.trim())?.tool.name;
  // A model that names what is lacking and takes the tool all the same contradicts itself; a wrong tool costs more than another.
  if (tool && !lacks) return { tool, why: `${tool} gives everything that is asked for.` };
  return { why: lacks ? `${value.nearest.trim() || 'The nearest tool'} lacks: ${lacks}` : 'None of the tools gives what is asked for.' };
}

/** The contract and one usage. */
function described(tool: Capability): string {
  const usage = usageOf(tool.cases);
  return [
    `${tool.name}: ${tool.description}`,
    `  parameters: ${JSON.stringify(tool.parameters['properties'] ?? {})}`,
    ...(Object.keys(tool.returns).length ? [`  returns: ${JSON.stringify(tool.returns)}`] : []),
    ...(usage ? [`  example: ${usage}`] : []),
  ].join('\n');
}

/** The shortest case that has a result: long ones say less for what they cost. */
function usageOf(cases: readonly ToolCase[]): string | undefined {
  return cases
    .filter(({ error }) => error === undefined)
    .map(({ arguments: given, result }) => `${JSON.stringify(given)} gives ${JSON.stringify(result)}`)
    .toSorted((a, b) => a.length - b.length)[0]
    ?.slice(0, 300);
}
