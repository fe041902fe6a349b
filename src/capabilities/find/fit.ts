import { isRecord } from '../../core/record.ts';
import { schemaProblem } from '../run/schemas.ts';
import { spoken, wordsOf } from '../catalogue/words.ts';
import type { Capability, Json, JsonObject, JsonSchema, Need, Query, ValueType } from '../types.ts';
import { opposed } from './opposites.ts';

type NeedValue = Need['values'][number];
interface Parameter {
  name: string;
  schema: JsonSchema;
  required: boolean;
}

/** How the values of a wish go into the parameters of a tool. */
export interface Fit {
  /** Share of the values that have a parameter of their own name, and share that have one of a type that takes them. */
  named: number;
  bound: number;
  /** Share of the required parameters that get nothing. */
  missing: number;
  /** Where each value goes, when there is one way only. */
  ways: 'none' | 'one' | 'several';
  places: ReadonlyMap<string, string>;
}

export function fitOf(values: readonly NeedValue[], tool: Pick<Capability, 'parameters'>): Fit {
  const parameters = parametersOf(tool);
  const places = new Map<string, string>();
  const open = new Set(parameters);
  const left: NeedValue[] = [];
  let clash = false;
  for (const value of values) {
    const same = [...open].find(({ name }) => sameName(name, value.name));
    if (!same) {
      left.push(value);
      continue;
    }
    open.delete(same);
    if (takes(same.schema, value)) places.set(value.name, same.name);
    else clash = true;
  }
  const named = places.size;
  const found = clash ? [] : assignments(left, [...open]);
  for (const [value, parameter] of found[0] ?? []) places.set(value, parameter);
  const required = parameters.filter((parameter) => parameter.required);
  const filled = new Set(places.values());
  return {
    named: share(named, values.length),
    bound: share(found.length ? values.length : named + left.filter((value) => [...open].some(({ schema }) => takes(schema, value))).length, values.length),
    missing: required.length ? required.filter(({ name }) => !filled.has(name)).length / required.length : 0,
    ways: found.length === 0 ? 'none' : found.length === 1 ? 'one' : 'several',
    places,
  };
}

/** Values of the query put into the parameters where names and types leave no doubt, and every value has its place. */
export function bindingOf(query: Query, tool: Pick<Capability, 'parameters'>): JsonObject | undefined {
  if (!query.values) return undefined;
  return bindingOfValues(query.values, tool);
}

/** The same for the arguments of an example. */
export function bindingOfArguments(given: JsonObject, tool: Pick<Capability, 'parameters'>): JsonObject | undefined {
  return bindingOfValues(Object.entries(given).map(([name, value]) => ({ name, type: 'any' as const, value })), tool);
}

function bindingOfValues(values: readonly NeedValue[], tool: Pick<Capability, 'parameters'>): JsonObject | undefined {
  if (values.some(({ value }) => value === undefined)) return undefined;
  const { ways, places } = fitOf(values, tool);
  if (ways !== 'one') return undefined;
  const args = Object.fromEntries(values.map(({ name, value }) => [places.get(name)!, value as Json]));
  return schemaProblem(tool.parameters, args) === undefined ? args : undefined;
}

export function parametersOf({ parameters }: Pick<Capability, 'parameters'>): Parameter[] {
  const { properties, required } = parameters;
  const names = Array.isArray(required) ? (required as unknown[]) : [];
  return Object.entries(isRecord(properties) ? properties : {}).map(([name, schema]) => ({ name, schema: isRecord(schema) ? schema : {}, required: names.includes(name) }));
}

/** Up to two ways in which each value gets a parameter that takes it and no required one stays empty. */
function assignments(values: readonly NeedValue[], parameters: readonly Parameter[]): [value: string, parameter: string][][] {
  const found: [string, string][][] = [];
  const place = (i: number, used: ReadonlySet<Parameter>, pairs: [string, string][]): void => {
    if (found.length === 2) return;
    const value = values[i];
    if (!value) {
      if (parameters.every((parameter) => used.has(parameter) || !parameter.required)) found.push(pairs);
      return;
    }
    for (const parameter of parameters) {
      if (used.has(parameter) || !takes(parameter.schema, value) || opposed(spoken(value.name), spoken(parameter.name))) continue;
      place(i + 1, new Set([...used, parameter]), [...pairs, [value.name, parameter.name]]);
    }
  };
  // More parameters than that have too many ways for one to be sure.
  if (values.length <= parameters.length && parameters.length <= 8) place(0, new Set(), []);
  return found;
}

const SCHEMA_TYPES: Readonly<Record<ValueType, readonly string[]>> = {
  number: ['number', 'integer'], integer: ['integer', 'number'], string: ['string'], boolean: ['boolean'], list: ['array'], object: ['object'],
  any: ['number', 'integer', 'string', 'boolean', 'array', 'object', 'null'],
};

/** The value where there is one; else what is known of its type. */
function takes(schema: JsonSchema, { type, value }: Pick<NeedValue, 'type' | 'value'>): boolean {
  if (value !== undefined) return schemaProblem(schema, value) === undefined;
  const options = Array.isArray(schema['anyOf']) ? (schema['anyOf'] as unknown[]).filter(isRecord) : [schema];
  return options.some((option) => option['type'] === undefined || [option['type']].flat().some((one) => SCHEMA_TYPES[type].includes(String(one))));
}

/** The same words, in whatever order and form: `toSort` and `to_sort`, `numbers` and `number`. */
function sameName(a: string, b: string): boolean {
  const [one, other] = [a, b].map((name) => wordsOf(spoken(name)).toSorted().join(' '));
  return one !== '' ? one === other : a.toLowerCase() === b.toLowerCase();
}

const share = (part: number, whole: number): number => (whole ? part / whole : 1);
