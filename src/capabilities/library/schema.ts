/** The files of a tool's folder as JSON: what has to be in them, and what a person who writes one by hand may leave out. */
import { z } from 'zod';
import { nearest } from '../../config/shape.ts';
import { UntilgreenError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { GATES, type Json, type JsonObject, type JsonSchema } from '../types.ts';
import { TOOL_NAME, VERSION } from './names.ts';

const text = z.string().min(1);
// Parsed JSON is passed on as it is: a schema that builds objects anew would drop a key named __proto__.
const json = z.custom<Json>((value) => value !== undefined, 'expected a value');
const jsonObject = z.custom<JsonObject>(isRecord, 'expected an object');
const jsonSchema = z.custom<JsonSchema>(isRecord, 'expected a JSON schema');
const objectSchema = jsonSchema.refine((schema) => schema['type'] === 'object' && isRecord(schema['properties']), 'expected {"type": "object", "properties": {…}}');

const made = z.strictObject({
  at: text, by: z.enum(['model', 'hand', 'seed', 'import']), model: text.optional(), request: z.string().optional(), parent: z.string().optional(), reason: z.string().optional(),
});

export const toolSchema = z.strictObject({
  format: z.literal(1, 'this version of untilgreen reads format 1').default(1),
  name: z.string().regex(TOOL_NAME, 'expected snake_case of 3 to 64 characters'),
  version: z.string().regex(VERSION, 'expected major.minor.patch').default('1.0.0'),
  description: text,
  language: z.enum(['python', 'javascript', 'typescript', 'go']),
  signature: text,
  parameters: objectSchema,
  returns: jsonSchema,
  effects: z.literal('pure', 'expected "pure": what a tool needs of the world is an argument').default('pure'),
  errors: z.array(z.strictObject({ when: text, error: text.optional() })).default([]),
  answer: text,
  properties: z.array(z.strictObject({ text, expression: text })).default([]),
  uses: z.array(z.strictObject({ name: text, version: text, hash: text })).default([]),
  aliases: z.array(text).default([]),
  requests: z.array(text).default([]),
  status: z.enum(['active', 'deprecated', 'archived']).default('active'),
  standing: z.strictObject({ reason: z.string(), since: text, instead: text.optional() }).optional(),
  made: made.optional(),
  hash: z.string().optional(),
  contractHash: z.string().optional(),
});
export type ToolFile = z.infer<typeof toolSchema>;

export const casesSchema = z.array(
  z.strictObject({
    arguments: jsonObject,
    result: json.optional(),
    error: z.union([z.literal(true), text], 'expected true, or the name of an exception').optional(),
    from: z.enum(['user', 'specification', 'hidden', 'agreed', 'failure']).default('user'),
  }).refine((one) => (one.result === undefined) !== (one.error === undefined), 'expected either "result" or "error"'),
);

export const evidenceSchema = z.strictObject({
  hash: text, at: text, product: text,
  gates: z.array(z.strictObject({ gate: z.enum(GATES), ok: z.boolean(), says: z.string(), data: jsonObject, ms: z.number() })),
});

/**
 * Reads a JSON file by a schema.
 *
 * @param file as it is named in messages
 * @throws `bad_arguments` with the file, the place in it, and what was expected there
 */
export function readJson<T extends z.ZodType>(schema: T, file: string, source: string): z.output<T> {
  const refuse = (place: string, problem: string, between = ': '): UntilgreenError =>
    new UntilgreenError('bad_arguments', `${file}: ${place}${place ? between : ''}${problem}.`, { file, place, problem }, 'Mend it by hand, or take the file back from version control.');
  let parsed: unknown;
  try {
    parsed = JSON.parse(source.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw refuse(lineIn(source, (error as Error).message), 'this is not JSON');
  }
  const read = schema.safeParse(parsed);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  const place = issue.path.map((part) => (typeof part === 'number' ? `[${part + 1}]` : `.${String(part)}`)).join('').replace(/^\./, '');
  if (issue.code === 'unrecognized_keys') throw refuse(place, `unknown field ${issue.keys.map((key) => JSON.stringify(key) + meant(key, schema)).join(', ')}`);
  if (missing(issue, parsed)) throw refuse(place, 'is missing', ' ');
  throw refuse(place, issue.message.replace(/^Invalid input: /, ''));
}

function meant(key: string, schema: z.ZodType): string {
  const near = schema instanceof z.ZodObject ? nearest(key, Object.keys(schema.shape)) : undefined;
  return near ? ` (did you mean "${near}"?)` : '';
}

function missing(issue: z.core.$ZodIssue, parsed: unknown): boolean {
  if (issue.path.length === 0) return false;
  const value = issue.path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part], parsed);
  return value === undefined;
}

/** The line at which a parser stopped, from what it says of it; engines name a position, a line, or nothing. */
function lineIn(source: string, message: string): string {
  const line = /line (\d+)/.exec(message)?.[1];
  if (line) return `line ${line}`;
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? '' : `line ${source.slice(0, Number(position)).split('\n').length}`;
}
