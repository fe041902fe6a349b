import { isRecord } from '../../../core/record.ts';
import { seededRandom, type Random } from '../../../selection/random.ts';
import { schemaProblem } from '../../run/schemas.ts';
import type { Json, JsonObject, JsonSchema, ToolCase } from '../../types.ts';

/** What grows: lists and texts, numbers, or both. Often only one of them makes sense (a number may be a place in a list). */
export type Growth = 'length' | 'size' | 'both';
export const GROWTHS: readonly Growth[] = ['length', 'size', 'both'];

const FACTORS = [1, 4, 16, 64, 256, 1024] as const;
/** Cases that are made larger. */
const CASES = 3;
const MOST_ITEMS = 10_000;
const MOST_LETTERS = 100_000;
const MOST_NUMBER = 1e9;
/** Characters of one input as JSON: larger ones take longer to read than to compute. */
const MOST_TEXT = 200_000;

/**
 * Arguments like those of the cases, but larger and larger, as far as the contract takes them: what a faster code is to be faster on. Numbers of a
 * list that is made longer are changed a little and mixed, so that it is not one short list over and over.
 *
 * @returns the smallest first
 */
export function scaledInputs(cases: readonly ToolCase[], parameters: JsonSchema, growth: Growth, seed: number): JsonObject[] {
  const random = seededRandom(seed);
  const bases = cases.filter(({ error }) => error === undefined).map((one) => one.arguments).toSorted((a, b) => JSON.stringify(b).length - JSON.stringify(a).length).slice(0, CASES);
  const found = new Map<string, JsonObject>();
  for (const factor of FACTORS) {
    for (const base of bases) {
      const scaled = Object.fromEntries(Object.entries(base).map(([name, value]) => [name, grown(value, factor, growth, random)]));
      const text = JSON.stringify(scaled);
      if (text.length <= MOST_TEXT && !found.has(text) && schemaProblem(parameters, scaled) === undefined) found.set(text, scaled);
    }
  }
  return [...found.values()];
}

function grown(value: Json, factor: number, growth: Growth, random: Random): Json {
  if (typeof value === 'number') return growth === 'length' ? value : largerNumber(value, factor);
  if (growth === 'size') return Array.isArray(value) ? value.map((item) => grown(item, factor, growth, random)) : value;
  if (typeof value === 'string') return longerText(value, factor, random);
  if (Array.isArray(value)) return longerList(value, factor, growth, random);
  return isRecord(value) ? (Object.fromEntries(Object.entries(value).map(([name, item]) => [name, grown(item as Json, factor, growth, random)])) as Json) : value;
}

function largerNumber(value: number, factor: number): number {
  const scaled = value * factor;
  return Math.abs(scaled) > MOST_NUMBER ? value : scaled;
}

/** The pieces of a text over and over, in another order each time: words where there are any, else letters. */
function longerText(text: string, factor: number, random: Random): string {
  const pieces = text.match(/\s+|\S+/g) ?? [];
  const parts = pieces.length > 1 ? pieces : [...text];
  if (factor === 1 || text.length * factor > MOST_LETTERS) return text;
  return Array.from({ length: factor }, (_, turn) => (turn === 0 ? parts : mixed(parts, random)).join('')).join(pieces.length > 1 ? ' ' : '');
}

/** Items that are lists themselves grow in number alone. */
function longerList(items: readonly Json[], factor: number, growth: Growth, random: Random): Json[] {
  if (factor === 1 || items.length * factor > MOST_ITEMS) return [...items];
  const more = Array.from({ length: factor - 1 }, () => items.map((item) => (typeof item === 'number' ? moved(item, factor, growth, random) : item)));
  return random.shuffled([...items, ...more.flat()]);
}

function moved(value: number, factor: number, growth: Growth, random: Random): number {
  const reach = growth === 'both' ? factor : 3;
  const step = random.between(-reach, reach);
  return Number.isInteger(value) ? (value >= 0 ? Math.abs(value + step) : value + step) : value + step / 4;
}

const mixed = <T>(items: readonly T[], random: Random): T[] => random.shuffled(items);
