import { canonicalJson } from '../../core/hash.ts';
import { isRecord } from '../../core/record.ts';
import { schemaProblem } from '../run/schemas.ts';
import type { Json, JsonSchema } from '../types.ts';

/** Words that say nothing about which values are taken. A default is compared where contracts are. */
const ANNOTATIONS: ReadonlySet<string> = new Set(['description', 'title', 'examples', 'default', '$schema', '$comment']);
/** Words whose meaning is known below; any other has to stand in both schemas with the same value. */
const KNOWN: ReadonlySet<string> = new Set([
  ...ANNOTATIONS, 'type', 'properties', 'required', 'additionalProperties', 'items', 'prefixItems', 'minItems', 'maxItems', 'minimum', 'maximum', 'minLength', 'maxLength',
]);

/**
 * Does the wide schema take every value that the narrow one takes? Told from the schemas alone, so a yes is sure and a no may be too careful:
 * `{ enum: [true, false] }` and `{ type: 'boolean' }` count as different. It is reflexive and transitive.
 *
 * @example accepts({ type: 'number' }, { type: 'integer', minimum: 0 }) // true
 */
export function accepts(wide: JsonSchema, narrow: JsonSchema): boolean {
  const options = alternatives(wide);
  return alternatives(narrow).every((one) => options.some((option) => covers(option, one)));
}

/** One kind of value that a schema takes. `whole`: a schema that is only compared as a whole. */
type Alternative = { kind: 'any' } | { kind: 'constant'; value: Json } | { kind: 'whole'; text: string } | { kind: 'typed'; type: string; schema: JsonSchema };

function alternatives(schema: JsonSchema): Alternative[] {
  const words = Object.keys(schema).filter((word) => !ANNOTATIONS.has(word));
  if (words.length === 0) return [{ kind: 'any' }];
  const { anyOf, enum: listed, type } = schema;
  if (Array.isArray(anyOf) && words.length === 1) return anyOf.flatMap((option) => alternatives(asSchema(option)));
  if (Array.isArray(listed)) {
    const { enum: _, ...rest } = schema;
    return (listed as Json[]).filter((value) => schemaProblem(rest, value) === undefined).map((value) => ({ kind: 'constant', value }));
  }
  if (typeof type === 'string' && anyOf === undefined) return [{ kind: 'typed', type, schema }];
  if (Array.isArray(type) && anyOf === undefined) return type.map((one) => ({ kind: 'typed', type: String(one), schema: { ...schema, type: one } }));
  return [{ kind: 'whole', text: canonicalJson(schema) }];
}

function covers(wide: Alternative, narrow: Alternative): boolean {
  if (wide.kind === 'any') return true;
  if (wide.kind === 'whole') return narrow.kind === 'whole' && wide.text === narrow.text;
  if (narrow.kind === 'whole') return false;
  if (narrow.kind === 'any') return false;
  if (narrow.kind === 'constant') return wide.kind === 'constant' ? canonicalJson(wide.value) === canonicalJson(narrow.value) : schemaProblem(wide.schema, narrow.value) === undefined;
  if (wide.kind === 'constant') return false;
  if (wide.type !== narrow.type && !(wide.type === 'number' && narrow.type === 'integer')) return false;
  return sameWords(wide.schema, narrow.schema) && withinBounds(wide.schema, narrow.schema) && coversParts(wide.type, wide.schema, narrow.schema);
}

/** What the wide one demands in words that are not known here, the narrow one demands too. */
function sameWords(wide: JsonSchema, narrow: JsonSchema): boolean {
  return Object.keys(wide).every((word) => KNOWN.has(word) || canonicalJson(wide[word]) === canonicalJson(narrow[word]));
}

const LEAST = ['minimum', 'minItems', 'minLength'] as const;
const MOST = ['maximum', 'maxItems', 'maxLength'] as const;

function withinBounds(wide: JsonSchema, narrow: JsonSchema): boolean {
  const below = LEAST.every((word) => bound(wide, word, Number.NEGATIVE_INFINITY) <= bound(narrow, word, Number.NEGATIVE_INFINITY));
  return below && MOST.every((word) => bound(wide, word, Number.POSITIVE_INFINITY) >= bound(narrow, word, Number.POSITIVE_INFINITY));
}

const bound = (schema: JsonSchema, word: string, none: number): number => (typeof schema[word] === 'number' ? schema[word] : none);

function coversParts(type: string, wide: JsonSchema, narrow: JsonSchema): boolean {
  if (type === 'array') return coversItems(wide, narrow);
  return type === 'object' ? coversFields(wide, narrow) : true;
}

/** Place by place, as far as the narrow list goes; then what comes after the named places. */
function coversItems(wide: JsonSchema, narrow: JsonSchema): boolean {
  const named = Math.max(prefixOf(wide).length, prefixOf(narrow).length);
  const longest = bound(narrow, 'maxItems', Number.POSITIVE_INFINITY);
  for (let place = 0; place < Math.min(named, longest); place += 1) if (!takes(itemOf(wide, place), itemOf(narrow, place))) return false;
  return longest <= named || takes(part(wide['items']), part(narrow['items']));
}

const prefixOf = (schema: JsonSchema): unknown[] => (Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : []);
const itemOf = (schema: JsonSchema, place: number): Part => part(prefixOf(schema)[place] ?? schema['items']);

function coversFields(wide: JsonSchema, narrow: JsonSchema): boolean {
  const names = new Set([...Object.keys(fieldsOf(wide)), ...Object.keys(fieldsOf(narrow))]);
  const needed = requiredOf(narrow);
  return requiredOf(wide).every((name) => needed.includes(name))
    && [...names].every((name) => takes(fieldOf(wide, name), fieldOf(narrow, name)))
    && takes(part(wide['additionalProperties']), part(narrow['additionalProperties']));
}

const fieldOf = (schema: JsonSchema, name: string): Part => {
  const fields = fieldsOf(schema);
  return part(Object.hasOwn(fields, name) ? fields[name] : schema['additionalProperties']);
};

/** Properties of an object's schema, by name, in their order. */
export const fieldsOf = (schema: JsonSchema): Record<string, JsonSchema> => (isRecord(schema['properties']) ? (schema['properties'] as Record<string, JsonSchema>) : {});
/** Names that have to be there. */
export const requiredOf = (schema: JsonSchema): string[] => (Array.isArray(schema['required']) ? schema['required'].filter((name): name is string => typeof name === 'string') : []);

/** A schema of a part; false: nothing can stand there. */
type Part = JsonSchema | false;
const part = (value: unknown): Part => (value === false ? false : asSchema(value));
const takes = (wide: Part, narrow: Part): boolean => narrow === false || (wide !== false && accepts(wide, narrow));
const asSchema = (value: unknown): JsonSchema => (isRecord(value) ? value : {});
