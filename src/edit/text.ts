/**
 * A file's text as the matcher sees it: without BOM, every line ending as one LF, and the way back to the file's own
 * bytes. A lone carriage return is content, not an ending.
 */
export interface SourceText {
  /** The file as it is. */
  raw: string;
  /** `\uFEFF` or empty. */
  bom: string;
  /** Text without BOM, endings as LF. */
  lf: string;
  /** Lines of `lf`; the last is empty where the file ends with a newline. */
  lines: string[];
  /** Offset in `lf` at which each line begins. */
  starts: number[];
  /** Ending of each line but the last. */
  endings: string[];
}

export const BOM = '\uFEFF';

export function sourceText(raw: string): SourceText {
  const bom = raw.startsWith(BOM) ? BOM : '';
  const lines: string[] = [];
  const starts: number[] = [];
  const endings: string[] = [];
  let from = bom.length;
  let lfOffset = 0;
  for (;;) {
    const at = raw.indexOf('\n', from);
    const crlf = at > from && raw[at - 1] === '\r';
    const line = at < 0 ? raw.slice(from) : raw.slice(from, crlf ? at - 1 : at);
    lines.push(line);
    starts.push(lfOffset);
    if (at < 0) break;
    endings.push(crlf ? '\r\n' : '\n');
    lfOffset += line.length + 1;
    from = at + 1;
  }
  return { raw, bom, lf: lines.join('\n'), lines, starts, endings };
}

/** Text a caller sent, as the matcher compares it: endings as LF, no BOM. */
export function callerText(text: string): string {
  return (text.startsWith(BOM) ? text.slice(1) : text).replaceAll('\r\n', '\n');
}

/** Index of the line that holds the offset of `lf` (the newline belongs to the line it ends). */
export function lineAt(source: SourceText, offset: number): number {
  let low = 0;
  let high = source.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((source.starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Offset in `raw` of an offset in `lf`. An offset before a newline stands before the whole ending. */
export function rawOffset(source: SourceText, offset: number): number {
  const line = lineAt(source, offset);
  return rawLineStarts(source)[line]! + (offset - source.starts[line]!);
}

const rawStarts = new WeakMap<SourceText, number[]>();
function rawLineStarts(source: SourceText): number[] {
  let known = rawStarts.get(source);
  if (!known) {
    known = [source.bom.length];
    for (let i = 0; i < source.endings.length; i += 1) {
      known.push(known[i]! + source.lines[i]!.length + source.endings[i]!.length);
    }
    rawStarts.set(source, known);
  }
  return known;
}

const SPACES = /[\u00A0\u2000-\u200A\u202F\u205F\u3000]/g;
const PUNCTUATION: Record<string, string> = {
  '\u2018': "'", '\u2019': "'", '\u201A': "'", '\u201B': "'", '\u2032': "'",
  '\u201C': '"', '\u201D': '"', '\u201E': '"', '\u201F': '"', '\u2033': '"',
  '\u2010': '-', '\u2011': '-', '\u2012': '-', '\u2013': '-', '\u2014': '-', '\u2015': '-', '\u2212': '-',
};
const MARKS = new RegExp(`[${Object.keys(PUNCTUATION).join('')}]`, 'g');

/** Typographic quotes, dashes and spaces as their ASCII forms, one character for one, so that offsets stay. */
export function plainTypography(line: string): string {
  return line.replace(MARKS, (c) => PUNCTUATION[c] as string).replace(SPACES, ' ');
}

/** The white space a line begins with (spaces and tabs). */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)![0];
}

/** Length of the common start of two strings. */
export function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let n = 0;
  while (n < most && a.charCodeAt(n) === b.charCodeAt(n)) n += 1;
  return n;
}

/** Length of the common end of two strings, at most `most`. */
export function commonEnd(a: string, b: string, most: number): number {
  let n = 0;
  while (n < most && a.charCodeAt(a.length - 1 - n) === b.charCodeAt(b.length - 1 - n)) n += 1;
  return n;
}
