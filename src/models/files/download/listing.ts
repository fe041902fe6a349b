import { UntilgreenError } from '../../../core/errors.ts';
import { isLaterPart, stemOf } from '../gguf.ts';
import { openUrl, type Token } from './http.ts';

/** A file of a repository, as the hub lists it. */
export interface HubFile {
  path: string;
  size: number;
  /** SHA-256, of files that are kept outside git. */
  sha256: string | undefined;
}

const MOST_PAGES = 20;
/** Tried in this order where no quantisation was named: the usual compromise first. */
const USUAL = ['Q4_K_M', 'Q4_K_S', 'Q4_0', 'Q5_K_M', 'Q4_1', 'Q8_0'];

/**
 * The files of a repository (`GET /api/models/OWNER/NAME/tree/main`).
 *
 * @throws `Refused`; what the network throws
 */
export async function listFiles(endpoint: URL, repository: string, options: { token?: Token; signal?: AbortSignal }): Promise<HubFile[]> {
  const files: HubFile[] = [];
  let next: URL | undefined = new URL(`${endpoint.pathname.replace(/\/$/, '')}/api/models/${repository}/tree/main?recursive=true`, endpoint);
  for (let page = 0; next !== undefined && page < MOST_PAGES; page += 1) {
    const { response } = await openUrl(next, options);
    const list: unknown = await response.json();
    if (!Array.isArray(list)) throw new UntilgreenError('download_failed', `${next.origin} answered with something else than a list of files.`, { url: next.href }, 'Is HF_ENDPOINT the address of a hub?');
    files.push(...list.flatMap(fileOf));
    const link: string | undefined = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    const following: URL | undefined = link !== undefined && URL.canParse(link, next.href) ? new URL(link, next.href) : undefined;
    next = following?.origin === endpoint.origin ? following : undefined;
  }
  return files;
}

function fileOf(entry: unknown): HubFile[] {
  const { type, path, size, lfs } = (entry ?? {}) as { type?: unknown; path?: unknown; size?: unknown; lfs?: { oid?: unknown; size?: unknown } | null };
  if (type !== 'file' || typeof path !== 'string') return [];
  const oid = typeof lfs?.oid === 'string' ? lfs.oid.replace(/^sha256:/, '') : '';
  const bytes = typeof lfs?.size === 'number' ? lfs.size : size;
  return [{ path, size: typeof bytes === 'number' && bytes >= 0 ? bytes : 0, sha256: /^[0-9a-f]{64}$/.test(oid) ? oid : undefined }];
}

/** The quantisation in a file's name: `Q4_K_M`, upper case; undefined where there is none. */
export function quantizationIn(path: string): string | undefined {
  return /(?:^|[-._])((?:I?Q\d|TQ\d|MXFP\d)\w*|BF16|FP?16|F32)$/i.exec(stemOf(path))?.[1]?.toUpperCase();
}

/**
 * The files of a repository's model in a quantisation: one, or all parts of a split one.
 *
 * @throws `download_failed` with what the repository has instead
 */
export function chooseFiles(files: readonly HubFile[], repository: string, quantization: string | undefined): HubFile[] {
  const models = files.filter(({ path }) => /\.gguf$/i.test(path) && !/(^|[-._/])(mmproj|imatrix)/i.test(path));
  if (models.length === 0) {
    const snapshot = files.some(({ path }) => path.endsWith('.safetensors'));
    throw new UntilgreenError(
      'download_failed',
      `${repository} has no GGUF files${snapshot ? '; it is a snapshot' : ''}.`,
      { repository, reason: 'no_gguf' },
      snapshot ? `Look for a repository of the model with GGUF in its name, or fetch the snapshot (\`hf download ${repository}\`) and load it through a server.` : 'Look for a repository with GGUF in its name.',
    );
  }
  const of = (wanted: string) => models.filter(({ path }) => quantizationIn(path) === wanted.toUpperCase());
  const fits = quantization === undefined ? (USUAL.map(of).find((some) => some.length > 0) ?? (new Set(models.map(({ path }) => stemOf(path))).size === 1 ? models : [])) : of(quantization);
  // The whole file where there is one, else the shortest name: others are variants of it.
  const [lead] = fits.filter(({ path }) => !isLaterPart(path)).toSorted((a, b) => Number(isPart(a.path)) - Number(isPart(b.path)) || a.path.length - b.path.length);
  if (!lead) {
    const have = [...new Set(models.map(({ path }) => quantizationIn(path) ?? path))].toSorted();
    throw new UntilgreenError('download_failed', `${repository} has ${quantization === undefined ? 'several models and none of the usual quantisations' : `no ${quantization}`}; it has ${have.slice(0, 20).join(', ')}.`, { repository, have, reason: 'no_quantization' }, `Name one: untilgreen models get ${repository}:${have[0]}`);
  }
  return withParts(lead, models);
}

const isPart = (path: string): boolean => /-\d{5}-of-\d{5}\.gguf$/i.test(path);

/** A file, or all parts of the split one that it belongs to. */
export function withParts(lead: HubFile, files: readonly HubFile[]): HubFile[] {
  if (!isPart(lead.path)) return [lead];
  const of = (path: string) => path.replace(/-\d{5}(-of-\d{5}\.gguf)$/i, '$1');
  return files.filter(({ path }) => isPart(path) && of(path) === of(lead.path)).toSorted((a, b) => a.path.localeCompare(b.path));
}
