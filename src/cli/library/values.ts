/** Arguments of a tool from the words of a command line, by the schema of its parameters. */
import { nearest } from '../../config/shape.ts';
import { isRecord } from '../../core/record.ts';
import type { Capability, Json, JsonObject, JsonSchema } from '../../capabilities/types.ts';
import { typeOf } from '../../capabilities/library/skill.ts';
import { usage } from '../arguments.ts';

type Called = Pick<Capability, 'name' | 'parameters'>;

/**
 * `percent=15 number=300`, each value as its parameter takes it.
 *
 * @throws `usage` naming the word
 */
export function argumentsOf(words: readonly string[], tool: Called): JsonObject {
  const schemas = (tool.parameters['properties'] ?? {}) as Record<string, JsonSchema>;
  const given = new Map<string, Json>();
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw usage(`${JSON.stringify(word)} is no argument of ${tool.name}.`, `Expected name=value: ${Object.keys(schemas).map((name) => `${name}=…`).join(' ')}`);
    const [name, text] = [word.slice(0, at), word.slice(at + 1)];
    if (!Object.hasOwn(schemas, name)) {
      const meant = nearest(name, Object.keys(schemas));
      throw usage(`${tool.name} has no parameter ${JSON.stringify(name)}${meant ? `; did you mean ${meant}?` : '.'}`, `It takes: ${Object.keys(schemas).join(', ') || 'nothing'}.`);
    }
    if (given.has(name)) throw usage(`${name} is given twice.`);
    given.set(name, valueOf(text, schemas[name]!, name));
  }
  return Object.fromEntries(given);
}

/** A JSON object with all arguments. @throws `usage` */
export function argumentsIn(source: string): JsonObject {
  const parsed = jsonOf(source);
  if (isRecord(parsed)) return parsed as JsonObject;
  throw usage('--args: expected a JSON object, one field for each parameter.', `Type: --args '{"percent": 15, "number": 300}'`);
}

/** JSON, or the text as it stands: what a result on the command line is. */
export function anyValue(text: string): Json {
  const value = jsonOf(text);
  return value === undefined ? text : value;
}

const SIMPLE: Record<string, (text: string) => Json | undefined> = {
  // As JSON writes them, and as people do: "+5", ".5".
  number: (text) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) && Number.isFinite(Number(text)) ? Number(text) : undefined),
  integer: (text) => (/^[+-]?\d+$/.test(text.trim()) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined),
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  null: (text) => (text === 'null' ? null : undefined),
  array: (text) => ofJson(text, Array.isArray),
  object: (text) => ofJson(text, isRecord),
  // A text is a text, also where it looks like something else: it comes last where several types are taken.
  string: (text) => text,
};

/** A word as a schema takes it. @throws `usage` with the type that it takes */
export function valueOf(text: string, schema: JsonSchema, name: string): Json {
  const types = typesOf(schema);
  if (types === undefined) return anyValue(text);
  for (const [type, read] of Object.entries(SIMPLE)) {
    const value = types.has(type) ? read(text) : undefined;
    if (value !== undefined) return value;
  }
  throw usage(`${name}=${text}: expected ${typeOf(schema)}.`, types.has('array') ? `A list is JSON: ${name}='[1, 2]'` : types.has('object') ? `An object is JSON: ${name}='{"key": 1}'` : undefined);
}

/** The types that a schema takes; undefined where it takes any. */
function typesOf(schema: JsonSchema): Set<string> | undefined {
  const { type, anyOf, enum: values } = schema;
  if (typeof type === 'string') return new Set([type]);
  if (Array.isArray(type)) return new Set(type.map(String));
  if (Array.isArray(values)) return new Set(values.map((value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)));
  if (!Array.isArray(anyOf)) return undefined;
  const options = anyOf.map((option) => (isRecord(option) ? typesOf(option) : undefined));
  return options.includes(undefined) ? undefined : new Set(options.flatMap((option) => [...option!]));
}

function ofJson(text: string, is: (value: unknown) => boolean): Json | undefined {
  const value = jsonOf(text);
  return is(value) ? value : undefined;
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
