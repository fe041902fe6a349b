/**
 * A model that repeats a secret streams it in pieces, none of which holds all of it. When the joined text of a stream holds one, the
 * pieces are replaced by a single one with the clean text; streams of other dialects are emptied of their pieces' text.
 */
export function withoutSplitSecrets(body: string, redact: (text: string) => string): string {
  const events = body.split('\n').map((line) => ({ line, json: line.startsWith('data:') ? parse(line.slice(5)) : undefined }));
  const spots = events.flatMap(({ json }) => textSpots(json));
  const joined = spots.map(({ holder, name }) => String(holder[name])).join('');
  const clean = redact(joined);
  if (clean === joined) return body;
  spots.forEach(({ holder, name }, index) => {
    holder[name] = index === 0 ? clean : '';
  });
  return events.map(({ line, json }) => (json === undefined ? line : `data: ${JSON.stringify(json)}`)).join('\n');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // `[DONE]`
  }
}

/** Where the pieces' text stands: `content`, `reasoning_content`, `arguments` (OpenAI), `text`, `partial_json` (Anthropic, Google). */
const NAMES = new Set(['content', 'reasoning_content', 'reasoning', 'arguments', 'text', 'partial_json', 'thinking']);

function textSpots(value: unknown): { holder: Record<string, unknown>; name: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'string' ? (NAMES.has(name) ? [{ holder: value as Record<string, unknown>, name }] : []) : textSpots(inner),
  );
}
