import { UntilgreenError } from '../core/errors.ts';
import { BOM } from './text.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Bytes as text, or undefined where they are not text: a NUL byte, or not valid UTF-8. The BOM stays in the text, so that
 * writing it back gives the same bytes.
 */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return strict.decode(bytes);
  } catch {
    // The decoder's only failure is invalid UTF-8, which is the answer.
    return undefined;
  }
}

/**
 * Bytes as text. Errors: `binary_file`.
 *
 * @param path named in the error
 */
export function requireText(path: string, bytes: Uint8Array): string {
  const text = decodeText(bytes);
  if (text !== undefined) return text;
  const why = bytes.includes(0) ? 'it holds NUL bytes' : 'it is not valid UTF-8';
  throw new UntilgreenError('binary_file', `${path} is not text: ${why}.`, { path, bytes: bytes.length }, 'Text tools read UTF-8 only; change this file with a program of its own.');
}

export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function hasBom(text: string): boolean {
  return text.startsWith(BOM);
}

/** The ending most lines of a text have; `\n` for one without any. */
export function dominantEnding(text: string): '\n' | '\r\n' {
  let crlf = 0;
  let lf = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text[at - 1] === '\r') crlf += 1;
    else lf += 1;
  }
  return crlf > lf ? '\r\n' : '\n';
}
