import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UntilgreenError } from '../../../core/errors.ts';
import { readGguf } from '../gguf.ts';
import { expandHome } from '../look.ts';
import { modelsDir } from '../places.ts';
import { nearestNames } from '../scan.ts';
import { download, hashOfFile, type DownloadOptions, type Downloaded, type Item } from './download.ts';
import { Refused, type Token } from './http.ts';
import type { DownloadProgress } from './meter.ts';
import { chooseFiles, listFiles, withParts, type HubFile } from './listing.ts';
import { ensureSpace } from './space.ts';
import { wantedOf, type Wanted } from './wanted.ts';

export interface GetOptions extends Pick<DownloadOptions, 'signal' | 'retryMs'> {
  /** The user's environment: `HF_TOKEN`, `HF_ENDPOINT`, the data directory. */
  env: Record<string, string | undefined>;
  /** Folder that it goes into; default: our own models directory. */
  root?: string;
  /** `--sha256`: what the file must have; not for a model of several parts. */
  sha256?: string;
  /** Called when a file begins, and as it grows. Must not throw. */
  onProgress?: (progress: GetProgress) => void;
}

export type GetProgress = DownloadProgress & { file: string; /** From 1. */ number: number; of: number };

export interface Got {
  /** The file to load: the first of a split model. */
  path: string;
  files: (Downloaded & { path: string; /** It was there already. */ present: boolean })[];
}

const HUB = 'https://huggingface.co';

/** The hub's address: `HF_ENDPOINT`, else huggingface.co. Errors: `usage` when it is none. */
export function hubOf(env: GetOptions['env']): URL {
  const text = env['HF_ENDPOINT']?.trim() || HUB;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) throw new UntilgreenError('usage', `HF_ENDPOINT is not a URL: '${text}'.`, { value: text }, `Give it as ${HUB}.`);
  return new URL(text);
}

/**
 * Downloads a model as GGUF; see `wantedOf` for what may be asked for, and `download` for how. A model that is there and whole is
 * not fetched again.
 *
 * Errors: `usage`, `download_failed` (gated and unknown repositories, files with their nearest names, no space, wrong hash),
 * `model_file_invalid` when what came is no whole model, `cancelled`.
 *
 * @example
 * const { path } = await getModel('qwen2.5-coder-1.5b', { env: process.env });
 */
export async function getModel(word: string, options: GetOptions): Promise<Got> {
  const hub = hubOf(options.env);
  const value = options.env['HF_TOKEN']?.trim();
  const token = value ? { origin: hub.origin, value } : undefined;
  const items = await itemsOf(wantedOf(word, hub), hub, token, options);
  if (options.sha256 !== undefined && items.length > 1) throw new UntilgreenError('usage', `--sha256 is of one file, and this model has ${items.length} parts.`, { parts: items.length }, 'Leave it out: each part is checked by the hash that the hub names.');
  const root = options.root === undefined ? modelsDir(options.env) : resolve(expandHome(options.root, options.env));
  const files: Got['files'] = [];
  const missing: { item: Item; path: string; tell: DownloadOptions }[] = [];
  for (const [i, item] of items.entries()) {
    const path = join(root, item.file);
    const onProgress: DownloadOptions['onProgress'] = (progress) => options.onProgress?.({ ...progress, file: item.file, number: i + 1, of: items.length });
    const tell: DownloadOptions = { signal: options.signal, retryMs: options.retryMs, onProgress };
    const there = await isThere({ ...item, file: path }, items.length === 1, tell);
    if (there) files.push({ ...there, path, present: true });
    else missing.push({ item, path, tell });
  }
  await ensureSpace(await nearestFolder(root), missing.reduce((sum, { item }) => sum + (item.size ?? 0), 0));
  for (const { item, path, tell } of missing) {
    const inspect = items.length === 1 ? (part: string) => readGguf(part) : undefined;
    const got = await download({ ...item, file: path }, { ...tell, inspect }).catch((error: unknown) => Promise.reject(error instanceof Refused ? refusedError(error, item.file, token !== undefined, hub) : error));
    files.push({ ...got, path, present: false });
  }
  const { path } = await readGguf(join(root, items[0]!.file));
  return { path, files };
}

/** The files to fetch; `file` is relative to the models directory. */
async function itemsOf(wanted: Wanted, hub: URL, token: Token | undefined, options: GetOptions): Promise<Item[]> {
  const sha256 = options.sha256?.toLowerCase();
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) throw new UntilgreenError('usage', `--sha256 ${options.sha256}: expected 64 hexadecimal digits.`);
  const common = token ? { token } : {};
  if (wanted.kind === 'url') return [{ url: wanted.url, file: join(wanted.url.hostname, wanted.file), ...(sha256 ? { sha256 } : {}), ...common }];
  const { repository } = wanted;
  const asItem = (file: HubFile): Item => ({
    url: new URL(`${hub.pathname.replace(/\/$/, '')}/${repository}/resolve/main/${file.path.split('/').map(encodeURIComponent).join('/')}`, hub),
    file: join(repository, file.path),
    ...(file.size > 0 ? { size: file.size } : {}),
    ...(sha256 ?? file.sha256 ? { sha256: sha256 ?? file.sha256 } : {}),
    ...common,
  });
  const files = await listFiles(hub, repository, { ...(token ? { token } : {}), ...(options.signal ? { signal: options.signal } : {}) }).catch((error: unknown) => {
    // A mirror may have the files and no list; then the file itself tells.
    if (wanted.kind === 'file' && error instanceof Refused) return undefined;
    throw error instanceof Refused ? refusedError(error, repository, token !== undefined, hub) : unreachable(error, hub);
  });
  if (wanted.kind === 'quantization') return chooseFiles(files ?? [], repository, wanted.quantization).map(asItem);
  if (files === undefined) return [asItem({ path: wanted.file, size: 0, sha256: undefined })];
  const file = files.find(({ path }) => path === wanted.file) ?? files.find(({ path }) => path.toLowerCase() === wanted.file.toLowerCase());
  if (file) return withParts(file, files).map(asItem);
  const models = files.filter(({ path }) => /\.gguf$/i.test(path));
  if (models.length === 0) chooseFiles(files, repository, undefined);
  const names = models.map(({ path }) => ({ name: path, aliases: [] }));
  const near = nearestNames(wanted.file, names);
  throw new UntilgreenError('download_failed', `${repository} has no file ${wanted.file}${near.length > 0 ? `; the nearest: ${near.join(', ')}` : ''}.`, { repository, file: wanted.file, near, reason: 'not_found' }, near.length > 0 ? undefined : `It has ${models.slice(0, 10).map(({ path }) => path).join(', ')}${models.length > 10 ? ', …' : ''}.`);
}

/** A file that is there, of the size and hash that are expected where they are, and a whole model where it is one by itself. */
async function isThere({ file, size, sha256 }: Item, alone: boolean, tell: DownloadOptions): Promise<Downloaded | undefined> {
  const info = await stat(file).catch(() => undefined); // not there
  if (!info?.isFile() || (size !== undefined && size !== info.size)) return undefined;
  const found = await hashOfFile(file, tell);
  if (sha256 !== undefined && sha256 !== found) return undefined;
  const whole = !alone || (await readGguf(file).then(() => true, () => false));
  return whole ? { bytes: info.size, sha256: found, verified: sha256 !== undefined, resumedFrom: 0 } : undefined;
}

/** The folder itself or the nearest one above it that exists. */
async function nearestFolder(path: string): Promise<string> {
  const exists = await stat(path).then((info) => info.isDirectory(), () => false);
  return exists || path === '/' ? path : nearestFolder(resolve(path, '..'));
}

function unreachable(error: unknown, hub: URL): unknown {
  if (error instanceof UntilgreenError || (error as Error).name === 'AbortError') return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new UntilgreenError('download_failed', `${hub.origin} cannot be reached (${code ?? message}).`, { url: hub.origin, reason: 'network' }, 'Check the network, or name a mirror with HF_ENDPOINT.', { cause: error });
}

/** What the server refused as a sentence that says what to do. */
function refusedError({ url, status, reason, said }: Refused, what: string, hadToken: boolean, hub: URL): UntilgreenError {
  const failed = (sentence: string, why: string, next: string) => new UntilgreenError('download_failed', sentence, { url: url.href, status, reason: why, said }, next);
  const own = url.origin === hub.origin;
  const [owner, name] = what.split('/');
  const page = `${hub.origin}/${owner}/${name}`;
  if (own && (reason === 'GatedRepo' || (status === 403 && hadToken))) {
    return hadToken
      ? failed(`${what} is gated, and the account of HF_TOKEN has no access (HTTP ${status}).`, 'gated', `Accept its conditions at ${page}, and see that the token may read gated repositories.`)
      : failed(`${what} is gated (HTTP ${status}).`, 'gated', `Accept its conditions at ${page}, make a token at ${hub.origin}/settings/tokens, and set HF_TOKEN.`);
  }
  // The hub does not tell strangers whether a private repository is there.
  if (own && (reason === 'RepoNotFound' || status === 401)) {
    return failed(`${owner}/${name} is not on ${hub.host}, or not for you (HTTP ${status}).`, 'not_found', hadToken ? 'Check the spelling, and whether HF_TOKEN is valid and may read it.' : 'Check the spelling; a private or gated repository needs HF_TOKEN.');
  }
  if (status === 404) return failed(`${url.host} has no ${what} (HTTP 404).`, 'not_found', 'Check the spelling.');
  return failed(`${url.host} refused ${what} (HTTP ${status})${said ? `: ${said}` : ''}.`, 'refused', status === 429 ? 'Wait a while; with HF_TOKEN more is allowed.' : 'Try again later, or another source.');
}
