import { alignLines } from './align.ts';
import { closestBlock } from './closest.ts';
import { findPlace, type Placement } from './match.ts';
import { findOmission } from './omission.ts';
import { callerText, lineAt, rawOffset, sourceText, type SourceText } from './text.ts';
import type { Edit, EditErrorCode, EditOutcome } from './types.ts';

/**
 * Replaces each `oldText` by its `newText`, all of them or none. Every edit is matched against the same original; nothing
 * that is only similar is ever applied. Outside the replaced ranges each byte stays: endings line by line, the BOM, a
 * missing final newline.
 *
 * @param content the file's text, with its BOM if it has one
 * @param edits   at least one; ranges must not overlap
 * @returns the new content with the tier and the lines (1-based, inclusive, in the new content) of each edit, or the first
 *          refusal: `empty_old`, `no_change`, `omission`, `ambiguous` and `split_token` (with lines), `indentation`,
 *          `not_found` (with the closest block in its message), `overlap`
 * @example
 * applyEdits('a = 1\nb = 2\n', [{ oldText: 'b = 2', newText: 'b = 3' }]);
 * // { ok: true, content: 'a = 1\nb = 3\n', edits: [{ tier: 'exact', fromLine: 2, toLine: 2 }] }
 */
export function applyEdits(content: string, edits: readonly Edit[]): EditOutcome {
  if (edits.length === 0) return refusal('no_change', 0, 1, 'There is no edit. Send at least one {oldText, newText}.');
  const source = sourceText(content);
  const placements: Placement[] = [];
  for (const [index, edit] of edits.entries()) {
    const refuse = (code: EditErrorCode, message: string, lines?: number[]) => refusal(code, index, edits.length, message, lines);
    const quoted = callerText(edit.oldText);
    const text = callerText(edit.newText);
    if (quoted === '') return refuse('empty_old', 'oldText is empty. Quote the lines to replace; to write a whole file use file_write.');
    if (quoted === text) return refuse('no_change', 'oldText and newText are the same. Send the text as it should become.');
    const omission = findOmission(text, quoted);
    if (omission) {
      return refuse(
        'omission',
        `newText contains an omission placeholder (its line ${omission.line}: ${clip(omission.text)}). Send the full replacement text, or edit only the lines that change.`,
        [omission.line],
      );
    }
    const match = findPlace(source, quoted, text);
    switch (match.kind) {
      case 'placed':
        placements.push(match.placement);
        break;
      case 'ambiguous':
        return refuse(
          'ambiguous',
          `oldText matches ${match.lines.length > 1 ? `${match.lines.length} places` : 'more than one place'} (line${match.lines.length > 1 ? 's' : ''} ${listed(match.lines)}). Add surrounding lines to make it unique.`,
          match.lines,
        );
      case 'split_token':
        return refuse(
          'split_token',
          `oldText matches only part of a word on line ${match.line}: ${clip(source.lines[match.line - 1]!.trim())}. Quote the whole word or line.`,
          [match.line],
        );
      case 'indentation':
        return refuse(
          'indentation',
          `oldText fits line ${match.line} only with other indentation, and ${match.reason}. Send oldText and newText with the indentation of the file, from the start of each line.`,
          [match.line],
        );
      case 'none':
        return refuse('not_found', notFound(source, quoted, text));
    }
  }
  const clash = overlapping(placements);
  if (clash) {
    const [a, b] = clash;
    const lines = [placements[a]!, placements[b]!].map((p) => lineAt(source, p.start) + 1);
    return refusal(
      'overlap', b, 1,
      `edits[${Math.min(a, b)}] and edits[${Math.max(a, b)}] overlap at line ${Math.max(...lines)}. Merge them into one edit, or choose ranges that do not touch.`,
      lines,
    );
  }
  const result = build(source, placements);
  if (result.content === content) return refusal('no_change', 0, edits.length, 'The file already reads as newText asks. Nothing was changed.');
  return { ok: true, ...result };
}

function refusal(code: EditErrorCode, editIndex: number, count: number, message: string, lines?: number[]): EditOutcome {
  return { ok: false, code, message: count > 1 ? `edits[${editIndex}]: ${message}` : message, editIndex, ...(lines ? { lines } : {}) };
}

function overlapping(placements: readonly Placement[]): [number, number] | undefined {
  const order = placements.map((_, i) => i).toSorted((a, b) => placements[a]!.start - placements[b]!.start || placements[a]!.end - placements[b]!.end);
  for (let i = 1; i < order.length; i += 1) {
    if (placements[order[i]!]!.start < placements[order[i - 1]!]!.end) return [order[i - 1]!, order[i]!];
  }
  return undefined;
}

/** The file's own bytes between the ranges, and the replacements with endings. */
function build(source: SourceText, placements: readonly Placement[]): { content: string; edits: (EditOutcome & { ok: true })['edits'] } {
  const order = placements.map((_, i) => i).toSorted((a, b) => placements[a]!.start - placements[b]!.start);
  const edits: (EditOutcome & { ok: true })['edits'] = [];
  let content = '';
  let line = 1;
  let from = 0;
  const add = (piece: string) => {
    content += piece;
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) line += 1;
  };
  for (const index of order) {
    const { tier, start, end, replacement } = placements[index]!;
    add(source.raw.slice(from, rawOffset(source, start)));
    const fromLine = line;
    add(withEndings(source, start, end, replacement));
    const toLine = tier === 'exact' && replacement.endsWith('\n') ? line - 1 : line;
    edits[index] = { tier, fromLine, toLine };
    from = rawOffset(source, end);
  }
  add(source.raw.slice(from));
  const last = content.endsWith('\n') ? line - 1 : line;
  return { content, edits: edits.map((e) => ({ ...e, toLine: Math.max(e.fromLine, Math.min(e.toLine, last)) })) };
}

/** Lines that stay or are replaced keep their ending; an inserted line takes that of its neighbour. */
function withEndings(source: SourceText, start: number, end: number, replacement: string): string {
  const now = replacement.split('\n');
  if (now.length === 1) return replacement;
  const first = lineAt(source, start);
  const old = source.lf.slice(start, end).split('\n');
  const inside = old.length - 1;
  const { same, instead } = alignLines(old, now);
  const own = source.endings[first + inside];
  const above = source.endings[first - 1];
  let previous: string | undefined;
  let text = '';
  for (let i = 0; i < now.length - 1; i += 1) {
    const partner = same[i]! >= 0 ? same[i]! : instead[i]!;
    const ending: string = partner >= 0 && partner < inside ? source.endings[first + partner]! : (previous ?? own ?? above ?? source.endings[0] ?? '\n');
    text += now[i]! + ending;
    previous = ending;
  }
  return text + now.at(-1)!;
}

function notFound(source: SourceText, quoted: string, text: string): string {
  const hints: string[] = [];
  if (findOmission(quoted, '')) hints.push('oldText leaves lines out; quote each line, or use several edits.');
  const quotedLines = quoted.split('\n').filter((l) => l.trim() !== '');
  if (quotedLines.length > 0 && quotedLines.every((l) => /^\s*\d+(?:\t|\s*[|:→])/.test(l))) hints.push('oldText seems to carry line numbers; leave them out.');
  const present = text.trim() === '' ? -1 : source.lf.indexOf(text);
  if (present >= 0 && text.length >= 8) hints.push(`newText is in the file already, at line ${lineAt(source, present) + 1}: this edit may have been made before.`);
  const closest = closestBlock(source, quoted);
  const tail = hints.length > 0 ? `\n${hints.join('\n')}` : '';
  if (!closest) return `oldText is not in the file, and no block is similar to it. Read the file again and quote its lines as they stand.${tail}`;
  const percent = Math.min(99, Math.floor(closest.similarity * 100));
  return (
    `oldText is not in the file. Closest block, lines ${closest.fromLine}-${closest.toLine} (${percent}% similar; "!" text differs, "~" whitespace differs):\n` +
    `${closest.text}\nQuote these lines as they stand, without marks and numbers.${tail}`
  );
}

function listed(lines: readonly number[]): string {
  return lines.length > 12 ? `${lines.slice(0, 12).join(', ')}, …` : lines.join(', ');
}

function clip(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
