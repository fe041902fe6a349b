import type { Value } from '../languages/function/value.ts';
import type { Domain } from './domain.ts';
import type { Random } from './random.ts';

/** How far beyond the lengths of the examples a new value may go: enough for a loop to go round once or twice more. */
const LONGER = 3;

/** An ordinary value of a domain: of a kind, a size and with parts as the examples have them. Undefined where the type has no literal. */
export function fresh(domain: Domain, random: Random): Value | undefined {
  if (domain.seen.length > 0 && random.chance(0.3)) return random.pick(domain.seen);
  if (domain.kinds.length === 0) return domain.nullable ? { kind: 'null' } : undefined;
  const kind = random.pick(domain.kinds);
  switch (kind) {
    case 'null':
    case 'undefined':
      return { kind };
    case 'bool':
      return { kind, value: random.chance(0.5) };
    case 'int':
      return { kind, value: String(freshInt(domain, random)) };
    case 'float':
      return { kind, value: freshFloat(domain, random) };
    case 'string':
      return { kind, value: freshText(domain, random) };
    case 'bytes':
      return { kind, value: Array.from({ length: random.between(0, 4) }, () => random.between(0, 255).toString(16).padStart(2, '0')).join('') };
    case 'list':
      return { kind, items: freshItems(domain, random) };
    case 'set':
      return { kind, items: distinct(freshItems(domain, random)) };
    case 'tuple': {
      const items = domain.tuple?.items.map((place) => fresh(place, random)) ?? [];
      return items.every((item) => item !== undefined) ? { kind, items } : undefined;
    }
    case 'map':
      return freshMap(domain, random);
    case 'object':
      return undefined;
  }
}

/** From a little below the smallest to about twice the largest; never below zero where no example is. */
export function freshInt({ int }: Domain, random: Random): bigint {
  if (!int) return BigInt(random.between(0, 9));
  const low = int.least < 0n ? int.least * 2n : int.least < 2n ? int.least : int.least / 2n;
  const high = int.most > 0n ? int.most + (int.most > 40n ? int.most / 4n : int.most) + 2n : int.most;
  return low + (BigInt(Math.floor(random.next() * 2 ** 40)) * (high - low + 1n)) / 2n ** 40n;
}

function freshFloat({ float, seen }: Domain, random: Random): number {
  const { least, most, decimals } = float ?? { least: 0, most: 10, decimals: 1 };
  const margin = Math.max(1, (most - least) / 4);
  const low = least < 0 ? least - margin : Math.max(0, least - margin);
  const value = low + random.next() * (most + margin - low);
  // Where no example says more, a number is as often a whole one: JavaScript has one type for both.
  return seen.length === 0 && random.chance(0.5) ? Math.round(value) : rounded(value, decimals);
}

function freshText(domain: Domain, random: Random): string {
  const { string } = domain;
  if (!string) return random.pick(['a', 'ab', 'Abc', 'a b', '12']);
  const model = domain.seen.length > 0 ? random.pick(domain.seen) : undefined;
  // A date, a version, a fraction: the same form with other letters and digits is still one.
  if (model?.kind === 'string' && random.chance(0.4)) return [...model.value].map((letter) => (random.chance(0.5) ? sameClass(letter, random) : letter)).join('');
  const length = random.between(Math.min(string.shortest, 1), string.longest + LONGER);
  return Array.from({ length }, () => random.pick(string.alphabet)).join('');
}

function freshItems({ items }: Domain, random: Random): Value[] {
  if (!items) return [];
  const length = random.between(Math.min(items.shortest, 1), items.longest + LONGER);
  return Array.from({ length }, () => fresh(items.of, random)).filter((item) => item !== undefined);
}

function freshMap({ map }: Domain, random: Random): Value | undefined {
  if (!map) return { kind: 'map', entries: [] };
  const entries: [Value, Value][] = [];
  if (map.fields) {
    for (const { name, of, optional } of map.fields) {
      if (optional && random.chance(0.5)) continue;
      const value = fresh(of, random);
      if (value === undefined) return undefined;
      entries.push([{ kind: 'string', value: name }, value]);
    }
    return { kind: 'map', entries };
  }
  const size = random.between(Math.min(map.shortest, 1), map.longest + LONGER);
  for (let at = 0; at < size; at += 1) {
    const [key, value] = [fresh(map.key, random), fresh(map.value, random)];
    if (key !== undefined && value !== undefined) entries.push([key, value]);
  }
  return { kind: 'map', entries: entries.filter(([key], at) => entries.findIndex(([other]) => sameText(key, other)) === at) };
}

/** Another character of the same class: a digit for a digit, a small letter for a small one; others stay. */
export function sameClass(character: string, random: Random): string {
  for (const characters of ['0123456789', 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ']) if (characters.includes(character)) return random.pick([...characters]);
  return character;
}

export const rounded = (value: number, decimals: number): number => Number(value.toFixed(Math.max(1, decimals)));
export const distinct = (items: readonly Value[]): Value[] => items.filter((item, at) => items.findIndex((other) => sameText(item, other)) === at);
const sameText = (one: Value, other: Value): boolean => JSON.stringify(one) === JSON.stringify(other);
