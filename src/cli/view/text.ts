import { stripVTControlCharacters } from 'node:util';

/** Controls, and the marks that reorder text in a terminal: both could make a line show what it does not say. */
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** Text of an event without terminal escapes and controls; line ends and tabs stay. */
export function clean(text: string): string {
  return stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replaceAll(UNSAFE, '');
}

/** The same as one line. */
export function oneLine(text: string): string {
  return clean(text).replaceAll(/\s+/g, ' ').trim();
}

/** JSON as it may stand in a terminal: what JSON leaves as it is and a terminal takes for a control is written as an escape, which means the same. */
export function jsonText(value: unknown, indent?: number): string {
  // oxlint-disable-next-line no-control-regex
  return (JSON.stringify(value, null, indent) ?? 'null').replaceAll(/[\u007F-\u009F]/g, (control) => `\\u00${control.charCodeAt(0).toString(16)}`);
}

/** `Apply 2 files?.` is what a question at the end of a sentence becomes: the question mark ends it. */
export function sentence(text: string): string {
  return text.replaceAll(/([?!])\.(?=\s|$)/g, '$1');
}

/** Lines of a message that are shown; the rest is told by its count. */
const MESSAGE_LINES = 60;

/** A message as safe lines, each as it was written: a difference or a trace cannot be read as one line. */
export function messageLines(text: string): string[] {
  const lines = clean(sentence(text)).trim().split('\n').map((line) => line.trimEnd());
  return lines.length > MESSAGE_LINES ? [...lines.slice(0, MESSAGE_LINES), `… ${lines.length - MESSAGE_LINES} more lines`] : lines;
}

/** Overestimates where in doubt: a line that is too short does no harm, one that wraps breaks the redrawing. */
function cellsOf(character: string): number {
  if (character === '\uFE0F') return 1; // asks for the emoji form of the character before it, which is wide
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character)) return 0;
  // East Asian wide and emoji take two cells (Unicode TR 11, the blocks that matter in practice).
  return /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]$|^\p{Emoji_Presentation}$|^[\u{20000}-\u{3FFFD}]$/u.test(character) ? 2 : 1;
}

/** Cells that a text takes in a terminal; escapes take none. */
export function cells(text: string): number {
  let sum = 0;
  for (const character of stripVTControlCharacters(text)) sum += cellsOf(character);
  return sum;
}

/** Text cut to a number of cells, with … where something was left out. Takes text without escapes. */
export function cut(text: string, width: number): string {
  if (cells(text) <= width) return text;
  let result = '';
  let used = 0;
  for (const character of text) {
    used += cellsOf(character);
    if (used > width - 1) break;
    result += character;
  }
  return width > 0 ? `${result}…` : '';
}

/** `950`, `12.3k`, `1.2M`. */
export function count(n: number): string {
  if (n < 1_000) return String(Math.round(n));
  return n < 999_950 ? `${(n / 1_000).toFixed(1)}k` : `${(n / 1_000_000).toFixed(1)}M`;
}

/** `0.4 s`, `12 s`, `3m 05s`, `1h 02m`. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (ms < 10_000) return `${(Math.max(0, ms) / 1_000).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(seconds / 3_600)}h ${String(Math.floor((seconds % 3_600) / 60)).padStart(2, '0')}m`;
}

/** US dollars with as many digits as say something. */
export function dollars(cost: number): string {
  return `$${cost < 0.1 ? cost.toFixed(4) : cost.toFixed(2)}`;
}

/** `1 file`, `3 files`. */
export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
