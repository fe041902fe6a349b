import { isRecord } from '../../core/record.ts';
import { schemaProblem } from '../run/schemas.ts';
import type { Json, JsonObject, JsonSchema } from '../types.ts';

/** Rounds of simpler arguments; each is one wave in the sandbox, a quarter of a second in Python. */
const ROUNDS = 12;
/** Arguments of one round. */
const A_ROUND = 48;

export interface ShrinkOptions {
  /** What arguments have to meet, so that what is left is still a call that the tool has to answer. */
  parameters: JsonSchema;
  /** For each of the arguments: does it fail in the same way? */
  fails(candidates: readonly JsonObject[]): Promise<boolean[]>;
  /** Default 12. */
  rounds?: number;
}

/**
 * Makes failing arguments smaller as long as they fail: what a repair is shown, and what stays as a case, is then the reason and little else.
 *
 * Each round tries simpler forms of the whole, the boldest first (a list emptied, halved, an item less; a text likewise; a number at 0, 1, halved,
 * without its fraction; an optional argument left out; then the same inside of parts), all of them in one wave, and goes on from the first that still
 * fails. It ends when none does, or after its rounds. Each form weighs less than what it was made from, so it cannot go in circles.
 *
 * @param args fail
 * @returns arguments that fail, in the same way; those that were given where nothing simpler does
 */
export async function shrink(args: JsonObject, { parameters, fails, rounds = ROUNDS }: ShrinkOptions): Promise<JsonObject> {
  const tried = new Set([JSON.stringify(args)]);
  let best = args;
  for (let round = 0; round < rounds; round += 1) {
    const forms = simplerArguments(best, parameters).filter((one) => !tried.has(JSON.stringify(one)) && schemaProblem(parameters, one) === undefined).slice(0, A_ROUND);
    if (forms.length === 0) break;
    for (const one of forms) tried.add(JSON.stringify(one));
    const failing = await fails(forms);
    const found = forms.find((_, at) => failing[at]);
    if (found === undefined) break;
    best = found;
  }
  return best;
}

function simplerArguments(args: JsonObject, parameters: JsonSchema): JsonObject[] {
  const names = Object.keys(args);
  const left = names.map((name) => without(args, name)).filter((one) => schemaProblem(parameters, one) === undefined);
  // By turns, so that one long argument does not take all of a round.
  return [...left, ...byTurns(names.map((name) => simpler(args[name]!).map((value) => ({ ...args, [name]: value }))))];
}

/** Values that are simpler than one, the boldest first. All weigh less. */
export function simpler(value: Json): Json[] {
  const forms = formsOf(value);
  const seen = new Set<string>();
  return forms.filter((form) => weight(form) < weight(value) && !seen.has(JSON.stringify(form)) && seen.add(JSON.stringify(form)));
}

function formsOf(value: Json): Json[] {
  if (typeof value === 'number') return [0, 1, -1, Math.trunc(value / 2), Math.trunc(value), -value, Math.trunc(value) - Math.sign(value), Number(value.toPrecision(2))];
  if (typeof value === 'string') {
    const letters = [...value];
    return [...parts(letters).map((some) => some.join('')), ...letters.slice(0, PLACES).map((_, at) => letters.with(at, 'a').join(''))];
  }
  if (typeof value === 'boolean') return [false];
  if (Array.isArray(value)) return [...parts(value), ...byTurns(value.slice(0, PLACES).map((item, at) => simpler(item).map((form) => value.with(at, form))))];
  if (!isRecord(value)) return [];
  const names = Object.keys(value).slice(0, PLACES);
  return [...names.map((name) => without(value, name)), ...byTurns(names.map((name) => simpler(value[name]!).map((form) => ({ ...value, [name]: form }))))];
}

/** Places of a list or text that are tried one by one; more lie in what halving leaves. */
const PLACES = 12;

/** None of them, halves, quarters less, and one less. */
function parts<T>(items: readonly T[]): T[][] {
  const { length } = items;
  const found: T[][] = [[]];
  for (const count of [Math.ceil(length / 2), Math.ceil(length / 4)]) {
    for (let from = 0; from < length && count > 1; from += count) found.push(items.slice(from, from + count), items.toSpliced(from, count));
  }
  for (let at = 0; at < Math.min(length, PLACES); at += 1) found.push(items.toSpliced(at, 1));
  return found;
}

/** What is made smaller: parts first, then what stands in them. */
function weight(value: Json): number {
  if (value === null || value === false) return 1;
  if (value === true) return 2;
  // Each digit weighs, a sign and a fraction a little more than the number without.
  if (typeof value === 'number') return 1 + Math.log2(1 + Math.abs(value)) + (value < 0 ? 0.5 : 0) + (Number.isInteger(value) ? 0 : String(value).length);
  if (typeof value === 'string') return 1 + [...value].reduce((sum, letter) => sum + (letter === 'a' ? 1 : 1.5), 0);
  if (Array.isArray(value)) return 1 + value.reduce<number>((sum, item) => sum + 1 + weight(item), 0);
  return 1 + Object.values(value).reduce<number>((sum, item) => sum + 1 + weight(item), 0);
}

function byTurns<T>(lists: readonly T[][]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

function without<T extends Json>(value: { [key: string]: T }, name: string): { [key: string]: T } {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
}
