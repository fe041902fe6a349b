import { z } from 'zod';
import { UntilgreenError } from '../../core/errors.ts';
import type { FunctionLanguageName } from '../../languages/function/types.ts';
import type { Models } from '../../models/types.ts';
import { isObject, jsonOf } from '../json-text.ts';
import type { Impossible, Json, Need, ValueType } from '../types.ts';

/** What a request needs done, or why no tool can do it. */
export type Understood =
  | { kind: 'needs'; needs: Need[]; /** How the whole is said where there are several needs: `{s1} and {s2}`; empty for one. */ answer: string }
  | { kind: 'impossible'; reason: Impossible; says: string };

/** What a request may take of the world: values, told with every request, so that tools themselves can be pure. */
export interface World {
  /** ISO date. */
  today: string;
  /** A whole number for tools that need chance. */
  seed: number;
}
export const WORLD_NAMES = ['today', 'seed'] as const;

const TYPES = ['number', 'integer', 'string', 'boolean', 'list', 'object', 'any'] as const satisfies readonly ValueType[];
const REASONS = ['needs_network', 'needs_secret', 'needs_files', 'acts_on_the_world', 'not_a_computation', 'unclear'] as const satisfies readonly Impossible[];
const LANGUAGES = ['python', 'javascript', 'typescript', 'go'] as const satisfies readonly FunctionLanguageName[];
/** More parts than this are a project and no request. */
const MOST_NEEDS = 8;

const line = (most: number) => z.string().max(most);
const replySchema = z.object({
  possible: z.boolean().describe('can pure functions do it'),
  reason: z.enum(REASONS).nullable().describe('why not; null where it is possible'),
  says: line(300).describe('why not, in one sentence to the user; empty where it is possible'),
  needs: z.array(z.object({
    id: line(8).describe('s1, s2, …'),
    request: line(400).describe('the part of the request, in the words of the user'),
    description: line(200).describe('what a general tool for it does, in one sentence, without the values of this request'),
    name: line(64).describe('what such a tool is called, snake_case'),
    values: z.array(z.object({
      name: line(64).describe('general name of the parameter, snake_case'),
      type: z.enum(TYPES),
      json: z.string().max(20_000).describe('the value as JSON; null where it comes from elsewhere'),
      from: line(8).nullable().describe('id of the need whose result it is, or today, or seed; else null'),
    })).max(20),
    returns: z.enum(TYPES),
    examples: z.array(z.object({ arguments: z.string().max(4_000).describe('JSON object'), result: z.string().max(4_000).describe('JSON') })).max(10).describe('only calls whose result the user states'),
    language: z.enum(LANGUAGES).nullable().describe('only where the user asks for a tool in this programming language'),
  })).max(MOST_NEEDS),
  answer: line(400).describe('with several needs: the sentence that answers, with {s1}, {s2} for their results; else empty'),
});
type Reply = z.infer<typeof replySchema>;

const SYSTEM = `You read requests for a program that answers them with small tools. A tool is a pure function: it gets numbers, texts, booleans, lists or objects, and returns one value. It has no network, no files, no clock, no chance, no memory and no language model inside.

Say what the request needs:
- One need for each general tool. Most requests need one. Split only where the result of one general tool goes into another, or where several things are asked.
- "description" and "name" say what such a tool does in general: "Sum the digits of a whole number.", sum_of_digits. Never put values of this request into them.
- Every value of the request goes into "values", as JSON, under a general name. Numbers stay as they are said, in the unit that is said: 20 minutes are 20. What is left out and has an obvious meaning is not a value.
- The date of today and a seed for chance are values from "today" and "seed".
- "examples" hold only calls whose results the user states. Never work out a result yourself.
- Requests that need the network, secrets, files, other programs or accounts, or an opinion, creative writing, translation, general knowledge or advice are not possible for such tools. Facts that a general table holds and that do not change (units, roman numerals, codes of a standard) are possible.
- A request that cannot be done without asking back is "unclear".
You answer in JSON.`;

/**
 * Reads a request: what it needs done, each thing with a general description to look a tool up by, and its values.
 *
 * @param key stable name of this call, for the record of the job
 * @throws as `Models.ask`
 */
export async function understand(request: string, world: World, deps: { models: Pick<Models, 'ask'>; key: string; signal?: AbortSignal }): Promise<Understood> {
  const { models, key, signal } = deps;
  const asked = `Request: ${request}\n\nToday is ${world.today}.`;
  const { value, text } = await models.ask<Reply>({ role: 'planner', key, schema: replySchema, schemaName: 'request_needs', system: SYSTEM, messages: [{ role: 'user', content: asked }], signal });
  const read = readReply(value, request);
  if (typeof read !== 'string') return read;
  const again = await models.ask<Reply>({
    role: 'planner', key: `${key}/again`, schema: replySchema, schemaName: 'request_needs', system: SYSTEM, signal,
    messages: [{ role: 'user', content: asked }, { role: 'assistant', content: text }, { role: 'user', content: `That cannot be used: ${read} Answer again, whole.` }],
  });
  const second = readReply(again.value, request);
  if (typeof second !== 'string') return second;
  throw new UntilgreenError('model_reply_invalid', `The model could not say what the request needs: ${second}`, { request }, 'Say the request in other words, or use a larger model.');
}

/** What can be used of a reply, or in a sentence what is wrong with it. */
function readReply(reply: Reply, request: string): Understood | string {
  if (!reply.possible) return { kind: 'impossible', reason: reply.reason ?? 'unclear', says: reply.says.trim() || 'No tool can do this.' };
  if (reply.needs.length === 0) return 'it is possible, but no need is named.';
  const needs: Need[] = [];
  const ids = new Set(reply.needs.map(({ id }) => id));
  if (ids.size < reply.needs.length) return 'two needs have the same id.';
  const world = WORLD_NAMES.find((name) => ids.has(name));
  if (world) return `a need cannot be called ${world}.`;
  for (const need of reply.needs) {
    const values: Need['values'] = [];
    for (const { name, type, json, from } of need.values) {
      if (from !== null && from !== '') {
        if (!ids.has(from) && !(WORLD_NAMES as readonly string[]).includes(from)) return `"${name}" of ${need.id} comes from "${from}", which is no need.`;
        if (from === need.id) return `${need.id} needs its own result.`;
        values.push({ name, type, from });
        continue;
      }
      // A small model writes a text without its quotes: what is no JSON is the text itself.
      const value = jsonOf(json);
      values.push({ name, type, value: value === undefined || (type === 'string' && typeof value !== 'string') ? json : value });
    }
    const examples: Need['examples'] = [];
    for (const example of need.examples) {
      const [given, result] = [jsonOf(example.arguments), jsonOf(example.result)];
      if (isObject(given) && result !== undefined && isStated(result, request)) examples.push({ arguments: given, result });
    }
    needs.push({ id: need.id, request: need.request.trim() || request, description: need.description.trim() || request, name: snakeCase(need.name || need.description), values, returns: need.returns, examples, ...(need.language ? { language: need.language } : {}) });
  }
  // By the words of its part a tool is found again: two needs under the same words would be served by one tool.
  const words = needs.map((need) => need.request);
  for (const need of needs) if (words.filter((other) => other === need.request).length > 1) need.request = `${need.request} (${need.description})`;
  const circle = circleIn(needs);
  if (circle) return `the needs ${circle.join(', ')} wait for each other.`;
  return { kind: 'needs', needs, answer: needs.length > 1 ? reply.answer.trim() : '' };
}

/**
 * Do the words of a request hold all texts and numbers of a result. One that the model worked out itself would count as the user's: never in dispute, and
 * a tool that gives otherwise would be passed over.
 */
function isStated(result: Json, request: string): boolean {
  if (typeof result === 'string') return spaced(request).includes(spaced(result));
  if (typeof result === 'number') return numbersIn(request).some((number) => Math.abs(number) === Math.abs(result));
  if (typeof result !== 'object' || result === null) return true;
  return Object.values(result).every((item) => isStated(item, request));
}

const spaced = (text: string): string => text.replaceAll(/[\s"'`\\]+/g, ' ').trim().toLowerCase();
/** With and without commas between digits: `1,000` is one number, `[1,2]` are two. */
const numbersIn = (text: string): number[] => [...text.matchAll(/\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi), ...text.replaceAll(/(?<=\d)[,_](?=\d{3}(?!\d))/g, '').matchAll(/\d+(?:\.\d+)?/g)].map(([number]) => Number(number));

/** A name as tools have it: 3 to 64 lower-case letters, digits and `_`. */
export function snakeCase(text: string): string {
  const words = text.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase().match(/[a-z\d]+/g) ?? [];
  const name = words.join('_').slice(0, 64).replace(/_+$/, '');
  return /^[a-z]/.test(name) && name.length >= 3 ? name : `tool_${name}`.replace(/_+$/, '');
}

/** Needs that wait for each other, or undefined. */
function circleIn(needs: readonly Need[]): string[] | undefined {
  const done = new Set<string>(WORLD_NAMES);
  let open = [...needs];
  for (;;) {
    const ready = open.filter(({ values }) => values.every(({ from }) => from === undefined || done.has(from)));
    if (ready.length === 0) return open.length > 0 ? open.map(({ id }) => id) : undefined;
    for (const { id } of ready) done.add(id);
    open = open.filter((need) => !ready.includes(need));
  }
}
