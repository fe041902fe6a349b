/** How values cross into SQL and back, the same on every store: parameters go in as text, rows come out as plain JSON values. */

/** Types whose text PGlite and pg would parse differently; by their OID in pg_type. */
const TEXT_OIDS = [17 /* bytea */, 20 /* int8 */, 1082 /* date */, 1114 /* timestamp */, 1700 /* numeric */] as const;
const TIMESTAMPTZ = 1184;

/** Parsers that both drivers take: bigint, numeric, date and bytea stay text, `timestamptz` becomes ISO 8601 in UTC. */
export const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  ...Object.fromEntries(TEXT_OIDS.map((oid) => [oid, (text: string) => text])),
  // Server text is `2026-01-31 12:00:00.123456+00`; `infinity` has no ISO form and stays as it is.
  [TIMESTAMPTZ]: (text) => (text.endsWith('infinity') ? text : new Date(text).toISOString()),
};

/** Postgres cannot hold NUL in text; a replacement character stands in its place, so that no output of a program can break a write. */
const clean = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\u{fffd}') : text);

/**
 * JSON text that `jsonb` accepts: NUL and lone surrogates, which JSON may hold and jsonb refuses, become U+FFFD.
 *
 * @example
 * await db.query('insert into t(body) values ($1::jsonb)', [jsonText({ output: 'a\0b' })]);
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  // Escapes are read in pairs so that an escaped backslash before `u0000` is left alone. JSON.stringify writes `\udXXX` for lone surrogates only.
  return text.includes('\\u') ? text.replace(/\\(?:u[0-9a-f]{4}|.)/gi, (escape) => (/^\\u(?:0000|d[89a-f])/i.test(escape) ? '\\ufffd' : escape)) : text;
}

/** A pgvector literal, to be cast with `::vector`. */
export function vectorText(vector: ArrayLike<number>): string {
  return `[${Array.from(vector).join(',')}]`;
}

/** Inverse of `vectorText`, for what a query gives back. */
export function parseVector(text: string): number[] {
  return JSON.parse(text) as number[];
}

function arrayText(items: readonly unknown[]): string {
  return `{${items
    .map((item) => {
      if (item === null || item === undefined) return 'NULL';
      if (Array.isArray(item)) return arrayText(item);
      return `"${(parameter(item) ?? '').replace(/["\\]/g, '\\$&')}"`;
    })
    .join(',')}}`;
}

function parameter(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return clean(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return arrayText(value);
  return typeof value === 'object' ? jsonText(value) : String(value);
}

/** Parameters as text or null: arrays become array literals, objects JSON, dates ISO text, `undefined` null. The cast in the SQL gives the type. */
export function parameters(values: readonly unknown[] = []): (string | null)[] {
  return values.map(parameter);
}
