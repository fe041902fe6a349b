import { z } from 'zod';
import { asError, UntilgreenError } from '../../core/errors.ts';
import { functionLanguage } from '../../languages/function/registry.ts';
import type { FunctionLanguage, FunctionLanguageName, Signature } from '../../languages/function/types.ts';
import { isObject, jsonOf, objectOf } from '../json-text.ts';
import { schemaProblem, schemasOf } from '../run/schemas.ts';
import type { Capability, Contract, JsonObject, Need, ToolCase, ToolProperty } from '../types.ts';
import { snakeCase } from '../understand/understand.ts';
import type { SynthesisDeps } from './deps.ts';

/** What is to be made, and how the request calls it. */
export interface Specification {
  contract: Contract;
  signature: Signature;
  language: FunctionLanguage;
  /** Seen by whoever writes the code: what the user stated, then what the specification adds. */
  visible: ToolCase[];
  properties: ToolProperty[];
  /** Arguments of the present request; values of other needs stand as `{"$from": "s1"}`. */
  call: JsonObject;
}

const line = (most: number) => z.string().max(most);
/** A case as a model writes it: texts of JSON, because a schema that allows any value is refused by some servers. */
export const caseSchema = z.object({
  arguments: z.string().max(8_000).describe('JSON object, parameter names to values'),
  working: line(600).describe('how the result is worked out, step by step'),
  result: z.string().max(8_000).nullable().describe('the result as JSON; null where it is refused'),
  refused: z.boolean().describe('true where the arguments are refused with an error'),
});
export const propertySchema = z.object({ text: line(160).describe('a law that holds for all arguments, in words'), expression: line(300).describe('the law as a boolean expression of the language, over the parameters and the function') });

const specSchema = z.object({
  name: line(64).describe('snake_case'),
  description: line(200).describe('one sentence: what it gives for what'),
  signature: line(400).describe('the head of the function with types, on one line'),
  parameters: z.array(z.object({ name: line(64), description: line(160) })).max(12),
  returns: line(160).describe('what the result is'),
  errors: z.array(z.object({ when: line(160), error: line(64).describe('class of the exception in the language') })).max(6),
  answer: line(300).describe('sentence that says a result: "{count} things at {price} each cost {result}."'),
  examples: z.array(caseSchema).min(1).max(6),
  properties: z.array(propertySchema).max(4),
  call: z.string().max(20_000).describe('JSON object: the arguments of the present request'),
});
type Reply = z.infer<typeof specSchema>;

/** How heads are written, and which errors are raised. */
const HEADS: Record<FunctionLanguageName, string> = {
  python: 'Python: "def name(a: float, items: list[str], sep: str = \',\') -> str:". Types: int, float, str, bool, list[…], dict[str, …], None and unions of them. Errors: raise ValueError or TypeError.',
  javascript: 'JavaScript: "function name(a, items, sep = \',\') {". Errors: throw new RangeError or TypeError.',
  typescript: 'TypeScript: "function name(a: number, items: string[], sep: string = \',\'): string {". Errors: throw new RangeError or TypeError.',
  go: 'Go: "func name(a float64, items []string) (string, error) {". An error is returned last; its class is left empty.',
};

const SYSTEM = `You specify small tools before anyone writes them. A tool is one pure function: JSON values in, one JSON value out; no files, network, clock, chance or state. It is kept for good and used for many requests, so make it general: what could differ in the next request of the kind is a parameter, and it does one thing.

- "signature" is the head in the language asked for, snake_case names in every language.
- Numbers that may have a fraction are floating point, in the unit in which people say them.
- "errors" name the arguments that have no answer and are refused; leave ordinary ones in.
- "examples" are 3 to 5 calls with small values of which you are certain; work each out in "working" before you write its result. Include one that is refused where there are errors.
- "properties" are 2 to 4 laws that hold for all arguments that are not refused, as boolean expressions of the language: "name(a, b) == name(b, a)", "len(name(text)) == len(text)". Compare floats with a tolerance. Only laws of which you are certain.
- "answer" says the result in a sentence with {result} and the parameters in braces.
- "call" holds the arguments of the present request; a value that comes from another need is {"$from": "s1"}.
You answer in JSON.`;

/**
 * Has a tool for a need specified: signature, schemas, errors, first examples, laws, and how the request calls it. A reply that does not hold
 * together is handed back once, with what is wrong.
 *
 * @param near tools that are like it, by whose names it must not go
 * @throws `model_reply_invalid`, and as `Models.ask`
 */
export async function specify(need: Need, near: { tools: readonly Capability[]; taken: ReadonlySet<string>; failures: readonly string[] }, deps: Pick<SynthesisDeps, 'models' | 'settings' | 'key' | 'signal'>, languageName: FunctionLanguageName): Promise<Specification> {
  const language = functionLanguage(languageName);
  const question = questionOf(need, near, languageName);
  const ask = (messages: { role: 'user' | 'assistant'; content: string }[], key: string) =>
    deps.models.ask<Reply>({ role: 'planner', key, schema: specSchema, schemaName: 'tool_specification', system: SYSTEM, messages, signal: deps.signal });
  const first = await ask([{ role: 'user', content: question }], `${deps.key}/specify`);
  const read = await readReply(renamed(first.value, near.taken), need, language);
  if (typeof read !== 'string') return read;
  const again = await ask([{ role: 'user', content: question }, { role: 'assistant', content: first.text }, { role: 'user', content: `That cannot be used: ${read} Answer again, whole.` }], `${deps.key}/specify/again`);
  const second = await readReply(renamed(again.value, near.taken), need, language);
  if (typeof second !== 'string') return second;
  throw new UntilgreenError('model_reply_invalid', `The model could not specify a tool for "${need.description}": ${second}`, { need: need.description }, 'Say in the request what is to come out, or use a larger model.');
}

function questionOf(need: Need, { tools, taken, failures }: { tools: readonly Capability[]; taken: ReadonlySet<string>; failures: readonly string[] }, language: FunctionLanguageName): string {
  const values = need.values.map(({ name, type, value, from }) => `- ${name} (${type}): ${from === undefined ? short(JSON.stringify(value)) : `the result of ${from}, {"$from": "${from}"}`}`);
  return [
    `Language: ${HEADS[language]}`,
    `What it is to do: ${need.description}`,
    `Possible name: ${need.name}${taken.has(need.name) ? ' (taken by another tool: choose one that tells them apart)' : ''}`,
    `The request: ${need.request}`,
    ...(values.length > 0 ? ['Values of the request:', ...values] : []),
    ...(need.returns === 'any' ? [] : [`It returns: ${need.returns}`]),
    ...need.examples.map((example) => `The user states: ${short(JSON.stringify(example.arguments))} gives ${short(JSON.stringify(example.result))}`),
    ...(tools.length > 0 ? ['Tools that are there already and do something else:', ...tools.map((tool) => `- ${tool.name}: ${tool.description}`)] : []),
    ...(failures.length > 0 ? ['Earlier tries to make such a tool failed:', ...failures.map((failure) => `- ${failure}`)] : []),
  ].join('\n');
}

const short = (text: string): string => (text.length > 600 ? `${text.slice(0, 599)}…` : text);

/** A specification whose name is taken gets another one, wherever it is written. */
function renamed(reply: Reply, taken: ReadonlySet<string>): Reply {
  const name = snakeCase(reply.name);
  if (!taken.has(name)) return reply;
  let number = 2;
  while (taken.has(`${name}_${number}`)) number += 1;
  const anew = (text: string): string => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `${name}_${number}`);
  return { ...reply, name: `${name}_${number}`, signature: anew(reply.signature), properties: reply.properties.map((law) => ({ ...law, expression: anew(law.expression) })) };
}

/** The specification in a reply, or in a sentence what is wrong with it. */
async function readReply(reply: Reply, need: Need, language: FunctionLanguage): Promise<Specification | string> {
  const name = snakeCase(reply.name);
  try {
    const signature = await language.parseSignature(reply.signature, headName(reply.signature) ?? name);
    if (signature.name !== name) return `the signature is that of ${signature.name}, and the name is ${name}.`;
    const { parameters, returns } = schemasOf(signature, Object.fromEntries(reply.parameters.map((parameter) => [parameter.name, oneLine(parameter.description)])));
    const contract: Contract = {
      name, description: oneLine(reply.description), language: language.name, signature: signature.text, parameters, returns: { ...returns, description: oneLine(reply.returns) }, effects: 'pure',
      errors: reply.errors.map(({ when, error }) => ({ when: oneLine(when), ...(error.trim() === '' || language.name === 'go' ? {} : { error: error.trim() }) })),
      answer: answerOf(reply.answer, signature),
    };
    const call = objectOf(reply.call);
    if (!call) return '"call" is no JSON object.';
    const stray = Object.keys(call).find((key) => !signature.parameters.some((parameter) => parameter.name === key));
    if (stray !== undefined) return `"call" names ${stray}, which is no parameter.`;
    const cases = casesOf(reply.examples, contract, 'specification');
    if (cases.length === 0) return 'no example can be used: arguments and result are to be JSON that fits the signature.';
    const stated = need.examples.map((example): ToolCase => ({ ...example, from: 'user' })).filter((one) => schemaProblem(parameters, one.arguments) === undefined);
    return { contract, signature, language, visible: [...stated, ...cases], properties: reply.properties, call };
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code !== 'bad_arguments') throw thrown;
    return error.message;
  }
}

/** These go into pages and prompts, where a line of their own could be taken for a heading or for another speaker. */
const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();

/** The name that a head gives itself. */
const headName = (head: string): string | undefined => /(?:def|function|func)\s+([A-Za-z_]\w*)/.exec(head)?.[1];

/** The template, its braces naming what is there; without any that does, the plain result. */
function answerOf(template: string, signature: Signature): string {
  const names = new Set(['result', ...signature.parameters.map(({ name }) => name)]);
  const asked = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name!.split('.')[0]!);
  return asked.includes('result') && asked.every((name) => names.has(name)) ? oneLine(template) : '{result}';
}

/** Cases of a reply that fit the contract; the others are left out. */
export function casesOf(written: readonly z.infer<typeof caseSchema>[], contract: Pick<Contract, 'parameters' | 'returns'>, from: ToolCase['from']): ToolCase[] {
  const seen = new Set<string>();
  return written.flatMap(({ arguments: given, result, refused }): ToolCase[] => {
    const values = jsonOf(given);
    if (!isObject(values)) return [];
    const key = JSON.stringify(values);
    if (seen.has(key)) return [];
    seen.add(key);
    if (refused) return [{ arguments: values, error: true, from }];
    if (schemaProblem(contract.parameters, values) !== undefined) return [];
    const expected = result === null ? null : jsonOf(result);
    if (expected === undefined || schemaProblem(contract.returns, expected) !== undefined) return [];
    return [{ arguments: values, result: expected, from }];
  });
}
