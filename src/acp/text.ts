import { stripTerminalEscapes } from '../sandbox/host.ts';

/** Controls, and the marks that reorder text: both could make a line show what it does not say. */
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** Text that came out of a project or a model, safe to show; line ends and tabs stay. */
export function clean(text: string): string {
  return stripTerminalEscapes(text).replaceAll(UNSAFE, '');
}

/** The same as one line, cut to a length. */
export function oneLine(text: string, length = 300): string {
  const line = clean(text).replaceAll(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** `1 file`, `3 files`. */
export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** A text as a Markdown block that no line of it can end. */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`;
}

/** Whether two texts of a file are the same but for what editors do not show: a byte order mark, and the kind of line ends. */
export function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  return plain(one) === plain(other);
}
