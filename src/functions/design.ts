import { z } from 'zod';
import { UntilgreenError, asError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { Example, Property, Signature } from '../languages/function/types.ts';
import type { SamplerInfo } from '../models/sampler.ts';
import type { Answer, Models, Usage } from '../models/types.ts';
import { NO_USAGE } from '../models/usage.ts';
import { expectedText } from './contradictions.ts';
import type { Given } from './read.ts';

/** What the design stage adds to what the user gave. */
export interface Design {
  signature?: Signature;
  /** One sentence, for the finished function's doc. */
  doc?: string;
  /** Guessed: they vote and never gate. */
  examples: Example[];
  properties: Property[];
  notes: string[];
}

/**
 * Bounds of the reply. Every text and list has one, so that a grammar cannot run on: with 420 tokens of room a 135M model gave valid JSON 20
 * times of 20, and all its failures with less were cut ones.
 */
const REPLY_TOKENS = 640;
const line = (most: number) => z.string().min(1).max(most);

const signatureField = { signature: line(200).describe('the head of the function with types, on one line') };
const contractFields = {
  doc: line(200).describe('one sentence: what it returns'),
  examples: z.array(z.object({ call: line(100).describe('a call with literal arguments'), result: line(80).describe('the value it returns, as a literal') })).max(5),
  properties: z.array(z.object({ text: line(100).describe('a law that always holds, in words'), expression: line(120).describe('the law as a boolean expression over the parameters') })).max(3),
};

interface Contract {
  signature?: string;
  doc?: string;
  examples?: { call: string; result: string }[];
  properties?: { text: string; expression: string }[];
}

/** Is there something that only a design can add? */
export function needsDesign(given: Pick<Given, 'signature' | 'examples' | 'tests'>): boolean {
  return given.signature === undefined || lacksExamples(given);
}

/** A test file says what is right as examples do. */
const lacksExamples = ({ examples, tests }: Pick<Given, 'examples' | 'tests'>): boolean => examples.length === 0 && tests === undefined;

/** Billions of parameters below which a form comes back filled with the question: a 135M model wrote the task into every field. */
const LEAST_BILLIONS = 0.5;

/** Can a model make a design: base models and the tiniest cannot, and asking them costs a minute. What is not known is tried. */
export function fillsForms({ form, billions }: Pick<SamplerInfo, 'form' | 'billions'>): boolean {
  return form !== 'completion' && (billions === undefined || billions >= LEAST_BILLIONS);
}

/**
 * Asks once for what the user did not give, in a form that a schema holds. What comes is a guess: an example that does not parse is left out, and
 * a reply that is none, as small models give it, is done without.
 *
 * @throws as `Models.ask`, but for `model_reply_invalid`
 */
export async function design(given: Given, models: Pick<Models, 'ask'>, emit: Emit, signal?: AbortSignal): Promise<{ design: Design; usage: Usage; requests: number }> {
  const schema = schemaFor(given);
  let answer: Answer<Contract>;
  try {
    answer = await models.ask<Contract>({
      role: 'tester', key: 'design', schema, schemaName: 'function_design', maxOutputTokens: REPLY_TOKENS, signal,
      system: `You specify ${given.language.name} functions before anyone writes them. You answer in JSON. Keep every text short.`,
      messages: [{ role: 'user', content: question(given) }],
    });
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code !== 'model_reply_invalid') throw error;
    const notes = ['The model gave no valid design; the function is written without one.'];
    emit('design_ready', { ok: false, signature: null, examples: 0, properties: 0 }, 'warn');
    // What an invalid reply cost is in its error.
    const { usage = NO_USAGE, requests = 1 } = error.data as { usage?: Usage; requests?: number };
    return { design: { examples: [], properties: [], notes }, usage, requests };
  }
  const read = await readContract(answer.value, given);
  emit('design_ready', { ok: true, signature: read.signature?.text ?? null, examples: read.examples.length, properties: read.properties.length });
  return { design: read, usage: answer.usage, requests: answer.requests };
}

/** Only what is missing is asked for. */
function schemaFor(given: Given): z.ZodType<Contract> {
  if (given.signature) return z.object(contractFields);
  return lacksExamples(given) ? z.object({ ...signatureField, ...contractFields }) : z.object(signatureField);
}

function question(given: Given): string {
  const { language, name, doc, signature, examples } = given;
  const keyword = { python: 'def', javascript: 'function', typescript: 'function', go: 'func' }[language.name];
  const known = [
    `Function: ${name}`, `Language: ${language.name}`, `Signature: ${signature?.text ?? `to be written as "${keyword} ${name}(…)", with types`}`, `Task: ${doc}`,
    ...(lacksExamples(given) ? [`A call is written as "${name}(…)" with literals in place of the dots.`] : []),
    ...examples.slice(0, 5).map(({ expression, expected }) => `Example: ${expression} gives ${expectedText(expected)}`),
  ];
  return known.join('\n');
}

/** What of a reply can be used. */
async function readContract(contract: Contract, given: Given): Promise<Design> {
  const { language, name } = given;
  const notes: string[] = [];
  let signature: Signature | undefined;
  if (contract.signature !== undefined) {
    signature = await readable(() => language.parseSignature(contract.signature!, name));
    if (!signature) notes.push(`The model's signature cannot be used: ${contract.signature}`);
  }
  const examples: Example[] = [];
  for (const { call, result } of contract.examples ?? []) {
    const read = await readable(() => language.parseExamples(`${call} => ${result}`, name, signature ?? given.signature));
    for (const example of read ?? []) if (!examples.some(({ expression }) => expression === example.expression)) examples.push({ ...example, trust: 'guessed', line: undefined });
  }
  const properties = (contract.properties ?? []).map((property): Property => ({ ...property, trust: 'guessed' }));
  return { ...(signature ? { signature } : {}), ...(contract.doc === undefined ? {} : { doc: contract.doc.trim() }), examples, properties, notes };
}

/** A part of a reply, or undefined where it is refused as bad input: a model's, not the user's. */
async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UntilgreenError && error.code === 'bad_arguments') return undefined;
    throw error;
  }
}
