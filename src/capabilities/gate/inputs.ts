import type { Signature } from '../../languages/function/types.ts';
import type { Value } from '../../languages/function/value.ts';
import { makeInputs } from '../../selection/inputs.ts';
import { seededRandom } from '../../selection/random.ts';
import { schemaProblem } from '../run/schemas.ts';
import { toJson, toValue } from '../run/values.ts';
import type { JsonObject, JsonSchema, ToolCase } from '../types.ts';

/** Made for each that is wanted: some lie outside the bounds of the schema, or are no JSON. */
const SPARE = 2;

/** Share of the inputs whose values all stand in some case, in another combination. */
const JOINED_SHARE = 0.3;

/**
 * Arguments like those of the cases, within what the contract takes. Cases that give a result are what they are made from: around refused
 * arguments there is little to compare.
 */
export function inputsFor(signature: Signature, parameters: JsonSchema, cases: readonly ToolCase[], count: number, seed: number): JsonObject[] {
  const answered = cases.filter(({ error }) => error === undefined);
  const examples = (answered.length > 0 ? answered : cases).flatMap((one) => valuesOf(signature, one.arguments) ?? []);
  const own = new Set(cases.map((one) => JSON.stringify(one.arguments)));
  const found = recombined(cases, own.size + Math.floor(count * JOINED_SHARE), seed).filter((args) => !own.has(JSON.stringify(args)) && schemaProblem(parameters, args) === undefined).slice(0, Math.floor(count * JOINED_SHARE));
  for (const values of makeInputs(examples, signature.parameters, { count: count * SPARE, seed })) {
    const made = argumentsOf(signature, values);
    if (made && schemaProblem(parameters, made) === undefined) found.push(made);
    if (found.length === count) break;
  }
  return found;
}

/** In the order of the parameters, as one list of one input; undefined where a value does not fit its type, or one between others is left out. */
export function valuesOf(signature: Signature, args: JsonObject): [Value[]] | undefined {
  const values: Value[] = [];
  let missing = false;
  for (const { name, type } of signature.parameters) {
    const given = args[name];
    if (given === undefined) {
      missing = true;
      continue;
    }
    const value = missing ? undefined : toValue(given, type);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return [values];
}

function argumentsOf({ parameters }: Signature, values: readonly Value[]): JsonObject | undefined {
  const made: JsonObject = {};
  for (const [at, value] of values.entries()) {
    const json = toJson(value);
    const name = parameters[at]?.name;
    if (json === undefined || name === undefined) return undefined;
    made[name] = json;
  }
  return made;
}

/**
 * Arguments of cases that give a result, joined anew: each value is one that the contract takes, which made ones seldom are where a text has to be a date or
 * an address. At most `count`, the cases' own among them.
 */
export function recombined(cases: readonly ToolCase[], count: number, seed: number): JsonObject[] {
  const answered = cases.filter(({ error }) => error === undefined).map((one) => one.arguments);
  const found = new Map(answered.slice(0, count).map((args) => [JSON.stringify(args), args]));
  const random = seededRandom(seed);
  for (let attempt = 0; answered.length > 1 && found.size < count && attempt < count * 4; attempt += 1) {
    const base = random.pick(answered);
    const joined = Object.fromEntries(Object.keys(base).map((name) => [name, random.pick(answered)[name] ?? base[name]!]));
    found.set(JSON.stringify(joined), joined);
  }
  return [...found.values()];
}
