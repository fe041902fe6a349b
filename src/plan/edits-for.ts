import { applyEdits } from '../edit/apply.ts';
import type { Edit } from '../edit/types.ts';

/** A part of a text and what takes its place; offsets in UTF-16 units. */
export interface Replacement {
  start: number;
  end: number;
  text: string;
}

/** The text with all parts replaced. They must not overlap. */
export function replaced(text: string, parts: readonly Replacement[]): string {
  let out = '';
  let at = 0;
  for (const part of [...parts].sort((a, b) => a.start - b.start)) {
    out += text.slice(at, part.start) + part.text;
    at = part.end;
  }
  return out + text.slice(at);
}

interface Lines {
  from: number;
  /** Exclusive. */
  to: number;
}

/**
 * Replacements as edits that the strict ladder takes: whole lines, with as many around them as it needs for the quote to occur once.
 *
 * @returns undefined where no such edits give exactly the wanted text (a file whose lines end in a lone CR, for one): such a file has
 *   to be written whole
 */
export function editsFor(text: string, parts: readonly Replacement[]): Edit[] | undefined {
  const after = replaced(text, parts);
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  if (starts.at(-1) === text.length) starts.pop();
  const lineOf = (offset: number): number => starts.findLastIndex((start) => start <= offset);
  const begin = (line: number): number => starts[line] ?? text.length;
  // The line ending stays outside, so that the ladder keeps it.
  const end = ({ to }: Lines): number => begin(to) - (text[begin(to) - 1] === '\n' ? (text[begin(to) - 2] === '\r' ? 2 : 1) : 0);
  const quote = (lines: Lines): string => text.slice(begin(lines.from) + (lines.from === 0 && text.startsWith('\uFEFF') ? 1 : 0), end(lines));
  // As the ladder looks: endings alike, and the last line counted as ended.
  const unix = (value: string): string => value.replaceAll('\r\n', '\n');
  const looked = `${unix(text)}${text.endsWith('\n') ? '' : '\n'}`;
  const once = (lines: Lines): boolean => looked.indexOf(unix(quote(lines))) === looked.lastIndexOf(unix(quote(lines)));

  let groups: Lines[] = parts.map((p) => ({ from: lineOf(p.start), to: lineOf(Math.max(p.start, p.end - 1)) + 1 }));
  for (let grown = true; grown; ) {
    grown = false;
    groups = joined(groups);
    for (const lines of groups) {
      if (once(lines) || (lines.from === 0 && lines.to === starts.length)) continue;
      if (lines.to < starts.length) lines.to += 1;
      if (lines.from > 0) lines.from -= 1;
      grown = true;
    }
  }
  const edits = groups.map((lines) => {
    const from = text.indexOf(quote(lines), begin(lines.from));
    const to = from + quote(lines).length;
    const inside = parts.filter((p) => p.start >= from && p.end <= to).map((p) => ({ ...p, start: p.start - from, end: p.end - from }));
    return { oldText: unix(quote(lines)), newText: unix(replaced(quote(lines), inside)) };
  });
  const outcome = edits.length ? applyEdits(text, edits) : undefined;
  return outcome?.ok && outcome.content === after ? edits : undefined;
}

/** Groups in order, those that overlap as one. */
function joined(groups: readonly Lines[]): Lines[] {
  const out: Lines[] = [];
  for (const lines of [...groups].sort((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last && lines.from < last.to) last.to = Math.max(last.to, lines.to);
    else out.push({ ...lines });
  }
  return out;
}
