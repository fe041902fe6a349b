import type { TypeShape } from '../../languages/function/value.ts';
import type { Law, ObservedCase, Target } from '../types.ts';
import { strategyOf, type Range } from './strategies.ts';

/** Most different answers that a law is first tried on. */
const TRIED = 20;
/** Below this many, that it held says nothing. */
const FEWEST = 5;
/** From here on a made number is taken for one without an end. */
const BEYOND = 10n ** 12n;

/** Names that a law's test uses itself. */
const RESERVED = new Set(['given', 'seed', 'settings', 'st', 'sorted', 'len', 'isinstance']);

/** Words that undo each other in names of functions. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['encode', 'decode'], ['parse', 'format'], ['parse', 'dump'], ['parse', 'render'], ['parse', 'serialize'], ['dumps', 'loads'], ['dump', 'load'], ['serialize', 'deserialize'],
  ['escape', 'unescape'], ['quote', 'unquote'], ['pack', 'unpack'], ['compress', 'decompress'], ['encrypt', 'decrypt'], ['to', 'from'], ['flatten', 'unflatten'],
  ['int_to', 'to_int'], ['wrap', 'unwrap'], ['split', 'join'], ['marshal', 'unmarshal'],
];

/** A law that may hold, and the calls that tell whether it does. */
export interface Guess extends Law {
  /** A function of the law's parameters that says whether it holds. */
  check: string;
  /** Arguments from the made inputs. */
  tried: string[][];
}

type Shown = ObservedCase['outcome'] & { type?: string; text?: string };

interface Subject {
  target: Target;
  /** Required parameters, the first one is what the law is about. */
  names: string[];
  strategies: string[];
  type: TypeShape;
  /** Class of the answers, where they have but one. */
  answer: string | undefined;
  tried: string[][];
}

/**
 * Laws that functions of one module may obey: what their types and names allow. The strongest come first.
 *
 * @param cases calls with what they came to on the present code
 */
export function guessedLaws(targets: readonly Target[], cases: readonly ObservedCase[]): Guess[] {
  const subjects = targets.flatMap((target) => subjectOf(target, targets, cases) ?? []);
  return subjects.flatMap((subject) => [...roundTrips(subject, subjects), ...ownLaws(subject)]);
}

function subjectOf(target: Target, targets: readonly Target[], cases: readonly ObservedCase[]): Subject | undefined {
  const required = target.parameters.filter(({ optional, rest }) => !optional && !rest);
  if (target.kind !== 'function' || target.async || !target.public || target.impure !== undefined || required.length === 0 || required.some(({ keywordOnly }) => keywordOnly)) return undefined;
  const plain = cases.filter((one) => one.function === target.name && one.arguments.length === required.length && one.arguments.every(({ name }) => name === undefined));
  const good = plain.filter(({ outcome }) => outcome.kind === 'value');
  const bad = plain.filter(({ outcome }) => outcome.kind === 'raises');
  if (good.length < FEWEST || required.some(({ name }) => RESERVED.has(name) || targets.some((one) => one.name === name))) return undefined;
  const strategies = required.map(({ type }, at) => strategyOf(type, rangeOf(at, good, bad)));
  if (!strategies.every((one) => one !== undefined)) return undefined;
  const answers = new Set(good.map(({ outcome }) => (outcome as Shown).type));
  return {
    target, strategies, names: required.map(({ name }) => name), type: required[0]!.type,
    answer: answers.size === 1 ? [...answers][0] : undefined,
    tried: [...new Map(good.map((one) => [JSON.stringify(one.arguments), one.arguments.map(({ text }) => text)])).values()].slice(0, TRIED),
  };
}

/** Where the numbers begin and end with which a function answered, as far as others were refused, or none larger were made. */
function rangeOf(at: number, good: readonly ObservedCase[], bad: readonly ObservedCase[]): Range {
  const numbers = (cases: readonly ObservedCase[]): bigint[] => cases.flatMap((one) => (/^-?\d+$/.test(one.arguments[at]!.text) ? [BigInt(one.arguments[at]!.text)] : []));
  const [fine, refused] = [numbers(good), numbers(bad)];
  if (fine.length === 0) return {};
  const least = fine.reduce((a, b) => (b < a ? b : a));
  const most = fine.reduce((a, b) => (b > a ? b : a));
  return {
    ...(least > -BEYOND / 1000n || refused.some((one) => one < least) ? { least: String(least) } : {}),
    ...(most < BEYOND || refused.some((one) => one > most) ? { most: String(most) } : {}),
  };
}

function law(subject: Subject, name: string, says: string, expression: string): Guess {
  const { target, names, strategies, tried } = subject;
  return {
    test: `test_${target.name.replace(/^_+/, '')}_${name}`.toLowerCase(), function: target.name, functions: [target.name], says, tried,
    given: names.map((parameter, at) => ({ name: parameter, strategy: strategies[at]! })), expression, check: `lambda ${names.join(', ')}: ${expression}`,
  };
}

function roundTrips(subject: Subject, subjects: readonly Subject[]): Guess[] {
  const { target, names } = subject;
  if (names.length !== 1) return [];
  return subjects
    .filter((other) => other.names.length === 1 && other !== subject && undoes(target.name, other.target.name))
    .map(({ target: { name: back } }) => ({ ...law(subject, `is_undone_by_${back}`, `what ${target.name} was given comes back from ${back}`, `${back}(${target.name}(${names[0]})) == ${names[0]}`), functions: [target.name, back] }));
}

/** `encode_row` and `decode_row`, `celsius_to_kelvin` and `kelvin_to_celsius`. */
export function undoes(one: string, other: string): boolean {
  const turned = /^(.+)_to_(.+)$/.exec(one);
  if (turned && other === `${turned[2]}_to_${turned[1]}`) return true;
  const inPlace = (text: string, from: string, to: string): string => `_${text}_`.replace(`_${from}_`, `_${to}_`).slice(1, -1);
  return PAIRS.some(([a, b]) => [[a, b], [b, a]].some(([from, to]) => inPlace(one, from!, to!) === other && one !== other));
}

const PLAIN: Partial<Record<TypeShape['kind'], string>> = { string: 'str', int: 'int', float: 'float', bool: 'bool', bytes: 'bytes', list: 'list', set: 'set', map: 'dict', tuple: 'tuple' };
const SIZED = new Set(['str', 'bytes', 'list', 'tuple', 'set', 'dict']);
const CHECKED = new Set(['str', 'bytes', 'list', 'tuple', 'set', 'dict', 'int', 'float', 'bool']);

function ownLaws(subject: Subject): Guess[] {
  const { target, names, type, answer } = subject;
  const call = (first: string): string => `${target.name}(${[first, ...names.slice(1)].join(', ')})`;
  const x = names[0]!;
  const found: Guess[] = [];
  const add = (name: string, says: string, expression: string): void => void found.push(law(subject, name, says, expression));
  const given = PLAIN[type.kind];
  if (answer !== undefined && answer === given) {
    add('twice_gives_back_what_was_given', 'done twice, it undoes itself', `${call(call(x))} == ${x}`);
    add('of_its_own_answer_changes_nothing', 'done again, it changes nothing', `${call(call(x))} == ${call(x)}`);
  }
  if (given === 'list' && answer === 'list') add('answers_in_order', 'its answer is in order', `${call(x)} == sorted(${call(x)})`);
  if (given === 'list' && answer !== undefined) add('does_not_depend_on_the_order', 'the order of the items does not matter', `${call(`sorted(${x})`)} == ${call(x)}`);
  if (given !== undefined && answer !== undefined && SIZED.has(given) && SIZED.has(answer)) add('keeps_the_length', 'its answer is as long as what it is given', `len(${call(x)}) == len(${x})`);
  if (answer === 'int' || answer === 'float') add('is_never_negative', 'its answer is not negative', `${call(x)} >= 0`);
  if (answer !== undefined && CHECKED.has(answer)) add(`answers_with_${answer === 'int' ? 'an_int' : `a_${answer}`}`, `its answer is always of class ${answer}`, `isinstance(${call(x)}, ${answer})`);
  return found;
}

/** Whether so many tries show anything. */
export const isTelling = (held: number): boolean => held >= FEWEST;
