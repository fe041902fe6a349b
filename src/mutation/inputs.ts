import type { Parameter } from '../languages/function/types.ts';
import type { TypeShape, Value } from '../languages/function/value.ts';
import { learnDomain, type Domain } from '../selection/domain.ts';
import { fresh } from '../selection/fresh.ts';
import { mutate, odd } from '../selection/mutate.ts';
import type { Random } from '../selection/random.ts';
import type { Argument, ClassHead, Target, Writer } from './types.ts';

/** Values that tend to lie on either side of a branch, by kind, as source that most languages share; printed through the writer. */
const EDGES: Partial<Record<TypeShape['kind'], Value[]>> = {
  int: ints(0, 1, -1, 2, 3, 5, 10, 11, 12, 13, 21, 99, 100, 101, 111, 999, 1000, 1024, 12_345, 999_999, 1_000_000, 123_456_789, -1000, 10 ** 12, -(10 ** 9)).concat(bigs('1000000000000000000000000000000', '1234567890123456789012345678901234')),
  float: [...floats(0, 0.5, 1.5, -1.5, 0.05, 2.675, 3.14159, 99.95, 1234.5678, 1e10, -0.001, 1e-31, 1e33, 1e-5), ...ints(0, 1, -1, 2, 10, 1000), { kind: 'float', value: 'nan' }, { kind: 'float', value: 'inf' }, { kind: 'float', value: '-inf' }],
  string: texts('', ' ', 'a', 'abc', 'Hello World', '  padded  ', 'a-b_c', 'ÀÉ ñ', '42', '-3.5', '1e5', 'nan', 'inf', 'one, two; three', 'line\nbreak', 'AbC dEf', '<b>&amp;</b>', 'x'.repeat(40)),
  bool: [{ kind: 'bool', value: true }, { kind: 'bool', value: false }],
  bytes: [{ kind: 'bytes', value: '' }, { kind: 'bytes', value: '616263' }],
  null: [{ kind: 'null' }],
};

function ints(...numbers: number[]): Value[] {
  return numbers.map((value) => ({ kind: 'int', value: String(value) }));
}
function bigs(...digits: string[]): Value[] {
  return digits.map((value) => ({ kind: 'int', value }));
}
function floats(...numbers: number[]): Value[] {
  return numbers.map((value) => ({ kind: 'float', value }));
}
function texts(...all: string[]): Value[] {
  return all.map((value) => ({ kind: 'string', value }));
}

/** Texts longer than this make a test that nobody reads. */
const LONGEST_TEXT = 300;
/** Inner levels of lists and of constructors in constructors. */
const DEEPEST = 3;

interface Slot {
  parameter: Parameter;
  domain: Domain;
  pool: string[];
}

/**
 * Makes arguments for one function, as source text: from its types and what its body does with a parameter, its defaults, calls that stand
 * elsewhere, and the constants that its code compares with.
 */
export class ArgumentMaker {
  private readonly slots: Slot[];

  constructor(
    private readonly target: Pick<Target, 'parameters' | 'constants' | 'calls'>,
    private readonly classes: readonly ClassHead[],
    private readonly writer: Writer,
    private readonly random: Random,
    private readonly depth = 0,
  ) {
    const constants = target.constants.flatMap(({ text }) => writer.parse(text) ?? []);
    this.slots = target.parameters.filter(({ rest }) => rest !== 'map').map((parameter, at) => this.slot(parameter, at, constants));
  }

  private slot(parameter: Parameter, at: number, constants: Value[]): Slot {
    const given = this.target.calls.flatMap((call) => call.filter(([name], place) => (name === null ? place === at && !parameter.keywordOnly : name === parameter.name)).map(([, text]) => text));
    const values = given.flatMap((text) => this.writer.parse(text) ?? []);
    const domain = learnDomain(values, parameter.type);
    const pool = [...given, ...(parameter.defaultText === undefined ? [] : [parameter.defaultText]), ...this.texts(parameter.type, parameter.typeText, constants, this.depth)];
    return { parameter, domain, pool: [...new Set(pool)].filter((text) => text.length <= LONGEST_TEXT) };
  }

  /** Texts for a type: its edges, the constants of its kind with their neighbours, and built objects. */
  private texts(type: TypeShape, typeText: string | undefined, constants: readonly Value[], depth: number): string[] {
    switch (type.kind) {
      case 'union':
        return type.options.flatMap((option) => this.texts(option, typeText, constants, depth));
      case 'any':
        return [...new Set([...this.texts({ kind: 'int' }, undefined, constants, depth).slice(0, 8), ...this.texts({ kind: 'string' }, undefined, constants, depth), ...this.texts({ kind: 'list', item: { kind: 'int' } }, undefined, constants, depth).slice(0, 5), ...this.print([{ kind: 'null' }, { kind: 'bool', value: true }, { kind: 'float', value: 1.5 }])])];
      case 'list':
      case 'set': {
        if (depth >= DEEPEST) return [];
        const items = this.values(type.item, constants, depth + 1);
        const lists = [[], items.slice(0, 1), items.slice(0, 2), items.slice(1, 4), items.slice(0, 2).toReversed(), [...items.slice(0, 1), ...items.slice(0, 1), ...items.slice(1, 2)], ...Array.from({ length: 6 }, () => this.random.shuffled(items).slice(0, this.random.between(1, 5)))];
        const kind = type.kind;
        const plain = this.print(lists.map((list): Value => ({ kind, items: kind === 'set' ? unique(list) : list })));
        const inner = items.length > 0 ? [] : this.texts(type.item, undefined, constants, depth + 1);
        return [...plain, ...(inner.length > 0 ? [`[${inner[0]}]`, `[${inner.slice(0, 3).join(', ')}]`] : [])];
      }
      case 'tuple': {
        if (depth >= DEEPEST) return [];
        const places = (type.rest ? [type.items[0]!, type.items[0]!] : type.items).map((item) => this.values(item, constants, depth + 1));
        if (places.some((values) => values.length === 0)) return [];
        return this.print(Array.from({ length: 6 }, (): Value => ({ kind: 'tuple', items: places.map((values) => this.random.pick(values)) })));
      }
      case 'map':
      case 'record': {
        const domain = learnDomain([], type);
        return this.print([{ kind: 'map', entries: [] }, ...Array.from({ length: 6 }, () => fresh(domain, this.random) ?? { kind: 'map' as const, entries: [] })]);
      }
      case 'other':
        return this.objects(type.text, depth);
      default: {
        const mine = constants.flatMap((constant) => near(constant, type.kind));
        return this.print([...(EDGES[type.kind] ?? []), ...mine]);
      }
    }
  }

  private values(type: TypeShape, constants: readonly Value[], depth: number): Value[] {
    return this.random.shuffled(this.texts(type, undefined, constants, depth).flatMap((text) => this.writer.parse(text) ?? []));
  }

  private objects(typeText: string, depth: number): string[] {
    const known = this.classes.find(({ name }) => name === typeText.split(/[.[]/).pop()!.replaceAll(/["'\]]/g, '') || name === typeText);
    if (known?.members) return known.members.slice(0, 6).map((member) => `${known.name}.${member}`);
    if (known && depth < DEEPEST) return constructions(known, this.classes, this.writer, this.random, 4, depth + 1);
    return this.writer.named(typeText);
  }

  private print(values: readonly Value[]): string[] {
    return values.flatMap((value) => this.writer.print(value) ?? []);
  }

  /** The calls that stand somewhere, then each required argument through its pool, then options one at a time, then mixtures. */
  first(count: number): Argument[][] {
    const found = new Map<string, Argument[]>();
    const add = (args: Argument[] | undefined): void => {
      if (args) found.set(keyOf(args), args);
    };
    for (const call of this.target.calls) add(call.map(([name, text]) => (name === null ? { text } : { name, text })));
    const required = this.slots.filter(({ parameter }) => !parameter.optional && !parameter.rest);
    const options = this.slots.filter(({ parameter }) => parameter.optional || parameter.rest);
    if (required.some(({ pool }) => pool.length === 0)) return [...found.values()];
    const from = found.size;
    const base = new Map(required.map((slot) => [slot, slot.pool[0]!]));
    const longest = Math.max(1, ...required.map(({ pool }) => pool.length));
    // Each argument goes through its pool while the others go through theirs at another pace: pairs meet that would not on a diagonal.
    for (let at = 0; at < longest && found.size - from < count / 2; at += 1) add(this.written(new Map(required.map((slot, place) => [slot, slot.pool[(at * (place === 0 ? 1 : place + 2)) % slot.pool.length]!]))));
    for (const option of options) {
      const pool = this.random.shuffled(option.pool);
      for (let at = 0; at < Math.min(pool.length, 6) && found.size - from < count; at += 1) {
        const mixed = new Map([...base.keys()].map((slot) => [slot, this.random.pick(slot.pool)]));
        add(this.written(new Map([...mixed, [option, pool[at]!]])));
      }
    }
    for (let attempt = 0; attempt < count * 3 && found.size - from < count; attempt += 1) add(this.mixture());
    return [...found.values()];
  }

  /** Every parameter from its pool or made anew, options given or not. */
  private mixture(): Argument[] | undefined {
    const chosen = new Map<Slot, string>();
    for (const slot of this.slots) {
      if ((slot.parameter.optional || slot.parameter.rest) && this.random.chance(0.6)) continue;
      const made = this.random.chance(0.4) ? fresh(slot.domain, this.random) : undefined;
      const text = made === undefined ? undefined : this.writer.print(made);
      if (text === undefined && slot.pool.length === 0) return undefined;
      chosen.set(slot, text ?? this.random.pick(slot.pool));
    }
    return this.written(chosen);
  }

  /** A neighbour of a call: one or two arguments changed a little, set to one of `constants` or beside it, or an option put in or out. */
  near(base: readonly Argument[], constants: readonly string[]): Argument[] | undefined {
    if (this.slots.length === 0) return undefined;
    const chosen = this.read(base);
    if (!chosen || this.random.chance(0.15)) return this.mixture();
    const changes = this.random.between(1, 2);
    for (let change = 0; change < changes; change += 1) {
      const slot = this.random.pick(this.slots);
      const old = chosen.get(slot);
      if (old !== undefined && slot.parameter.optional && this.random.chance(0.2)) {
        chosen.delete(slot);
        continue;
      }
      const text = this.neighbour(old, slot, constants);
      if (text !== undefined && text.length <= LONGEST_TEXT) chosen.set(slot, text);
    }
    return this.written(chosen);
  }

  private neighbour(old: string | undefined, slot: Slot, constants: readonly string[]): string | undefined {
    const { random, writer } = this;
    const pooled = (): string | undefined => (slot.pool.length > 0 ? random.pick(slot.pool) : undefined);
    if (old === undefined || random.chance(0.25)) return pooled();
    const value = writer.parse(old);
    if (!value) return withOtherNumber(old, constants, random) ?? pooled();
    if (constants.length > 0 && random.chance(0.5)) {
      const constant = writer.parse(random.pick(constants));
      const options = constant ? blended(value, constant, random) : [];
      if (options.length > 0) return writer.print(random.pick(options));
    }
    const other = random.chance(0.25) ? odd(value, slot.domain, random) : mutate(value, slot.domain, random);
    return other && writer.print(other);
  }

  private read(args: readonly Argument[]): Map<Slot, string> | undefined {
    const chosen = new Map<Slot, string>();
    for (const [at, { name, text }] of args.entries()) {
      const slot = name === undefined ? this.slots[at] : this.slots.find(({ parameter }) => parameter.name === name);
      if (!slot || slot.parameter.rest) return undefined;
      chosen.set(slot, text);
    }
    return chosen;
  }

  /** In the order of the parameters; by name once one before was left out. */
  private written(chosen: ReadonlyMap<Slot, string>): Argument[] | undefined {
    const args: Argument[] = [];
    let gap = false;
    for (const [at, slot] of this.slots.entries()) {
      const text = chosen.get(slot);
      const { parameter } = slot;
      if (parameter.rest === 'list') {
        // A few of what `*args` takes: the items, not a list of them.
        if (text !== undefined && !gap) args.push({ text }, ...Array.from({ length: this.random.between(0, 2) }, () => ({ text: this.random.pick(slot.pool.length > 0 ? slot.pool : [text]) })));
        gap ||= text === undefined;
      } else if (text === undefined) {
        if (!parameter.optional) return undefined;
        gap = true;
      } else {
        args.push(gap || parameter.keywordOnly || parameter.optional ? { name: parameter.name, text, at } : { text });
      }
    }
    return args;
  }
}

export const keyOf = (args: readonly Argument[]): string => args.map(({ name, text }) => `${name ?? ''}=${text}`).join(', ');

/** Expressions that make an object of a class. */
export function constructions(head: ClassHead, classes: readonly ClassHead[], writer: Writer, random: Random, count: number, depth = 0): string[] {
  const maker = new ArgumentMaker({ parameters: head.parameters, constants: [], calls: [] }, classes, writer, random, depth);
  return maker.first(count).slice(0, count).map((args) => writer.construct(head.name, args));
}

/** A constant, and what lies beside it, as values of a kind. */
function near(constant: Value, kind: TypeShape['kind']): Value[] {
  if (constant.kind === 'int' && (kind === 'int' || kind === 'float')) {
    const number = BigInt(constant.value);
    return number > 10n ** 30n ? [] : [number, number - 1n, number + 1n, -number, number * 2n].map((value) => ({ kind: 'int', value: String(value) }));
  }
  if (constant.kind === 'float' && kind === 'float' && typeof constant.value === 'number') return floats(constant.value, constant.value * 1.01, constant.value * 0.99, -constant.value);
  if (constant.kind === 'string' && kind === 'string') return texts(constant.value, `a${constant.value}b`, `${constant.value}1`).filter((value) => value.kind === 'string' && value.value.length < 60);
  return [];
}

/** What a value may become when a constant of the code is brought to it. */
function blended(value: Value, constant: Value, random: Random): Value[] {
  if (value.kind === 'string' && constant.kind === 'string') {
    const at = random.between(0, value.value.length);
    return texts(constant.value, constant.value + value.value, value.value + constant.value, value.value.slice(0, at) + constant.value + value.value.slice(at), constant.value + constant.value);
  }
  if (value.kind === 'string' && constant.kind === 'int' && Number(constant.value) >= 0 && Number(constant.value) < 200) {
    const wanted = Number(constant.value);
    return texts((value.value || 'a').repeat(wanted + 1).slice(0, wanted + random.between(-1, 1)));
  }
  if (constant.kind === 'int' && (value.kind === 'int' || value.kind === 'float')) return [...near(constant, 'int'), ...(value.kind === 'float' ? floats(Number(constant.value) + 0.5, Number(constant.value) - 0.5) : [])];
  if (constant.kind === 'float' && (value.kind === 'int' || value.kind === 'float')) return near(constant, 'float');
  if (value.kind === 'list' && value.items.length > 0) {
    const at = random.between(0, value.items.length - 1);
    const inner = blended(value.items[at]!, constant, random);
    return inner.length > 0 ? [{ kind: 'list', items: value.items.with(at, random.pick(inner)) }] : [];
  }
  return [];
}

/** An expression with another number in it: `datetime.timedelta(days=3)` → `datetime.timedelta(days=30)`. */
function withOtherNumber(text: string, constants: readonly string[], random: Random): string | undefined {
  const places = [...text.matchAll(/(?<![\w.'"])\d+(?![\w.'"])/g)];
  if (places.length === 0) return undefined;
  const { 0: digits, index } = random.pick(places);
  const number = Number(digits);
  const given = constants.filter((constant) => /^\d+$/.test(constant)).flatMap((constant) => [Number(constant), Number(constant) - 1, Number(constant) + 1]);
  const next = random.pick([number + 1, Math.max(0, number - 1), number * 2, number * 10, Math.floor(number / 2), ...given, ...given]);
  return text.slice(0, index) + String(Math.max(0, next)) + text.slice(index + digits.length);
}

const unique = (items: readonly Value[]): Value[] => [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
