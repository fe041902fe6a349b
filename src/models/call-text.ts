import { isRecord } from '../core/record.ts';

/**
 * Tool calls that a model printed as text, or that a server returned although none was asked for: models trained on tools answer a
 * request for JSON with a call whose arguments are that JSON.
 */

const ARGUMENTS = ['arguments', 'parameters', 'input', 'args'] as const;
const BESIDE = new Set(['name', 'type', 'id', 'index', 'tool', 'tool_name', 'recipient_name', ...ARGUMENTS]);

/** What a call wrapper holds: `{"name", "arguments"}`, `{"function": {…}}`, `{"tool_calls": [{…}]}`; undefined when the value is none. */
export function unwrapCall(value: unknown): { name: string | undefined; value: unknown } | undefined {
  if (Array.isArray(value)) return value.length === 1 ? unwrapCall(value[0]) : undefined;
  if (!isRecord(value)) return undefined;
  if (Array.isArray(value.tool_calls)) return unwrapCall(value.tool_calls[0]);
  if (isRecord(value.function)) return unwrapCall(value.function);
  const key = ARGUMENTS.find((name) => name in value);
  if (key === undefined || !Object.keys(value).every((name) => BESIDE.has(name))) return undefined;
  const name = [value.name, value.tool, value.tool_name, value.recipient_name].find((n): n is string => typeof n === 'string');
  if (name === undefined) return undefined;
  return { name: name.replace(/^functions\./, ''), value: jsonOr(value[key]) };
}

function jsonOr(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The arguments of calls in the XML form: `<function=plan><parameter=summary>…</parameter></function>`. */
export function xmlCall(text: string): Record<string, unknown>[] {
  return [...text.matchAll(/<function=([\w.-]+)>([\s\S]*?)(?:<\/function>|$)/g)].map((call) =>
    Object.fromEntries(
      [...call[2]!.matchAll(/<parameter=([\w.-]+)>\n?([\s\S]*?)\n?<\/parameter>/g)].map((parameter) => [parameter[1]!, jsonOr(parameter[2]!)]),
    ),
  );
}
