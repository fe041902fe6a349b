import type { TypeShape, Value } from '../languages/function/value.ts';

/**
 * What values of one place look like (an argument, the items of a list): learnt from the examples, and from the type where they say nothing.
 * A place can hold values of several kinds; each has its own part.
 */
export interface Domain {
  /** Kinds that were seen, as often as they were seen; of the type where none was. Empty: no value can be made. */
  kinds: Value['kind'][];
  int?: { least: bigint; most: bigint };
  float?: { least: number; most: number; decimals: number };
  string?: { alphabet: string[]; shortest: number; longest: number };
  /** `shortest` and `longest` of lists and sets, and what is in them. */
  items?: { shortest: number; longest: number; of: Domain };
  tuple?: { items: Domain[] };
  map?: { shortest: number; longest: number; key: Domain; value: Domain; fields?: { name: string; of: Domain; optional: boolean }[] };
  /** Values that were seen: some take part in new ones as they are. */
  seen: Value[];
  /** The type allows `None`, or it was seen. */
  nullable: boolean;
}

/** What numbers, texts and lengths are like where no example says so: small, so that a function that doubles its work with each step still ends. */
const PLAIN = {
  int: { least: 0n, most: 12n },
  float: { least: 0, most: 10, decimals: 1 },
  string: { alphabet: [...'abcdeAB 12'], shortest: 1, longest: 6 },
  length: { shortest: 0, longest: 5 },
};

/** Nested types deeper than this are cut: a type can contain itself. */
const DEEPEST = 6;

/**
 * The domain of one place.
 *
 * @param values what stands there in the examples; may be none
 * @param shape what the type says
 */
export function learnDomain(values: readonly Value[], shape: TypeShape, depth = 0): Domain {
  const typed = depth > DEEPEST ? emptyDomain() : ofShape(shape, values.length > 0, depth);
  if (values.length === 0) return typed;
  const of = <K extends Value['kind']>(kind: K): Extract<Value, { kind: K }>[] => values.filter((value): value is Extract<Value, { kind: K }> => value.kind === kind);
  const domain: Domain = { ...typed, kinds: values.map(({ kind }) => kind), seen: [...values], nullable: typed.nullable || values.some(({ kind }) => kind === 'null') };

  const ints = of('int').map(({ value }) => BigInt(value));
  if (ints.length > 0) domain.int = { least: smallest(ints), most: biggest(ints) };
  const floats = of('float').flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  if (floats.length > 0) domain.float = { least: smallest(floats), most: biggest(floats), decimals: biggest(floats.map(decimals)) };
  const strings = of('string').map(({ value }) => [...value]);
  if (strings.some((text) => text.length > 0)) domain.string = { alphabet: strings.flat(), ...lengths(strings) };
  const lists = [...of('list'), ...of('set')];
  if (lists.length > 0) {
    const inner = lists.flatMap(({ items }) => items);
    domain.items = { ...lengths(lists.map(({ items }) => items)), of: learnDomain(inner, itemOf(shape), depth + 1) };
  }
  const tuples = of('tuple');
  if (tuples.length > 0) {
    const longest = tuples.reduce((one, other) => (other.items.length > one.items.length ? other : one));
    domain.tuple = { items: longest.items.map((_, at) => learnDomain(tuples.flatMap(({ items }) => items.slice(at, at + 1)), placeOf(shape, at), depth + 1)) };
  }
  const maps = of('map');
  if (maps.length > 0 && !typed.map?.fields) {
    const entries = maps.flatMap((map) => map.entries);
    const [key, value] = entryOf(shape);
    domain.map = { ...lengths(maps.map((map) => map.entries)), key: learnDomain(entries.map(([k]) => k), key, depth + 1), value: learnDomain(entries.map(([, v]) => v), value, depth + 1) };
  }
  return domain;
}

const emptyDomain = (): Domain => ({ kinds: [], seen: [], nullable: false });

/** @param exampled an example shows the kind already: `any` then means that kind, and not all of them */
function ofShape(shape: TypeShape, exampled: boolean, depth: number): Domain {
  switch (shape.kind) {
    case 'any':
      return exampled ? { ...emptyDomain(), ...PLAIN_PARTS } : { ...emptyDomain(), ...PLAIN_PARTS, kinds: ['int', 'string', 'list'], items: { ...PLAIN.length, of: { ...emptyDomain(), ...PLAIN_PARTS, kinds: ['int'] } } };
    case 'null':
      return { kinds: ['null'], seen: [], nullable: true };
    case 'bool':
    case 'bytes':
      return { ...emptyDomain(), kinds: [shape.kind] };
    case 'int':
    case 'float':
    case 'string':
      return { ...emptyDomain(), ...PLAIN_PARTS, kinds: [shape.kind] };
    case 'list':
    case 'set':
      return { ...emptyDomain(), kinds: [shape.kind], items: { ...PLAIN.length, of: learnDomain([], shape.item, depth + 1) } };
    case 'tuple': {
      const places = shape.rest ? [shape.items[0] ?? ANY, shape.items[0] ?? ANY] : shape.items;
      return { ...emptyDomain(), kinds: ['tuple'], tuple: { items: places.map((item) => learnDomain([], item, depth + 1)) } };
    }
    case 'map':
      return { ...emptyDomain(), kinds: ['map'], map: { ...PLAIN.length, key: learnDomain([], shape.key, depth + 1), value: learnDomain([], shape.value, depth + 1) } };
    case 'record': {
      const fields = shape.fields.map(({ name, type, optional }) => ({ name, of: learnDomain([], type, depth + 1), optional: optional === true }));
      return { ...emptyDomain(), kinds: ['map'], map: { ...PLAIN.length, key: emptyDomain(), value: emptyDomain(), fields } };
    }
    case 'union': {
      const options = shape.options.map((option) => ofShape(option, exampled, depth + 1));
      return options.reduce((all, option) => ({ ...option, ...all, kinds: [...all.kinds, ...option.kinds], nullable: all.nullable || option.nullable }), emptyDomain());
    }
    case 'other':
      return emptyDomain();
  }
}

const ANY: TypeShape = { kind: 'any' };
const PLAIN_PARTS = { int: PLAIN.int, float: PLAIN.float, string: PLAIN.string };

const options = (shape: TypeShape): TypeShape[] => (shape.kind === 'union' ? shape.options : [shape]);

function itemOf(shape: TypeShape): TypeShape {
  for (const option of options(shape)) if (option.kind === 'list' || option.kind === 'set') return option.item;
  return ANY;
}

function placeOf(shape: TypeShape, at: number): TypeShape {
  for (const option of options(shape)) if (option.kind === 'tuple') return (option.rest ? option.items[0] : option.items[at]) ?? ANY;
  return ANY;
}

function entryOf(shape: TypeShape): [TypeShape, TypeShape] {
  for (const option of options(shape)) if (option.kind === 'map') return [option.key, option.value];
  return [ANY, ANY];
}

const lengths = (lists: readonly (readonly unknown[])[]): { shortest: number; longest: number } => {
  const all = lists.map(({ length }) => length);
  return { shortest: smallest(all), longest: biggest(all) };
};
// Not Math.min and Math.max: an example may hold more items than a call takes arguments.
const smallest = <N extends number | bigint>(numbers: readonly N[]): N => numbers.reduce((one, other) => (other < one ? other : one));
const biggest = <N extends number | bigint>(numbers: readonly N[]): N => numbers.reduce((one, other) => (other > one ? other : one));
/** Digits after the point, as the number is written. */
const decimals = (value: number): number => Math.min(6, (/\.(\d+)$/.exec(String(value))?.[1] ?? '').length);
