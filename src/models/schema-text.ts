import { z } from 'zod';

/** The JSON schema of what the model is to write; defaults make a field optional for it. Equal schemas give equal bytes. */
export function schemaJson(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return json;
}

/** The instructions with the schema at their end, for servers that do not take one. */
export function withSchemaText(system: string, json: Record<string, unknown>): string {
  return `${system}\n\nAnswer with one JSON value and nothing else: no explanation, no code fence. It must satisfy this JSON schema:\n${JSON.stringify(json)}`.trimStart();
}

/** The corrective turn. */
export function correction(problems: string, wantsJson: boolean): string {
  return wantsJson
    ? `That reply was not valid:\n${problems}\n\nAnswer again with the whole corrected JSON and nothing else.`
    : `${problems} Answer again.`;
}
