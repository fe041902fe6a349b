import type { Value } from '../languages/function/value.ts';
import type { Domain } from './domain.ts';
import { distinct, fresh, freshInt, rounded, sameClass } from './fresh.ts';
import type { Random } from './random.ts';

/** A value near another one, in its domain: what a person would try next. */
export function mutate(value: Value, domain: Domain, random: Random): Value | undefined {
  switch (value.kind) {
    case 'int':
      return { kind: 'int', value: String(random.pick(nearInts(BigInt(value.value), domain, random))) };
    case 'float':
      return typeof value.value === 'number' ? { kind: 'float', value: nearFloat(value.value, domain, random) } : fresh(domain, random);
    case 'bool':
      return { kind: 'bool', value: !value.value };
    case 'string':
      return { kind: 'string', value: nearText(value.value, domain, random) };
    case 'list':
      return { kind: 'list', items: nearItems(value.items, domain, random) };
    case 'set':
      return { kind: 'set', items: distinct(nearItems(value.items, domain, random)) };
    case 'tuple':
      return { kind: 'tuple', items: changedAt(value.items, (at) => domain.tuple?.items[at], random) };
    case 'map':
      return { kind: 'map', entries: nearEntries(value.entries, domain, random) };
    case 'null':
    case 'undefined':
    case 'bytes':
    case 'object':
      return fresh(domain, random);
  }
}

/** A value at the edge of what a domain's type allows, be it like the examples or not: empty, zero, negative, large, other writing. */
export function odd(value: Value, domain: Domain, random: Random): Value | undefined {
  if (domain.nullable && value.kind !== 'null' && random.chance(0.3)) return { kind: 'null' };
  switch (value.kind) {
    case 'int': {
      const number = BigInt(value.value);
      return { kind: 'int', value: String(random.pick([0n, 1n, -1n, -number, large(domain)])) };
    }
    case 'float':
      return typeof value.value === 'number' ? { kind: 'float', value: random.pick([0, 1, -value.value, -0.5, value.value * 3]) } : { kind: 'float', value: 0 };
    case 'string':
      return { kind: 'string', value: random.pick(['', ' ', `${value.value}é`, ` ${value.value}`, `${value.value}${value.value}`, value.value.toUpperCase(), value.value.slice(0, 1)]) };
    case 'list':
    case 'set': {
      const [first] = value.items;
      const strange = first === undefined || domain.items === undefined ? undefined : odd(first, domain.items.of, random);
      const others: Value[][] = [[], value.items.slice(0, 1), ...(strange ? [[strange, ...value.items.slice(1)]] : [])];
      const items = random.pick(others);
      return value.kind === 'list' ? { kind: 'list', items } : { kind: 'set', items: distinct(items) };
    }
    case 'tuple': {
      const at = random.between(0, value.items.length - 1);
      const [item, place] = [value.items[at], domain.tuple?.items[at]];
      const strange = item === undefined || place === undefined ? undefined : odd(item, place, random);
      return strange && { kind: 'tuple', items: value.items.with(at, strange) };
    }
    case 'map':
      return domain.map?.fields ? undefined : { kind: 'map', entries: value.entries.slice(0, random.between(0, 1)) };
    case 'bool':
    case 'null':
    case 'undefined':
    case 'bytes':
    case 'object':
      return undefined;
  }
}

/** Three times the largest, at most a few hundred above it: functions that double their work with each step have to end. */
const large = ({ int }: Domain): bigint => {
  const most = int?.most ?? 12n;
  const triple = (most < 4n ? 4n : most) * 3n;
  return triple - most > 500n ? most + 500n : triple;
};

function nearInts(number: bigint, domain: Domain, random: Random): bigint[] {
  const negative = domain.int !== undefined && domain.int.least < 0n;
  const near = [number + 1n, number - 1n, number + 2n, freshInt(domain, random), freshInt(domain, random)];
  return near.filter((other) => other >= 0n || negative || number < 0n).concat(number + 1n);
}

function nearFloat(number: number, { float }: Domain, random: Random): number {
  const places = float?.decimals ?? 1;
  const step = 10 ** -places;
  const other = random.pick([number + step, number - step, number + 1, number - 1, number / 2, number * 2, Math.round(number)]);
  return rounded(float && float.least >= 0 ? Math.abs(other) : other, places + 1);
}

function nearText(text: string, domain: Domain, random: Random): string {
  const characters = [...text];
  const alphabet = domain.string?.alphabet ?? [...'ab'];
  const at = random.between(0, Math.max(0, characters.length - 1));
  switch (random.between(0, 9)) {
    case 0:
      return characters.reverse().join('');
    case 1:
      return [...characters.slice(0, at), random.pick(alphabet), ...characters.slice(at + 1)].join('');
    case 2:
      return [...characters.slice(0, at), random.pick(alphabet), ...characters.slice(at)].join('');
    case 3:
      return [...characters.slice(0, at), ...characters.slice(at + 1)].join('');
    case 4:
      return [...characters.slice(0, at + 1), ...characters.slice(at)].join('');
    case 5:
      return random.shuffled(characters).join('');
    case 6:
      return swapCase(text);
    case 7:
      return [...characters.slice(0, at), sameClass(characters[at] ?? '', random), ...characters.slice(at + 1)].join('');
    case 8:
      return random.shuffled(text.split(' ')).join(' ');
    default:
      return text + random.pick(alphabet) + random.pick(alphabet);
  }
}

const swapCase = (text: string): string => [...text].map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())).join('');

function nearItems(items: readonly Value[], domain: Domain, random: Random): Value[] {
  const at = random.between(0, Math.max(0, items.length - 1));
  const added = domain.items ? fresh(domain.items.of, random) : undefined;
  switch (random.between(0, 8)) {
    case 0:
      return items.toReversed();
    case 1:
      return items.toSorted(byValue);
    case 2:
      return items.toSorted(byValue).reverse();
    case 3:
      return items.filter((_, index) => index !== at);
    case 4:
      return items.flatMap((item, index) => (index === at ? [item, item] : [item]));
    case 5:
      return added ? items.toSpliced(at, 0, added) : [...items];
    case 6:
      return random.shuffled(items);
    case 7:
      return items.toSpliced(at, 1, ...(added ? [added] : []));
    default:
      return changedAt(items, () => domain.items?.of, random);
  }
}

function changedAt(items: readonly Value[], place: (at: number) => Domain | undefined, random: Random): Value[] {
  if (items.length === 0) return [];
  const at = random.between(0, items.length - 1);
  const [item, domain] = [items[at], place(at)];
  const other = item && domain && mutate(item, domain, random);
  return other ? items.with(at, other) : [...items];
}

function nearEntries(entries: readonly [Value, Value][], domain: Domain, random: Random): [Value, Value][] {
  const at = random.between(0, Math.max(0, entries.length - 1));
  const entry = entries[at];
  const fields = domain.map?.fields;
  if (!entry) return [];
  const place = fields ? fields.find(({ name }) => entry[0].kind === 'string' && entry[0].value === name)?.of : domain.map?.value;
  const changed: [Value, Value] = [entry[0], (place && mutate(entry[1], place, random)) ?? entry[1]];
  if (fields || random.chance(0.6)) return entries.with(at, changed);
  return entries.filter((_, index) => index !== at);
}

/** Numbers by size, everything else by its text: any order will do, as long as it is one. */
function byValue(one: Value, other: Value): number {
  const [left, right] = [sortKey(one), sortKey(other)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function sortKey(value: Value): number | string {
  if (value.kind === 'int' || value.kind === 'float') return Number(value.value);
  return value.kind === 'string' ? value.value : JSON.stringify(value);
}
