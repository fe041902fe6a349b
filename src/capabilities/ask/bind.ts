import { z } from 'zod';
import type { Models } from '../../models/types.ts';
import { referencesIn } from '../compose/references.ts';
import { isObject, objectOf } from '../json-text.ts';
import { schemaProblem } from '../run/schemas.ts';
import type { Capability, Json, JsonObject, Need } from '../types.ts';
import { WORLD_NAMES } from '../understand/understand.ts';

const bindingSchema = z.object({
  fits: z.boolean().describe('false where the tool does something else than what is asked'),
  why: z.string().max(300).describe('one sentence'),
  arguments: z.string().max(20_000).describe('JSON object: parameter names to values; {} where it does not fit'),
});
type Reply = z.infer<typeof bindingSchema>;

const SYSTEM = `You call tools. You are given what is asked and one tool with its contract. Say whether the tool gives exactly what is asked: the same quantity, direction, unit and order. If it does, write its arguments as a JSON object, with the parameter names of the tool and the values of the request, in the units that the tool expects. A value that comes from another need is {"$from": "s1"}, today's date is {"$from": "today"}, a seed {"$from": "seed"}. Leave optional parameters out where the request says nothing of them. You answer in JSON.`;

/**
 * Arguments of a tool for a need, by a model that may also say that the tool does something else.
 *
 * @returns undefined where the tool does not fit, or no valid arguments came in two tries
 * @throws as `Models.ask`
 */
export async function bind(need: Need, tool: Capability, deps: { models: Pick<Models, 'ask'>; key: string; signal?: AbortSignal }): Promise<{ arguments: JsonObject } | { not: string }> {
  const example = tool.cases.find(({ error }) => error === undefined);
  const question = [
    `Asked: ${need.request}`, `In general: ${need.description}`,
    ...need.values.map(({ name, value, from }) => `- ${name}: ${from === undefined ? JSON.stringify(value) : `{"$from": "${from}"}`}`),
    '', `Tool ${tool.name}: ${tool.description}`, `Parameters: ${JSON.stringify(tool.parameters)}`, `Result: ${JSON.stringify(tool.returns)}`,
    ...tool.errors.map(({ when }) => `Refused: ${when}`),
    ...(example ? [`Example: ${JSON.stringify(example.arguments)} gives ${JSON.stringify(example.result)}`] : []),
  ].join('\n');
  const ask = (messages: { role: 'user' | 'assistant'; content: string }[], key: string) =>
    deps.models.ask<Reply>({ role: 'responder', key, schema: bindingSchema, schemaName: 'tool_call', system: SYSTEM, messages, signal: deps.signal });
  const first = await ask([{ role: 'user', content: question }], deps.key);
  if (!first.value.fits) return { not: first.value.why };
  const problem = problemOf(first.value, tool);
  if (typeof problem !== 'string') return problem;
  const again = await ask([{ role: 'user', content: question }, { role: 'assistant', content: first.text }, { role: 'user', content: `These arguments cannot be used: ${problem} Answer again.` }], `${deps.key}/again`);
  const second = again.value.fits ? problemOf(again.value, tool) : again.value.why;
  return typeof second === 'string' ? { not: second } : second;
}

function problemOf(reply: Reply, tool: Capability): { arguments: JsonObject } | string {
  const values = objectOf(reply.arguments);
  if (!values) return '"arguments" is no JSON object.';
  return argumentsProblem(tool, values) ?? { arguments: values };
}

/** What is wrong with arguments of which some come from elsewhere; undefined where nothing is. */
export function argumentsProblem(tool: Pick<Capability, 'parameters'>, values: JsonObject): string | undefined {
  const { properties = {}, required = [] } = tool.parameters as { properties?: Record<string, object>; required?: string[] };
  const stray = Object.keys(values).find((name) => !Object.hasOwn(properties, name));
  if (stray !== undefined) return `there is no parameter ${stray}.`;
  const missing = required.find((name) => !(name in values));
  if (missing !== undefined) return `${missing} is missing.`;
  const here = Object.fromEntries(Object.entries(values).filter(([, value]) => referencesIn(value).length === 0));
  const schema = { ...tool.parameters, required: Object.keys(here) };
  return schemaProblem(schema, here);
}

/** Where a value comes from, if it is not here. */
const reference = (value: Json | undefined): string | undefined => (isObject(value) && typeof value['$from'] === 'string' && Object.keys(value).length === 1 ? value['$from'] : undefined);

/** Arguments with what they take of the world put in. */
export function withWorld(values: JsonObject, world: Readonly<Record<(typeof WORLD_NAMES)[number], Json>>): JsonObject {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => {
    const from = reference(value);
    return [name, from !== undefined && Object.hasOwn(world, from) ? world[from as keyof typeof world] : value];
  }));
}
