/**
 * Archives of plain files in the USTAR form (POSIX.1-1988). Reading refuses whatever is not a plain file under a plain name: what is read was made
 * by somebody else, and a reader that puts right what is odd shows one thing and unpacks another.
 */
import { UntilgreenError } from '../../core/errors.ts';

const BLOCK = 512;
/** A name is in two fields of the head: what stands before some `/`, and the rest. */
const [NAME, PREFIX] = [100, 155];

export interface File {
  /** With `/`, from the archive's root. */
  path: string;
  content: Buffer;
}

/** What an archive may hold. */
export interface Limits {
  files: number;
  /** Bytes of one file. */
  fileBytes: number;
}

/** @throws `too_large` for a path that has no place in a head */
export function packTar(files: readonly File[]): Buffer {
  const blocks = files.flatMap(({ path, content }) => [headOf(path, content.length), content, Buffer.alloc(padding(content.length))]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

function headOf(path: string, size: number): Buffer {
  const [prefix, name] = splitName(path);
  const head = Buffer.alloc(BLOCK);
  head.write(name, 0);
  head.write('0000644\0', 100);
  head.write('0000000\0', 108);
  head.write('0000000\0', 116);
  head.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  // No time of its own: the same tools give the same archive.
  head.write('00000000000\0', 136);
  head.write('0', 156);
  head.write('ustar\x0000', 257);
  head.write(prefix, 345);
  head.write(`${sumOf(head).toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}

function splitName(path: string): [string, string] {
  if (Buffer.byteLength(path) <= NAME) return ['', path];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= NAME && Buffer.byteLength(prefix) <= PREFIX) return [prefix, name];
  }
  throw new UntilgreenError('too_large', `The path ${path} is too long for an archive.`, { path });
}

/** Of all bytes, those of the sum itself as blanks. */
const sumOf = (head: Buffer): number => head.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);

const KINDS: Readonly<Record<string, string>> = { '1': 'a hard link', '2': 'a symbolic link', '3': 'a device', '4': 'a device', '5': 'a folder', '6': 'a pipe' };

/**
 * The files of an archive.
 *
 * @throws `bad_arguments` for what is no such archive, a link or whatever else is no plain file, an unsafe path, or two that are the same but for letter case; `too_large` over the limits
 */
export function unpackTar(archive: Buffer, limits: Limits): File[] {
  const files: File[] = [];
  const seen = new Map<string, string>();
  for (let at = 0; ; ) {
    if (at + BLOCK > archive.length) throw refused('it ends in the middle', { at });
    const head = archive.subarray(at, at + BLOCK);
    if (head.every((byte) => byte === 0)) {
      if (archive.subarray(at).some((byte) => byte !== 0)) throw refused('something follows its end', { at });
      return files;
    }
    const { path, size } = readHead(head);
    if (files.length === limits.files) throw new UntilgreenError('too_large', `The archive has more than ${limits.files} files.`, { most: limits.files });
    if (size > limits.fileBytes) throw new UntilgreenError('too_large', `${path} in the archive has ${size} bytes; ${limits.fileBytes} are the most.`, { path, size, most: limits.fileBytes });
    const from = at + BLOCK;
    if (from + size > archive.length) throw refused(`it ends in the middle of ${path}`, { path });
    const twin = seen.get(foldedCase(path));
    if (twin !== undefined) throw refused(twin === path ? `it has ${path} twice` : `it has ${twin} and ${path}, which are one file on some systems`, { path });
    seen.set(foldedCase(path), path);
    files.push({ path, content: archive.subarray(from, from + size) });
    at = from + size + padding(size);
  }
}

const foldedCase = (path: string): string => path.normalize('NFC').toLowerCase();

function readHead(head: Buffer): { path: string; size: number } {
  if (octal(head, 148, 8) !== sumOf(head)) throw refused('a head in it is damaged, or it is no archive at all', {});
  if (head.toString('latin1', 257, 262) !== 'ustar') throw refused('it is not of the form USTAR', {});
  const [name, prefix] = [text(head, 0, NAME), text(head, 345, PREFIX)];
  const path = prefix === '' ? name : `${prefix}/${name}`;
  const kind = head.toString('latin1', 156, 157);
  if (kind !== '0' && kind !== '\0') throw refused(`${path} is ${KINDS[kind] ?? `an entry of kind '${kind}'`}, and files alone belong there`, { path, kind });
  if (!isSafe(path)) throw refused(`the path ${JSON.stringify(path)} is not safe`, { path });
  return { path, size: octal(head, 124, 12) };
}

/** Plain names, none of which is hidden, goes up, or means a device or stream on some system. */
const isSafe = (path: string): boolean => path.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part) && !part.endsWith('.') && !/^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i.test(part));

function text(head: Buffer, from: number, length: number): string {
  const field = head.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

function octal(head: Buffer, from: number, length: number): number {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(head.toString('latin1', from, from + length))?.[1];
  if (digits === undefined) throw refused('a number in it cannot be read', {});
  return Number.parseInt(digits, 8);
}

function refused(why: string, data: Record<string, unknown>): UntilgreenError {
  return new UntilgreenError('bad_arguments', `The archive is refused: ${why}.`, data, 'Nothing of it was used; ask for it anew.');
}
