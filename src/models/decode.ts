import { jsonrepair } from 'jsonrepair';
import { z } from 'zod';
import { xmlCall, unwrapCall } from './call-text.ts';

export type Decoded<T> = { ok: true; value: T } | { ok: false; problems: string };

/**
 * The text without the thinking that some models print before their answer: `<think>…</think>`, a lone `</think>` whose opening
 * stands in the server's template, and the analysis channel of harmony models.
 */
export function withoutThinking(text: string): string {
  const final = /<\|channel\|>final<\|message\|>([\s\S]*?)(?:<\|(?:end|return)\|>|$)/.exec(text);
  if (final && text.trimStart().startsWith('<|')) return final[1]!.trim();
  const opened = /^\s*<(think|thinking|reasoning)>/.exec(text);
  if (opened) {
    const close = `</${opened[1]}>`;
    const end = text.indexOf(close);
    return end < 0 ? '' : text.slice(end + close.length).trim();
  }
  // An answer that begins as JSON or code may speak of think tags in its strings.
  if (!/^\s*[[{`]/.test(text)) {
    const end = text.lastIndexOf('</think>');
    if (end >= 0) return text.slice(end + '</think>'.length).trim();
  }
  return text;
}

/**
 * The JSON in a model's reply that satisfies the schema: the whole text, what stands in tool-call wrappers and fenced blocks, then each
 * balanced object in the prose; as written first, repaired (`jsonrepair`) only when nothing is valid as written.
 *
 * @returns the value, or what is wrong with the likeliest candidate in words a model can act on
 *
 * @example
 * decodeReply('Sure!\n```json\n{"a": 1,}\n```', z.object({ a: z.number() })); // { ok: true, value: { a: 1 } }
 */
export function decodeReply<T>(text: string, schema: z.ZodType<T>, schemaName?: string): Decoded<T> {
  const answer = withoutThinking(text).trim();
  if (answer === '') return { ok: false, problems: 'The reply was empty.' };
  const pieces = candidates(answer);
  let problems: string | undefined;
  const attempt = (value: unknown): Decoded<T> | undefined => {
    const inner = unwrapCall(value);
    // A wrapper that names our schema is a wrapper, even where a loose schema would accept it as it stands.
    const order = inner === undefined ? [value] : inner.name === schemaName && schemaName !== undefined ? [inner.value] : [value, inner.value];
    for (const each of order) {
      const result = schema.safeParse(each);
      if (result.success) return { ok: true, value: result.data };
      // What is inside a wrapper is nearer to what was meant than the wrapper.
      if (problems === undefined || (inner !== undefined && each === inner.value)) problems = z.prettifyError(result.error);
    }
    return undefined;
  };
  const calls = xmlCall(answer);
  for (const value of [...calls, ...pieces.map(parsed).filter((p) => p.ok).map((p) => p.value)]) {
    const found = attempt(value);
    if (found) return found;
  }
  for (const piece of pieces) {
    if (!/^\s*[[{]/.test(piece) || parsed(piece).ok) continue;
    const repaired = repair(piece);
    const found = repaired.ok ? attempt(repaired.value) : undefined;
    if (found) return found;
  }
  return { ok: false, problems: problems ?? 'The reply holds no JSON.' };
}

type Parsed = { ok: true; value: unknown } | { ok: false };

function parsed(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

function repair(text: string): Parsed {
  try {
    return parsed(jsonrepair(text));
  } catch {
    return { ok: false };
  }
}

/** Pieces of the text that may be JSON, the most explicit first. */
function candidates(text: string): string[] {
  const wrapped = [...text.matchAll(/<(tool_call|function_call|tool|json)>\s*([\s\S]*?)\s*(?:<\/\1>|$)/g)].map((m) => m[2]!);
  const fenced = [...text.matchAll(/^[ \t]*(`{3,}|~{3,})[ \t]*[\w-]*[ \t]*\n([\s\S]*?)\n?[ \t]*\1[ \t]*$/gm)].map((m) => m[2]!);
  const open = /[[{]/.exec(text);
  const rest = open ? [text.slice(open.index)] : [];
  return [...new Set([text, ...wrapped, ...fenced, ...balanced(text), ...rest].map((piece) => piece.trim()))].filter((piece) => piece !== '');
}

/** More than a reply holds; bounds the work on a text of brackets only. */
const MAX_BALANCED = 50;

/** Each outermost balanced object, then each array, with brackets inside strings left out of the count. */
export function balanced(text: string): string[] {
  const objects: string[] = [];
  const arrays: string[] = [];
  let at = 0;
  while (at < text.length && objects.length + arrays.length < MAX_BALANCED) {
    const char = text[at];
    const end = char === '{' || char === '[' ? closing(text, at) : undefined;
    if (end === undefined) {
      at += 1;
      continue;
    }
    (char === '{' ? objects : arrays).push(text.slice(at, end));
    at = end;
  }
  return [...objects, ...arrays];
}

function closing(text: string, start: number): number | undefined {
  const stack: string[] = [];
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at]!;
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') stack.push('}');
    else if (char === '[') stack.push(']');
    else if (char === '}' || char === ']') {
      if (stack.pop() !== char) return undefined;
      if (stack.length === 0) return at + 1;
    }
  }
  return undefined;
}
