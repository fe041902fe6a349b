import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { UntilgreenError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import { HOSTED } from './target.ts';
import type { Target } from './target.ts';
import { ROLES } from './types.ts';
import type { Role } from './types.ts';

/**
 * A recording is a file of JSON lines: a header, then the HTTP exchanges with the model in strict order. Hosts, headers and keys are
 * not in it, so that it can be shared and replayed anywhere.
 */
export const FORMAT = 'untilgreen-recording';
export const FORMAT_VERSION = 1;

const recordedModel = z.strictObject({
  role: z.enum(ROLES),
  provider: z.enum(['openai-compatible', 'openai', 'anthropic', 'google']),
  model: z.string(),
  temperature: z.number().optional(),
  max_output_tokens: z.number().optional(),
  price_input: z.number().optional(),
  price_output: z.number().optional(),
});

const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  /** Version of the product that recorded. */
  product: z.string(),
  models: z.array(recordedModel),
});

const exchangeSchema = z.strictObject({
  /** The call's name in its run (`it2/plan`). */
  key: z.string().optional(),
  request: z.strictObject({ method: z.string(), path: z.string(), body: z.unknown() }),
  response: z.strictObject({ status: z.int(), content_type: z.string(), body: z.string() }),
});

export type Header = z.infer<typeof headerSchema>;
export type Exchange = z.infer<typeof exchangeSchema>;
export type RecordedRequest = Exchange['request'];

/** What stands between the client and the network while a run is recorded or replayed. */
export interface Tape {
  /** The question whose requests follow. */
  begin(key: string | undefined): void;
  /** A `fetch` that records or replays; `baseUrl` is the part of the address that is left out. */
  through(call: typeof fetch, baseUrl: string): typeof fetch;
  /** The question was answered from the run's memo and will not be asked: its exchanges are passed over. */
  skip(key: string): void;
  /** Recorded exchanges not yet used. */
  remaining(): number;
  close(): void;
}

export function headerOf(targets: Record<Role, Target>, product: string): Header {
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    product,
    models: ROLES.map((role) => {
      const { provider, model, temperature, maxOutputTokens, price } = targets[role];
      return { role, provider, model, temperature, max_output_tokens: maxOutputTokens, price_input: price?.input, price_output: price?.output };
    }),
  };
}

/** The targets of a replay: the recorded models at an address that does not exist. */
export function targetsOf(header: Header): Record<Role, Target> {
  const targets = header.models.map((m): [Role, Target] => [
    m.role,
    {
      role: m.role,
      provider: m.provider,
      model: m.model,
      // A hosted service's package may look at its address; nothing is sent there.
      baseUrl: m.provider === 'openai-compatible' ? 'http://replay.invalid/v1' : HOSTED[m.provider],
      apiKey: undefined,
      temperature: m.temperature,
      maxOutputTokens: m.max_output_tokens,
      price: m.price_input === undefined && m.price_output === undefined ? undefined : { input: m.price_input ?? 0, output: m.price_output ?? 0 },
      via: 'recording',
    },
  ]);
  return Object.fromEntries(targets) as Record<Role, Target>;
}

/** Models that were recorded refusing a schema: a resumed recording goes on as the run did before. */
export function refusedSchemas(exchanges: Exchange[]): Set<string> {
  return new Set(
    exchanges
      .filter(({ request, response }) => response.status >= 400 && (request.body as { response_format?: unknown } | null)?.response_format !== undefined)
      .map(({ request }) => String((request.body as { model?: unknown }).model)),
  );
}

/**
 * Reads a recording. A last line that a kill cut short is left out; a broken line elsewhere is an error.
 *
 * @returns undefined when the file does not exist or is empty
 * @throws `replay_missing` when it is not a recording, or of another version
 */
export function readRecording(path: string): { header: Header; exchanges: Exchange[]; bytes: number } | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  if (text === '') return undefined;
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole.split('\n').slice(0, -1);
  const broken = (line: number, why: string): UntilgreenError =>
    new UntilgreenError('replay_missing', `${path} is not a recording that this version reads (line ${line}): ${why}`, { path, line }, 'Record it again with --record.');
  const parse = <T>(line: string, number: number, schema: z.ZodType<T>): T => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw broken(number, 'not JSON.');
    }
    const result = schema.safeParse(value);
    if (!result.success) throw broken(number, z.prettifyError(result.error));
    return result.data;
  };
  if (lines[0] === undefined) {
    // Only a header that a kill cut short: nothing was recorded. Anything else is someone's file.
    if (text.startsWith(`{"format":"${FORMAT}"`.slice(0, text.length))) return undefined;
    throw broken(1, 'no header.');
  }
  const header = parse(lines[0], 1, headerSchema);
  const exchanges = lines.slice(1).map((line, index) => parse(line, index + 2, exchangeSchema));
  return { header, exchanges, bytes: Buffer.byteLength(whole) };
}

/** A request as it is recorded and compared: method, path below the API root, body with sorted keys and without secrets. */
export function recordedRequest(input: Parameters<typeof fetch>[0], init: RequestInit | undefined, baseUrl: string, redact: (text: string) => string): RecordedRequest {
  const url = new URL(input instanceof Request ? input.url : String(input));
  const root = new URL(baseUrl).pathname.replace(/\/$/, '');
  const path = url.pathname.startsWith(root) ? url.pathname.slice(root.length) : url.pathname;
  const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : null;
  const clean = JSON.parse(canonicalJson(body), (_key, value: unknown) => (typeof value === 'string' ? redact(value) : value)) as unknown;
  return { method: init?.method ?? 'GET', path: path || '/', body: clean };
}

/** Keys and tokens shorter than this are words that occur by chance. */
const SHORTEST_SECRET = 8;

/**
 * Replaces the values of variables that look like secrets (`…_KEY`, `…_TOKEN`, …), raw and as they stand inside JSON text.
 *
 * @param env the environment the models were configured from
 */
export function redactor(env: Record<string, string | undefined>, further: (string | undefined)[] = []): (text: string) => string {
  const named = Object.entries(env).filter(([name]) => /(_|^)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(_|$)/i.test(name)).map(([, value]) => value);
  const values = [...named, ...further].map((value) => value?.trim() ?? '').filter((value) => value.length >= SHORTEST_SECRET);
  const forms = [...new Set(values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]))];
  // Longest first, so that a key that contains another leaves no rest.
  forms.sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((clean, form) => clean.replaceAll(form, '[secret]'), text);
}
