import { z } from 'zod';
import { schemaProblem } from '../run/schemas.ts';
import { jsonOf } from '../json-text.ts';
import type { Contract, Json, JsonObject, ToolCase, ToolProperty } from '../types.ts';
import type { SynthesisDeps } from './deps.ts';
import { caseSchema, casesOf, propertySchema } from './specify.ts';

type TesterDeps = Pick<SynthesisDeps, 'models' | 'key' | 'signal'>;

/** More than the gate asks for: wrong tools that were admitted slipped past six cases (bench/capabilities), and some of these the tester gets wrong. */
const WANTED_CASES = 12;
const testsSchema = z.object({ cases: z.array(caseSchema).min(5).max(16), properties: z.array(propertySchema).max(4) });
const moreLawsSchema = z.object({ properties: z.array(propertySchema).max(4) });
const killersSchema = z.object({ cases: z.array(caseSchema).max(8) });
const answerSchema = z.object({ working: z.string().max(1_500).describe('worked out step by step'), result: z.string().max(8_000).nullable().describe('the result as JSON; null where it is refused'), refused: z.boolean() });
const lawsSchema = z.object({ laws: z.array(z.object({ number: z.number().int(), working: z.string().max(600), always: z.boolean().describe('true where the law holds for all arguments that are not refused') })).max(8) });

const SYSTEM = `You test small tools of which you see the contract and never the code. A tool is one pure function: JSON values in, one JSON value out. Whoever writes the code never sees your cases, so they decide whether it is right.

- Work out every result by hand, step by step, before you write it down; leave out what you cannot work out for certain.
- Half of the cases are ordinary calls; the others aim at where implementations slip: empty, zero, one, negative, equal values, several that fit, the limits of ranges, rounding, order, optional arguments left out, and what the contract refuses.
- Do not test what the contract leaves open.
- Laws hold for all arguments that are not refused; write them as boolean expressions of the language over the parameters and the function, with a tolerance where floats are compared.
You answer in JSON.`;

/** The contract as the tester sees it: no example, no code. */
export function contractText(contract: Contract): string {
  const { properties } = contract.parameters as { properties: Record<string, { description?: string }> };
  return [
    `Tool: ${contract.name}`, `Language: ${contract.language}`, contract.description, `Head: ${contract.signature}`,
    ...Object.entries(properties).map(([name, { description }]) => `- ${name}: ${description ?? ''}`),
    `Result: ${(contract.returns as { description?: string }).description ?? ''}`,
    ...(contract.errors.length > 0 ? contract.errors.map(({ when, error }) => `Refused${error === undefined ? '' : ` (${error})`}: ${when}`) : ['Nothing is refused by name.']),
  ].join('\n');
}

/** Hidden cases and laws, by a role that sees the contract alone. */
export async function writeTests(contract: Contract, deps: TesterDeps): Promise<{ hidden: ToolCase[]; properties: ToolProperty[] }> {
  const { value } = await deps.models.ask<z.infer<typeof testsSchema>>({
    role: 'tester', key: `${deps.key}/test`, schema: testsSchema, schemaName: 'tool_tests', system: SYSTEM, signal: deps.signal,
    messages: [{ role: 'user', content: `${contractText(contract)}\n\nWrite ${WANTED_CASES} cases and 2 to 4 laws.` }],
  });
  return { hidden: casesOf(value.cases, contract, 'hidden'), properties: value.properties };
}

/**
 * Asks afresh what one call gives, where independent implementations agree with each other and not with a case. The tester is not told what it said
 * before, nor what they gave.
 */
export async function reconsider(contract: Contract, given: JsonObject, deps: TesterDeps): Promise<{ result: Json } | { error: true } | undefined> {
  const { value } = await deps.models.ask<z.infer<typeof answerSchema>>({
    role: 'tester', key: `${deps.key}/reconsider`, schema: answerSchema, schemaName: 'tool_result', system: SYSTEM, signal: deps.signal,
    messages: [{ role: 'user', content: `${contractText(contract)}\n\nWork out with care what this call gives: ${JSON.stringify(given)}` }],
  });
  if (value.refused) return { error: true };
  const result = value.result === null ? null : jsonOf(value.result);
  return result === undefined || schemaProblem(contract.returns, result) !== undefined ? undefined : { result };
}

/** Asks which laws hold indeed, where a counterexample was found to them. Gives those that do. */
export async function reconsiderLaws(contract: Contract, broken: readonly { law: ToolProperty; counterexample: string }[], deps: TesterDeps): Promise<ToolProperty[]> {
  const { value } = await deps.models.ask<z.infer<typeof lawsSchema>>({
    role: 'tester', key: `${deps.key}/laws`, schema: lawsSchema, schemaName: 'tool_laws', system: SYSTEM, signal: deps.signal,
    messages: [{
      role: 'user',
      content: `${contractText(contract)}\n\nAre these laws true for every call that the contract allows? Look at the arguments given with each.\n${broken.map(({ law, counterexample }, at) => `${at + 1}. ${law.text}: ${law.expression}   arguments: ${counterexample.slice(0, 300)}`).join('\n')}`,
    }],
  });
  return broken.flatMap(({ law }, at) => (value.laws.some(({ number, always }) => number === at + 1 && always) ? [law] : []));
}

/** Further laws, where too few of those that were written can be tried or hold. */
export async function writeLaws(contract: Contract, there: readonly ToolProperty[], deps: TesterDeps): Promise<ToolProperty[]> {
  const { value } = await deps.models.ask<z.infer<typeof moreLawsSchema>>({
    role: 'tester', key: `${deps.key}/more-laws`, schema: moreLawsSchema, schemaName: 'tool_more_laws', system: SYSTEM, signal: deps.signal,
    messages: [{
      role: 'user',
      content: `${contractText(contract)}\n\nWrite 3 laws that hold for all arguments that are not refused${there.length > 0 ? `, other than: ${there.map(({ expression }) => expression).join('; ')}` : ''}. Each calls ${contract.name}, and none compares a call with the same call.`,
    }],
  });
  return value.properties;
}

/** Cases that tell changed code from the code, where no case so far does. The tester sees the changed lines alone. */
export async function writeKillers(contract: Contract, survivors: readonly { line: number; before: string; after: string }[], deps: TesterDeps): Promise<ToolCase[]> {
  const { value } = await deps.models.ask<z.infer<typeof killersSchema>>({
    role: 'tester', key: `${deps.key}/killers`, schema: killersSchema, schemaName: 'tool_cases', system: SYSTEM, signal: deps.signal,
    messages: [{
      role: 'user',
      content: `${contractText(contract)}\n\nNo case notices when one of these lines is changed:\n${survivors.slice(0, 12).map(({ before, after }) => `- ${before.slice(0, 160)}   →   ${after.slice(0, 160)}`).join('\n')}\nWrite calls whose right result would differ then, with the result that the contract demands.`,
    }],
  });
  return casesOf(value.cases, contract, 'hidden');
}
