import { isLoopback } from '../../../config/trust.ts';
import { UntilgreenError } from '../../../core/errors.ts';
import { nearestNames } from '../scan.ts';
import { CATALOGUE } from './catalogue.ts';

/** What `untilgreen models get` was asked for. */
export type Wanted =
  | { kind: 'url'; url: URL; /** Its name on disk. */ file: string }
  | { kind: 'file'; repository: string; file: string }
  | { kind: 'quantization'; repository: string; /** Undefined: the usual one. */ quantization: string | undefined };

const REPOSITORY = /^[\w][\w.-]*\/[\w][\w.-]*$/;
const FORMS = 'Give owner/repo/file.gguf, owner/repo:Q4_K_M, an https address, or one of: ';

/**
 * Reads the word after `models get`: a short name of the catalogue (with `:QUANTISATION`), `owner/repo/file.gguf`,
 * `owner/repo:Q4_K_M`, `owner/repo`, or an address.
 *
 * @param endpoint  the hub's address: links to pages of it are read as what they show
 * @throws `usage` with the nearest short names
 */
export function wantedOf(word: string, endpoint: URL): Wanted {
  const text = word.trim();
  if (/^https?:\/\//i.test(text)) return addressOf(text, endpoint);
  const [path = '', quantization, ...more] = text.split(':');
  const listed = CATALOGUE.find(({ name }) => name === path.toLowerCase());
  if (listed) return quantization === undefined ? { kind: 'file', repository: listed.repository, file: listed.file } : { kind: 'quantization', repository: listed.repository, quantization };
  const parts = path.split('/');
  const repository = parts.slice(0, 2).join('/');
  if (more.length > 0 || !REPOSITORY.test(repository) || quantization === '') throw unknown(text);
  if (parts.length === 2) return { kind: 'quantization', repository, quantization };
  const file = parts.slice(2).join('/');
  if (quantization !== undefined || !isFileName(file)) throw unknown(text);
  return { kind: 'file', repository, file };
}

/** A name of a GGUF file that stays in the folder it is put into. */
export function isFileName(file: string): boolean {
  return /\.gguf$/i.test(file) && !/[\p{Cc}\\]/u.test(file) && file.split('/').every((part) => part !== '' && !part.startsWith('.'));
}

function addressOf(text: string, endpoint: URL): Wanted {
  if (!URL.canParse(text)) throw unknown(text);
  const url = new URL(text);
  if (url.protocol === 'http:' && !isLoopback(url.origin) && url.origin !== endpoint.origin) throw new UntilgreenError('usage', `${url.origin} is not encrypted.`, { url: text }, 'Give an https address.');
  const page = /^\/([\w.-]+\/[\w.-]+)\/(?:blob|resolve|raw)\/main\/(.+)$/.exec(url.pathname);
  if (url.origin === endpoint.origin && page?.[1] && page[2]) {
    const file = decoded(page[2]);
    if (isFileName(file)) return { kind: 'file', repository: page[1], file };
  }
  const file = decoded(url.pathname.split('/').at(-1) ?? '');
  if (!isFileName(file) || file.includes('/')) throw new UntilgreenError('usage', `${text} is not the address of a GGUF file: it does not end in .gguf.`, { url: text }, 'Give the address of the file itself.');
  return { kind: 'url', url, file };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % is part of the name
  }
}

function unknown(word: string): UntilgreenError {
  const near = nearestNames(word, CATALOGUE.map(({ name }) => ({ name, aliases: [] })));
  return new UntilgreenError('usage', `'${word}' is no model that could be downloaded${near.length > 0 ? `; did you mean ${near.join(', ')}?` : '.'}`, { wanted: word, near }, `${FORMS}${CATALOGUE.map(({ name }) => name).join(', ')}.`);
}
