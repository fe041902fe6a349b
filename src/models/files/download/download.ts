import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UntilgreenError } from '../../../core/errors.ts';
import { killPoint } from '../../../core/killpoint.ts';
import { openUrl, Refused, unquoted, type Opened, type Token } from './http.ts';
import { Meter, type DownloadProgress } from './meter.ts';
import { dropPart, lockPart, partOf, readPart, writeState, type PartState } from './part.ts';
import { ensureSpace } from './space.ts';

export interface Item {
  url: URL;
  /** Absolute path of the finished file. */
  file: string;
  /** Expected, where it is known. */
  size?: number;
  sha256?: string;
  token?: Token;
}

export interface DownloadOptions {
  signal?: AbortSignal;
  /** Called at most five times a second. Must not throw. */
  onProgress?: (progress: DownloadProgress) => void;
  /** Looks at the whole file before it gets its name; what it throws discards the file. */
  inspect?: (path: string) => Promise<unknown>;
  /** Milliseconds before a second try; doubled each time. Default 1,000. */
  retryMs?: number;
}

export interface Downloaded {
  bytes: number;
  /** What the file was found to have; it is checked where one was known before. */
  sha256: string;
  verified: boolean;
  /** Bytes that earlier commands had brought. */
  resumedFrom: number;
}

/** Tries in a row that bring nothing. */
const TRIES = 5;
/** Milliseconds without a byte after which a connection counts as cut. */
const SILENCE_MS = 60_000;
const BUSY = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The connection broke, or the server is busy: what there is is kept, and the rest asked for again. */
class Interrupted extends Error {}

/**
 * Downloads a file next to its place and gives it its name when it is whole: resumed where an earlier command stopped (only if
 * the server still has the same file), tried again when the connection is cut, checked by its SHA-256.
 *
 * Errors: `download_failed` (`data.reason`: `space`, `hash`, `network`, `busy`), `cancelled` (the part is kept), `Refused` for what the server refuses.
 */
export async function download(item: Item, options: DownloadOptions = {}): Promise<Downloaded> {
  await mkdir(dirname(item.file), { recursive: true });
  const lock = await lockPart(item.file);
  try {
    return await locked(item, options);
  } catch (error) {
    if (options.signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled. What was downloaded is kept: the same command goes on where it stopped.', { file: item.file }, undefined, { cause: error });
    throw error;
  } finally {
    await lock.release();
  }
}

async function locked(item: Item, options: DownloadOptions): Promise<Downloaded> {
  const before = (await readPart(item.file, item.url, item.sha256)).bytes;
  const meter = new Meter(options.onProgress);
  let failures = 0;
  let expected: string | undefined;
  for (;;) {
    const start = (await readPart(item.file, item.url, item.sha256)).bytes;
    try {
      expected = await fetchRest(item, options, meter);
      break;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof Interrupted)) throw error;
      const { bytes } = await readPart(item.file, item.url, item.sha256);
      failures = bytes > start ? 1 : failures + 1;
      if (failures >= TRIES) {
        if (bytes === 0) throw new UntilgreenError('download_failed', `${item.url.host} sent nothing: ${error.message}.`, { url: item.url.href, bytes, reason: 'network' }, 'Check the address and the network, then start the same command again.', { cause: error });
        throw new UntilgreenError('download_failed', `${item.url.host} stopped sending after ${bytes} bytes: ${error.message}.`, { url: item.url.href, bytes, reason: 'network' }, 'What there is is kept: the same command goes on where it stopped.', { cause: error });
      }
      await sleep((options.retryMs ?? 1_000) * 2 ** (failures - 1), undefined, { signal: options.signal });
    }
  }
  const part = partOf(item.file);
  const { size } = await stat(part);
  const sha256 = await hashOf(part, size, meter, options.signal);
  if (expected !== undefined && sha256 !== expected) {
    await dropPart(item.file);
    throw new UntilgreenError('download_failed', `What ${item.url.host} sent has the SHA-256 ${sha256}, and ${expected} was expected.`, { url: item.url.href, sha256, expected, reason: 'hash' }, 'It was thrown away. Try again, or another source.');
  }
  try {
    await options.inspect?.(part);
  } catch (error) {
    await dropPart(item.file);
    throw error;
  }
  killPoint('models.get.rename');
  await rename(part, item.file);
  await dropPart(item.file);
  return { bytes: size, sha256, verified: expected !== undefined, resumedFrom: Math.min(before, size) };
}

/** Asks for what is not there yet and appends it; tells the hash that the whole must have. */
async function fetchRest(item: Item, options: DownloadOptions, meter: Meter): Promise<string | undefined> {
  const { bytes: have, state } = await readPart(item.file, item.url, item.sha256);
  if (state?.size !== undefined && have === state.size) return item.sha256 ?? state.sha256;
  const strong = state?.etag !== undefined && !state.etag.startsWith('W/') ? state.etag : undefined;
  const headers = have > 0 ? { range: `bytes=${have}-`, ...(strong === undefined ? {} : { 'if-range': `"${strong}"` }) } : undefined;
  const silence = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal;
  const timer = setTimeout(() => silence.abort(new Error(`nothing came for ${SILENCE_MS / 1000} s`)), SILENCE_MS);
  let opened: Opened;
  try {
    opened = await openUrl(item.url, { ...(headers ? { headers } : {}), ...(item.token ? { token: item.token } : {}), signal });
  } catch (error) {
    clearTimeout(timer);
    if (error instanceof UntilgreenError) throw error;
    // Nothing of the file lies beyond what there is: it changed, or the part is not of it.
    if (error instanceof Refused && error.status === 416 && have > 0) {
      await dropPart(item.file);
      throw new Interrupted('it has no such rest', { cause: error });
    }
    if (error instanceof Refused && !BUSY.has(error.status)) throw error;
    throw new Interrupted(reasonOf(error), { cause: error });
  }
  try {
    return await takeRest(item, opened, have, state, meter, timer);
  } finally {
    clearTimeout(timer);
    await opened.response.body?.cancel().catch(() => {}); // read to its end, or not wanted
  }
}

/** Appends an answer to what there is, or begins anew where it is the whole file. */
async function takeRest(item: Item, { response, sha256, size }: Opened, have: number, state: PartState | undefined, meter: Meter, timer: NodeJS.Timeout): Promise<string | undefined> {
  const expected = agreed(item, sha256);
  const resumed = response.status === 206 && continues(response, have) && (state?.sha256 === undefined || expected === undefined || state.sha256 === expected);
  if (response.status === 206 && !resumed) {
    await dropPart(item.file);
    throw new Interrupted('it sent another part of the file than was asked for');
  }
  const from = resumed ? have : 0;
  const length = response.headers.get('content-length');
  const total = (length === null ? undefined : from + Number(length)) ?? size ?? item.size;
  await ensureSpace(dirname(item.file), total === undefined ? 0 : total - from);
  const next: PartState = { url: item.url.href, etag: unquoted(response.headers.get('etag')), sha256: expected, size: total };
  const handle = await open(partOf(item.file), resumed ? 'a' : 'w');
  try {
    await writeState(item.file, next);
    meter.begin(from, total);
    const received = from + (await append(handle, response, meter, timer));
    await handle.sync();
    if (total !== undefined && received !== total) throw new Interrupted(`the connection ended after ${received} bytes of ${total}`);
    // Whoever reads the part next knows that it is whole.
    await writeState(item.file, { ...next, size: received });
  } finally {
    await handle.close();
  }
  return expected;
}

async function append(handle: FileHandle, response: Response, meter: Meter, timer: NodeJS.Timeout): Promise<number> {
  let written = 0;
  if (!response.body) return 0;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new Interrupted(reasonOf(error), { cause: error });
      });
      if (done) return written;
      timer.refresh();
      await handle.write(value).catch((error: unknown) => Promise.reject(writeProblem(error)));
      written += value.length;
      meter.add(value.length);
      killPoint('models.get.chunk');
    }
  } finally {
    await reader.cancel().catch(() => {}); // it is over either way
  }
}

/** The hash that the user gave and the one the hub names must be one, before gigabytes are fetched in vain. */
function agreed(item: Item, linked: string | undefined): string | undefined {
  if (item.sha256 !== undefined && linked !== undefined && item.sha256 !== linked) {
    throw new UntilgreenError('download_failed', `${item.url.host} names the SHA-256 ${linked} for this file, and ${item.sha256} was expected.`, { url: item.url.href, sha256: linked, expected: item.sha256, reason: 'hash' }, 'Nothing was downloaded. The file has changed, or the hash is that of another.');
  }
  return item.sha256 ?? linked;
}

function continues(response: Response, have: number): boolean {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN) === have;
}

function writeProblem(error: unknown): UntilgreenError {
  const code = (error as NodeJS.ErrnoException).code;
  return new UntilgreenError('download_failed', `The file could not be written (${code}).`, { reason: code === 'ENOSPC' ? 'space' : 'write' }, code === 'ENOSPC' ? 'The disk is full: make room, and the same command goes on.' : undefined, { cause: error });
}

function reasonOf(error: unknown): string {
  if (error instanceof Refused) return `HTTP ${error.status}${error.said ? ` (${error.said})` : ''}`;
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = { ECONNREFUSED: 'nothing listens there', ENOTFOUND: 'there is no such host', EAI_AGAIN: 'its name could not be looked up', ECONNRESET: 'the connection was cut' };
  return (code && words[code]) ?? message ?? String(error);
}

/** The SHA-256 of a file that is there; progress as of a download. */
export async function hashOfFile(path: string, options: DownloadOptions): Promise<string> {
  return hashOf(path, (await stat(path)).size, new Meter(options.onProgress), options.signal);
}

async function hashOf(path: string, size: number, meter: Meter, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  meter.begin(0, size, 'verify');
  for await (const piece of createReadStream(path, { highWaterMark: 1_048_576, ...(signal ? { signal } : {}) }) as AsyncIterable<Buffer>) {
    hash.update(piece);
    meter.add(piece.length);
  }
  return hash.digest('hex');
}
