import type { jsonSchemaValidator, JsonSchemaType, JsonSchemaValidator } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { isRecord } from '../../core/record.ts';
import { showSchemaAs, type JsonSchema } from '../arguments.ts';

/** Keywords that hold schemas under names of the server's choice, and those that hold values instead of schemas. */
const NAMED: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions', 'dependentSchemas']);
const VALUES: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);

/**
 * The server's JSON schema as zod can hold it, shown as the server wrote it. What zod cannot express (conditions, outside references)
 * is left to the server: any object passes then. So are patterns: one that a server chose could keep this process busy for ever.
 */
export function schemaOf(json: JsonSchema): z.ZodType {
  const schema = fromJson(json) ?? z.looseObject({});
  showSchemaAs(schema, json);
  return schema;
}

/**
 * Checks the structured content of a server's answers against the schemas it announced, again without their patterns: here the server
 * chooses both the pattern and the text.
 */
export const answerChecks: jsonSchemaValidator = {
  getValidator<T>(json: JsonSchemaType): JsonSchemaValidator<T> {
    const schema = fromJson(json as JsonSchema);
    return (input) => {
      const { error } = schema?.safeParse(input) ?? {};
      return error ? { valid: false, data: undefined, errorMessage: z.prettifyError(error) } : { valid: true, data: input as T, errorMessage: undefined };
    };
  },
};

function fromJson(json: JsonSchema): z.ZodType | undefined {
  try {
    return z.fromJSONSchema(withoutPatterns(json) as Parameters<typeof z.fromJSONSchema>[0]);
  } catch {
    // Not expressible: the server validates by itself.
    return undefined;
  }
}

function withoutPatterns(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutPatterns);
  if (!isRecord(schema)) return schema;
  const { pattern: _, patternProperties, ...rest } = schema;
  // Without the patterns nothing tells which names are additional.
  if (patternProperties !== undefined) delete rest.additionalProperties;
  return mapped(rest, (value, key) => {
    if (VALUES.has(key)) return value;
    return NAMED.has(key) && isRecord(value) ? mapped(value, withoutPatterns) : withoutPatterns(value);
  });
}

const mapped = (record: Record<string, unknown>, change: (value: unknown, key: string) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
