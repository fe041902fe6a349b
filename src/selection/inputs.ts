import { canonical } from '../languages/function/expect.ts';
import type { Parameter } from '../languages/function/types.ts';
import type { TypeShape, Value } from '../languages/function/value.ts';
import { learnDomain } from './domain.ts';
import type { Domain } from './domain.ts';
import { echo } from './echo.ts';
import { fresh } from './fresh.ts';
import { mutate, odd } from './mutate.ts';
import { seededRandom } from './random.ts';
import type { Random } from './random.ts';

export interface InputOptions {
  /** How many are wanted; there are fewer where no more different ones can be made. Default 25. */
  count?: number;
  /** The same seed gives the same inputs. */
  seed: number;
}

/**
 * Share of inputs that may be unlike the examples (empty, zero, negative, other letters). Right candidates part on what the task says nothing
 * of, so more of them would split the group that is right.
 */
const ODD_SHARE = 0.2;

/** Share of ordinary inputs that are made anew; the others are examples that were changed. */
const FRESH_SHARE = 0.3;

/** Share of arguments that come from another example. */
const MIXED_SHARE = 0.3;

/** Share of changed examples in which two arguments are made to meet. */
const ECHO_SHARE = 0.3;

/** Attempts for each input that is wanted: most of what fails is a duplicate. */
const ATTEMPTS = 40;

/**
 * Inputs to compare candidates on: the arguments of the examples changed a little, arguments of different examples put together, new values
 * like those of the examples, and a few at the edges. Where no example has arguments, values are made from the types alone.
 *
 * @param examples argument lists of plain calls
 * @param parameters of the function, for what examples do not show
 * @returns argument lists, no two the same and none that of an example; empty where the types have no literals
 * @example
 * makeInputs([[{ kind: 'int', value: '3' }]], [{ name: 'n', type: { kind: 'int' }, optional: false }], { count: 3, seed: 1 });
 */
export function makeInputs(examples: readonly Value[][], parameters: readonly Parameter[], { count = 25, seed }: InputOptions): Value[][] {
  const random = seededRandom(seed);
  const places = parameters.filter(({ rest }) => rest !== 'map');
  const known = examples.map((example) => folded(example, places));
  const source: Source = { examples: known, domains: learnArguments(known, places), arities: aritiesOf(known, places), random };
  const seen = new Set(known.map(keyOf));
  const inputs: Value[][] = [];
  let strange = Math.floor(count * ODD_SHARE);
  for (let attempt = 0; inputs.length < count && attempt < count * ATTEMPTS; attempt += 1) {
    const isOdd = strange > 0 && random.chance(ODD_SHARE * 1.5);
    const input = isOdd ? oddInput(source) : ordinaryInput(source);
    if (!input || seen.has(keyOf(input))) continue;
    seen.add(keyOf(input));
    inputs.push(input);
    if (isOdd) strange -= 1;
  }
  return inputs;
}

/** What inputs are made from. */
interface Source {
  examples: readonly Value[][];
  /** One for each place of an argument. */
  domains: readonly Domain[];
  /** How many arguments a new input may have. */
  arities: readonly number[];
  random: Random;
}

const keyOf = (input: readonly Value[]): string => input.map(canonical).join(';');

/** The arguments of a call as one for each parameter: what `*args` takes becomes one list, as calls are written from it. */
function folded(example: readonly Value[], parameters: readonly Parameter[]): Value[] {
  const at = parameters.findIndex(({ rest }) => rest === 'list');
  if (at < 0 || example.length < at) return [...example];
  return [...example.slice(0, at), { kind: 'list', items: example.slice(at) }];
}

function learnArguments(examples: readonly Value[][], parameters: readonly Parameter[]): Domain[] {
  const places = Math.max(parameters.length, ...examples.map(({ length }) => length));
  return Array.from({ length: places }, (_, at) => learnDomain(examples.flatMap((example) => example.slice(at, at + 1)), typeAt(parameters, at)));
}

function typeAt(parameters: readonly Parameter[], at: number): TypeShape {
  const { type = { kind: 'any' }, rest } = parameters[at] ?? {};
  // `*args: int` names the type of one, `...args: number[]` that of all.
  return rest === 'list' && type.kind !== 'list' ? { kind: 'list', item: type } : type;
}

/** Arguments that may be left out are given or not, as the examples have it; without any, all or none of them. */
function aritiesOf(examples: readonly Value[][], parameters: readonly Parameter[]): number[] {
  if (examples.length > 0) return examples.map(({ length }) => length);
  const required = parameters.findLastIndex(({ optional, rest }) => !optional && !rest) + 1;
  return [required, parameters.length];
}

function ordinaryInput(source: Source): Value[] | undefined {
  const { examples, domains, random } = source;
  if (examples.length === 0 || random.chance(FRESH_SHARE)) return freshInput(source);
  const base = random.pick(examples);
  if (base.length === 0) return undefined;
  const mixed = base.map((value, at) => (random.chance(MIXED_SHARE) ? (random.pick(examples)[at] ?? value) : value));
  const changes = random.between(1, 2);
  for (let change = 0; change < changes; change += 1) {
    const at = random.between(0, mixed.length - 1);
    mixed[at] = mutate(mixed[at]!, domains[at]!, random) ?? mixed[at]!;
  }
  return random.chance(ECHO_SHARE) ? (echo(mixed, random) ?? mixed) : mixed;
}

function freshInput({ domains, arities, random }: Source): Value[] | undefined {
  const values = domains.slice(0, random.pick(arities)).map((domain) => fresh(domain, random));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function oddInput(source: Source): Value[] | undefined {
  const { examples, domains, random } = source;
  const base = examples.length > 0 ? random.pick(examples) : freshInput(source);
  if (!base || base.length === 0) return undefined;
  const at = random.between(0, base.length - 1);
  const value = odd(base[at]!, domains[at]!, random);
  return value && base.with(at, value);
}
