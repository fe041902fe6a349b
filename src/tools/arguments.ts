import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { asError } from '../core/errors.ts';
import type { Tool } from './types.ts';

export type JsonSchema = { type?: string; properties?: Record<string, JsonSchema>; required?: string[]; items?: JsonSchema; description?: string; enum?: unknown[]; [key: string]: unknown };
const schemas = new WeakMap<z.ZodType, JsonSchema>();

/** The JSON schema of a tool's arguments, made once. */
export function argumentsSchema(tool: Pick<Tool, 'schema'>): JsonSchema {
  let schema = schemas.get(tool.schema);
  if (!schema) {
    const { $schema: _, ...rest } = z.toJSONSchema(tool.schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
    schema = rest;
    schemas.set(tool.schema, schema);
  }
  return schema;
}

/** Shows this JSON schema for a zod schema that was made from it: what a server wrote, with all that zod does not keep. */
export function showSchemaAs(schema: z.ZodType, json: JsonSchema): void {
  const { $schema: _, ...rest } = json;
  schemas.set(schema, rest);
}

// Names that other agents' tools use for the same thing; models mix them up.
const SYNONYMS: Record<string, string> = {
  file: 'path', filepath: 'path', filename: 'path', targetfile: 'path', oldstring: 'oldText', oldstr: 'oldText', search: 'oldText', newstring: 'newText', newstr: 'newText', replace: 'newText',
  source: 'from', destination: 'to', text: 'content', contents: 'content', query: 'pattern', regex: 'pattern', cmd: 'command', instructions: 'instruction', package: 'name',
};
const plain = (key: string): string => key.toLowerCase().replaceAll(/[_-]/g, '');

/** Keys written another way (`old_text`, `file_path`) as the schema spells them. Unknown keys stay, to be refused by name. */
function respelled(value: unknown, schema: JsonSchema | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => respelled(item, schema?.items));
  if (value === null || typeof value !== 'object' || !schema?.properties) return value;
  const known = Object.keys(schema.properties);
  const out: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const synonym = SYNONYMS[plain(key)];
    const name = known.includes(key) ? key : (known.find((k) => plain(k) === plain(key)) ?? (synonym && known.includes(synonym) && !(synonym in value) ? synonym : key));
    out[name] = respelled(inner, schema.properties[name]);
  }
  return out;
}

function at(path: readonly PropertyKey[]): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i ? '.' : ''}${String(part)}`)).join('') || 'arguments';
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((v, part) => (v !== null && typeof v === 'object' ? (v as Record<PropertyKey, unknown>)[part] : undefined), value);
}

function kindOf(value: unknown): string {
  return value === undefined ? 'nothing' : value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `${typeof value} ${JSON.stringify(value)?.slice(0, 40)}`;
}

function sentence(issue: z.core.$ZodIssue, value: unknown, schema: JsonSchema): string {
  if (issue.code === 'unrecognized_keys') {
    const inner = issue.path.reduce<JsonSchema | undefined>((s, part) => (typeof part === 'number' ? s?.items : s?.properties?.[String(part)]), schema);
    const known = Object.keys(inner?.properties ?? {});
    return issue.keys
      .map((key) => {
        const near = known.map((k) => ({ k, d: distance(plain(k), plain(key)) })).sort((a, b) => a.d - b.d)[0];
        const hint = near && near.d <= Math.max(2, Math.floor(key.length / 3)) ? `did you mean ${near.k}?` : `known: ${known.join(', ')}`;
        return `${at([...issue.path, key])} is not an argument; ${hint}`;
      })
      .join('; ');
  }
  const got = valueAt(value, issue.path);
  if (issue.code === 'invalid_type') return `${at(issue.path)}: expected ${issue.expected}, got ${kindOf(got)}`;
  if (issue.code === 'invalid_value') return `${at(issue.path)}: expected one of ${issue.values.map((v) => JSON.stringify(v)).join(', ')}, got ${kindOf(got)}`;
  return `${at(issue.path)}: ${issue.message}`;
}

export type ParsedArguments = { ok: true; value: any } | { ok: false; message: string; problems: string[] };

/**
 * Arguments against the tool's schema; a failure names every argument, what was expected and what stood there. Never throws: what
 * is no JSON (nested without end, a getter that throws) is a failure too.
 */
export function parseArguments(tool: Pick<Tool, 'name' | 'schema'>, args: unknown): ParsedArguments {
  try {
    return parsed(tool, args);
  } catch (thrown) {
    const problem = `the arguments cannot be read (${asError(thrown).message}); give plain JSON`;
    return { ok: false, message: `${tool.name}: ${problem}.`, problems: [problem] };
  }
}

function parsed(tool: Pick<Tool, 'name' | 'schema'>, args: unknown): ParsedArguments {
  const schema = argumentsSchema(tool);
  const value = respelled(args ?? {}, schema);
  const result = tool.schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const problems = result.error.issues.map((issue) => sentence(issue, value, schema));
  const said = problems.join('; ');
  return { ok: false, message: `${tool.name}: ${said}${said.endsWith('?') ? '' : '.'}`, problems };
}
