import type { Capability, ToolCase } from '../types.ts';

/** JSON on one line with a blank after commas and colons, as people write it. A JSON text holds no line break but those of its layout. */
export const lineOf = (value: unknown): string =>
  JSON.stringify(value, null, 1)
    .replace(/([[{])\n\s*/g, '$1')
    .replace(/\n\s*([\]}])/g, '$1')
    .replace(/\n\s*/g, ' ');

/** What a list or object may be long and still stand on one line of `tool.json`. */
const LINE = 120;

/** JSON by lines, in which what is short stays on one: a diff of it can be read. */
export function pageOf(value: unknown, indent = ''): string {
  const line = lineOf(value);
  if (value === null || typeof value !== 'object' || indent.length + line.length <= LINE) return line;
  const deeper = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => pageOf(item, deeper))
    : Object.entries(value).filter(([, item]) => item !== undefined).map(([key, item]) => `${JSON.stringify(key)}: ${pageOf(item, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${items.map((item) => deeper + item).join(',\n')}\n${indent}${close}`;
}

/** Fields of `tool.json` in the order in which they are read. */
const FIELDS = [
  'format', 'name', 'version', 'description', 'language', 'signature', 'parameters', 'returns', 'effects', 'errors', 'answer', 'properties', 'uses', 'aliases', 'requests', 'status',
  'standing', 'made', 'hash', 'contractHash',
];

/** `tool.json` of a version. */
export const toolText = (tool: Omit<Capability, 'code' | 'cases'>): string => toolRecordText({ format: 1, ...tool });

/** `tool.json` from its fields, of which a person may have left some out. */
export const toolRecordText = (record: Record<string, unknown>): string => recordText(Object.fromEntries(FIELDS.map((field) => [field, record[field]])));

/** An object with one field a line or more. */
export function recordText(record: Record<string, unknown>): string {
  const lines = Object.entries(record).filter(([, value]) => value !== undefined).map(([key, value]) => `  ${JSON.stringify(key)}: ${pageOf(value, '  ')}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** `cases.json`: one case a line. */
export function casesText(cases: readonly ToolCase[]): string {
  const lines = cases.map(({ arguments: args, result, error, from }) => `  ${lineOf({ arguments: args, result, error, from })}`);
  return lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`;
}
