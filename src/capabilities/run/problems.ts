import { isRecord } from '../../core/record.ts';
import type { Json, JsonSchema } from '../types.ts';
import { integerText } from './integers.ts';

/** What names of an object are where its keys are integers or floats. Patterns of others are not run: one that never ends may stand in a tool from elsewhere. */
export const INTEGER_NAME = /^(0|-?[1-9][0-9]*)$/;
export const NUMBER_NAME = /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const NAME_PATTERNS = [INTEGER_NAME, NUMBER_NAME];

/**
 * The first place at which a value does not meet a schema, in words; undefined where it meets it. Knows the words that contracts use, and leaves
 * others alone. (zod reads JSON schemas too; its integers end at 2^53, and of a union that does not hold it names no place.)
 *
 * @example schemaProblem({ type: 'object', properties: { percent: { type: 'number' } } }, { percent: 'x' }) // 'percent: expected a number, got "x"'
 */
export function schemaProblem(schema: JsonSchema, value: Json): string | undefined {
  return problemAt('', schema, value);
}

function problemAt(place: string, schema: JsonSchema, value: Json): string | undefined {
  const at = (text: string): string => (place === '' ? text : `${place}: ${text}`);
  const options = schema['anyOf'];
  if (Array.isArray(options)) {
    const problems = options.map((option) => problemAt(place, asSchema(option), value));
    if (!problems.includes(undefined)) {
      // Of the options whose type fits, the place inside says more than a list of all.
      const inside = options.flatMap((option, index) => (typeProblem(asSchema(option), value) === undefined && problems[index] !== undefined ? [problems[index]] : []));
      return inside[0] ?? at(`expected ${wanted(schema)}, got ${shown(value)}`);
    }
  }
  const allowed = schema['enum'];
  if (Array.isArray(allowed) && !allowed.some((one) => JSON.stringify(one) === JSON.stringify(value))) return at(`expected ${wanted(schema)}, got ${shown(value)}`);
  const type = typeProblem(schema, value);
  if (type !== undefined) return at(type);
  if (typeof value === 'number') return boundProblem(schema, value, at);
  if (Array.isArray(value)) return itemsProblem(place, schema, value, at);
  return isRecord(value) ? fieldsProblem(place, schema, value as { [name: string]: Json }, at) : undefined;
}

/** What is wrong with the kind of a value, not looking inside it. */
function typeProblem(schema: JsonSchema, value: Json): string | undefined {
  const types = typesOf(schema);
  if (types.length === 0 || types.some((type) => hasType(type, value))) return undefined;
  if (types.includes('integer') && typeof value === 'number' && Number.isInteger(value)) return `${shown(value)} is beyond what numbers in JSON carry exactly (2^53)`;
  return `expected ${wanted(schema)}, got ${shown(value)}`;
}

function hasType(type: string, value: Json): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'boolean':
    case 'string':
      return typeof value === type;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'integer':
      return typeof value === 'number' && integerText(value) !== undefined;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isRecord(value);
    default:
      return false;
  }
}

type At = (text: string) => string;

function boundProblem(schema: JsonSchema, value: number, at: At): string | undefined {
  const { minimum, maximum } = schema;
  if (typeof minimum === 'number' && value < minimum) return at(`expected at least ${minimum}, got ${value}`);
  if (typeof maximum === 'number' && value > maximum) return at(`expected at most ${maximum}, got ${value}`);
  return undefined;
}

function itemsProblem(place: string, schema: JsonSchema, value: readonly Json[], at: At): string | undefined {
  const { items, prefixItems, minItems, maxItems } = schema;
  const first = Array.isArray(prefixItems) ? prefixItems.map(asSchema) : [];
  const least = typeof minItems === 'number' ? minItems : 0;
  const most = typeof maxItems === 'number' ? maxItems : Number.POSITIVE_INFINITY;
  if (value.length < least || value.length > most) {
    const count = least === most ? `${least}` : value.length < least ? `at least ${least}` : `at most ${most}`;
    return at(`expected ${count} item${count.endsWith(' 1') || count === '1' ? '' : 's'}, got ${value.length}`);
  }
  for (const [index, item] of value.entries()) {
    const problem = problemAt(`${place}[${index}]`, first[index] ?? asSchema(items), item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function fieldsProblem(place: string, schema: JsonSchema, value: { [name: string]: Json }, at: At): string | undefined {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const known = Object.keys(properties);
  const missing = Array.isArray(schema['required']) ? schema['required'].filter((name): name is string => typeof name === 'string' && !Object.hasOwn(value, name)) : [];
  if (missing.length > 0) return at(`${missing.map((name) => `'${name}'`).join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing`);
  const names = isRecord(schema['propertyNames']) ? NAME_PATTERNS.find((one) => one.source === asSchema(schema['propertyNames'])['pattern']) : undefined;
  for (const [name, item] of Object.entries(value)) {
    const inside = place === '' ? name : `${place}.${name}`;
    const own = Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties'];
    if (own === false) return at(`there is no '${name}'${known.length > 0 ? `; expected ${known.map((one) => `'${one}'`).join(', ')}` : ''}`);
    if (names && !names.test(name)) return at(`expected names that are numbers, got '${name}'`);
    const problem = problemAt(inside, asSchema(own), item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const asSchema = (value: unknown): JsonSchema => (isRecord(value) ? value : {});

function typesOf(schema: JsonSchema): string[] {
  const { type } = schema;
  return typeof type === 'string' ? [type] : Array.isArray(type) ? type.filter((one): one is string => typeof one === 'string') : [];
}

const TITLES: Readonly<Record<string, string>> = {
  null: 'null', boolean: 'true or false', string: 'a text', number: 'a number', integer: 'a whole number', array: 'a list', object: 'an object',
};

/** What a schema wants, in words. */
function wanted(schema: JsonSchema): string {
  if (Array.isArray(schema['enum'])) return listed(schema['enum'].map((one) => JSON.stringify(one)));
  if (Array.isArray(schema['anyOf'])) return listed(schema['anyOf'].map((one) => wanted(asSchema(one))));
  return listed(typesOf(schema).map((type) => TITLES[type] ?? type)) || 'anything';
}

const listed = (words: readonly string[]): string => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
