import { canonicalJson } from '../../../core/hash.ts';
import type { Suggestion } from '../../interfaces.ts';
import { meetsCase } from '../../run/meets.ts';
import type { Capability, Json, JsonObject, ToolCase } from '../../types.ts';
import type { RunCodes } from '../effects.ts';
import { accepts, fieldsOf } from '../schemas.ts';
import { alikeByWords } from './alike.ts';

/** Cases that have to hold before it is believed, and different results among them. */
const CASES = 3;
const RESULTS = 2;
/** Values that are tried for the parameter that one tool has more. */
const CONSTANTS = 12;
/** Tools whose descriptions share less are not compared: each comparison is a run. */
const RELATED = 0.25;

/**
 * Tools that are another one with a fixed argument: `double(x)` is `multiply(x, 2)`. The other one is run on the cases of the first, with values
 * for its further parameter that its own cases, its default and its enum show; where all cases hold with one value, it can do for both.
 */
export async function subsumed(tools: readonly Capability[], run: RunCodes, alike: (a: string, b: string) => number = alikeByWords): Promise<Suggestion[]> {
  const active = tools.filter(({ status }) => status === 'active');
  const found: Suggestion[] = [];
  for (const narrow of active) {
    const cases = narrow.cases.filter(({ error }) => error === undefined);
    if (cases.length < CASES || new Set(cases.map(({ result }) => canonicalJson(result))).size < RESULTS) continue;
    for (const wide of active.filter((one) => one.name !== narrow.name && alike(one.description, narrow.description) >= RELATED)) {
      const fixed = await fixedArgument(narrow, cases, wide, run);
      if (fixed) found.push({ kind: 'existing', name: wide.name, description: wide.description, why: `${narrow.name} is ${wide.name} with ${fixed.name} = ${JSON.stringify(fixed.value)} on all of its ${cases.length} cases` });
    }
  }
  return found;
}

async function fixedArgument(narrow: Capability, cases: readonly ToolCase[], wide: Capability, run: RunCodes): Promise<{ name: string; value: Json } | undefined> {
  for (const { name, rename } of placements(narrow, wide)) {
    const values = constantsOf(wide, name);
    const args = values.flatMap((value) => cases.map((one) => ({ ...rename(one.arguments), [name]: value })));
    const [row] = await run(wide, [wide.code], args);
    const at = values.findIndex((_, index) => cases.every((one, column) => meetsCase(one, row![index * cases.length + column]!)));
    if (at >= 0) return { name, value: values[at]! };
  }
  return undefined;
}

/** Each parameter that may be the one too many, where all others take what the narrow tool takes: by name where the names are the same, else by place. */
function placements(narrow: Capability, wide: Capability): { name: string; rename: (args: JsonObject) => JsonObject }[] {
  const [own, other] = [fieldsOf(narrow.parameters), fieldsOf(wide.parameters)];
  const names = Object.keys(own);
  if (Object.keys(other).length !== names.length + 1) return [];
  return Object.keys(other).flatMap((name) => {
    const rest = Object.keys(other).filter((one) => one !== name);
    const target = names.every((one) => rest.includes(one)) ? names : rest;
    if (!names.every((one, at) => accepts(other[target[at]!]!, own[one]!))) return [];
    return [{ name, rename: (args: JsonObject) => Object.fromEntries(names.flatMap((one, at) => (args[one] === undefined ? [] : [[target[at]!, args[one]]]))) }];
  });
}

function constantsOf({ parameters, cases }: Capability, name: string): Json[] {
  const schema = fieldsOf(parameters)[name] ?? {};
  const shown = [...cases.map((one) => one.arguments[name]), schema['default'], ...(Array.isArray(schema['enum']) ? (schema['enum'] as Json[]) : [])];
  const values = new Map(shown.flatMap((value) => (value === undefined ? [] : [[canonicalJson(value), value as Json] as const])));
  return [...values.values()].slice(0, CONSTANTS);
}
