import { z } from 'zod';
import type { Tool } from '../tools/types.ts';

interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  description?: string;
}

/** The tools in the compact form of a prompt, sorted so that its bytes are the same in every call. */
export function toolReference(tools: readonly Tool[]): string {
  return tools
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((tool) => `- ${tool.name} ${shape(z.toJSONSchema(tool.schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema)}: ${tool.description}`)
    .join('\n');
}

function shape(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join('|');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map(shape).join('|');
  if (schema.type === 'array') return `[${shape(schema.items ?? {})}]`;
  if (schema.properties) {
    const required = new Set(schema.required ?? []);
    return `{${Object.entries(schema.properties).map(([name, value]) => `${name}${required.has(name) ? '' : '?'}: ${shape(value)}`).join(', ')}}`;
  }
  return Array.isArray(schema.type) ? schema.type.join('|') : (schema.type ?? 'any');
}
