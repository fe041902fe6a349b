import { canonicalJson } from '../../../core/hash.ts';
import { isRecord } from '../../../core/record.ts';
import { meetsCase, runCases } from '../../run/run.ts';
import { schemaProblem } from '../../run/schemas.ts';
import { inputsFor } from '../inputs.ts';
import type { Capability, Json, JsonObject, JsonSchema, ToolCase, UseResult } from '../../types.ts';
import type { Gate, GateContext, Verdict } from '../types.ts';
import { counted } from '../words.ts';

/** Shared inputs, and the share of them on which a duplicate gives the same. Source: the design of the library, 4.3. */
const INPUTS = 50;
const SAME = 0.95;
/** Outputs that are not the commonest one, at least: two tools that say `false` of nearly everything are no duplicates for that. */
const UNCOMMON = 4;
const SEED_OFFSET = 9_000;

/**
 * Is there a tool that does the same. Names do not count, neither do languages: arguments are handed over by their places. Tools whose own cases the
 * draft does not meet are out before anything of them runs.
 */
export const duplicate: Gate = async (context): Promise<Verdict> => {
  const { draft, input } = context;
  const shape = shapeOf(draft);
  const alike = input.tools.filter((tool) => tool.status === 'active' && !isItself(draft, tool) && shapeOf(tool) === shape);
  const near = await thatHold(context, alike);
  for (const tool of near) {
    const { same, compared, uncommon, sameUncommon } = await compare(context, tool);
    if (same < SAME * compared || uncommon < UNCOMMON || sameUncommon < SAME * uncommon) continue;
    context.duplicateOf = tool.name;
    return { ok: false, says: `${tool.name} ${tool.version} gives the same for ${same} of ${counted(compared, 'shared input')}`, data: { alike: alike.length, near: near.length, duplicateOf: tool.name, same, compared, uncommon } };
  }
  return { ok: true, says: `none of ${counted(input.tools.length, 'tool')} does the same (${alike.length} of its shape)`, data: { tools: input.tools.length, alike: alike.length, near: near.length } };
};

/** Another version of the same tool, or one that it is known by. */
const isItself = (draft: Pick<Capability, 'name' | 'aliases'>, tool: Pick<Capability, 'name' | 'aliases'>): boolean => tool.name === draft.name || tool.aliases.includes(draft.name) || draft.aliases.includes(tool.name);

/** Types by position: descriptions, bounds and names of parameters aside. */
function shapeOf({ parameters, returns }: Pick<Capability, 'parameters' | 'returns'>): string {
  const types = isRecord(parameters['properties']) ? Object.values(parameters['properties']).map(typeOf) : [];
  return canonicalJson([types, typeOf(returns)]);
}

/** Integers are numbers: what takes 3 in one language takes 3.0 in another. */
function typeOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(typeOf);
  if (!isRecord(schema)) return schema;
  const { type, properties, items, prefixItems, anyOf, additionalProperties } = schema;
  return { type: type === 'integer' ? 'number' : type, ...(isRecord(properties) ? { properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, typeOf(one)])) } : {}), items: typeOf(items), prefixItems: typeOf(prefixItems), anyOf: typeOf(anyOf), additionalProperties: typeOf(additionalProperties) };
}

const placesOf = ({ properties }: JsonSchema): string[] => (isRecord(properties) ? Object.keys(properties) : []);

/** The same values by place under the names of another. */
function renamed(args: JsonObject, from: JsonSchema, to: JsonSchema): JsonObject {
  const names = placesOf(to);
  return Object.fromEntries(placesOf(from).flatMap((name, at): [string, Json][] => (args[name] === undefined || names[at] === undefined ? [] : [[names[at], args[name]]])));
}

/** Tools of which the draft meets as good as all cases. */
async function thatHold({ draft, run }: GateContext, tools: readonly Capability[]): Promise<Capability[]> {
  const cases = tools.map(({ cases: theirs, parameters }) => theirs.filter(({ error }) => error === undefined).slice(0, 10).map((one) => ({ ...one, arguments: renamed(one.arguments, parameters, draft.parameters) })));
  const all = cases.flat();
  if (all.length === 0) return [];
  const [report] = await run([draft.code], all.map((one) => one.arguments));
  const met = new Map(all.map((one, at): [ToolCase, boolean] => [one, meetsCase(one, report!.results[at]!)]));
  return tools.filter((_, at) => cases[at]!.length > 0 && cases[at]!.filter((one) => !met.get(one)).length <= (1 - SAME) * cases[at]!.length);
}

async function compare({ draft, cases, signature, input: { sandbox, signal, seed = 1 }, run }: GateContext, tool: Capability): Promise<{ same: number; compared: number; uncommon: number; sameUncommon: number }> {
  const theirs = tool.cases.map((one) => ({ ...one, arguments: renamed(one.arguments, tool.parameters, draft.parameters) }));
  const known = [...cases, ...theirs].filter((one) => one.error === undefined && schemaProblem(draft.parameters, one.arguments) === undefined);
  // Cases are where a tool says what it is for: where a made text is never a palindrome, a case is.
  const inputs = [...inputsFor(signature, draft.parameters, [...cases, ...theirs], INPUTS, seed + SEED_OFFSET), ...known.map((one) => one.arguments)];
  const [own] = await run([draft.code], inputs);
  const [other] = await runCases({ language: tool.language, signature: tool.signature, name: tool.name, codes: [tool.code], cases: inputs.map((args) => renamed(args, draft.parameters, tool.parameters)), contract: tool, sandbox, ...(signal ? { signal } : {}) });
  // Where both refuse there is nothing to compare, and where one takes what the other does not take they differ.
  const pairs = inputs.flatMap((args, at): [UseResult, UseResult, JsonObject][] => (own!.results[at]!.ok || other!.results[at]!.ok ? [[own!.results[at]!, other!.results[at]!, args]] : []));
  const isSame = ([mine, its, args]: (typeof pairs)[number]): boolean => mine.ok && meetsCase({ arguments: args, result: mine.result, from: 'agreed' }, its);
  const commonest = commonestOf(pairs.map(([mine]) => mine));
  const uncommon = pairs.filter(([mine]) => keyOf(mine) !== commonest);
  return { same: pairs.filter(isSame).length, compared: pairs.length, uncommon: uncommon.length, sameUncommon: uncommon.filter(isSame).length };
}

const keyOf = (result: UseResult): string => (result.ok ? canonicalJson(result.result) : 'refused');

function commonestOf(results: readonly UseResult[]): string | undefined {
  const counts = new Map<string, number>();
  for (const result of results) counts.set(keyOf(result), (counts.get(keyOf(result)) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0];
}
