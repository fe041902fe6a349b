import { alignLines } from './align.ts';
import { indentMap } from './indent.ts';
import { commonEnd, commonStart, indentOf, lineAt, plainTypography, type SourceText } from './text.ts';
import type { EditTier } from './types.ts';

/** Where an edit goes: a range of `SourceText.lf` and the text (endings as LF) that takes its place. */
export interface Placement {
  tier: EditTier;
  start: number;
  end: number;
  replacement: string;
}

export type Match =
  | { kind: 'placed'; placement: Placement }
  | { kind: 'none' }
  | { kind: 'ambiguous'; lines: number[] }
  | { kind: 'split_token'; line: number }
  | { kind: 'indentation'; line: number; reason: string };

/**
 * Finds the one place of `quoted` in the file: exact, else whole lines but for trailing white space and typography, else
 * whole lines with one consistent change of indentation. More than one place on a rung ends the search: a looser rung
 * must not choose between places that a stricter one could not tell apart.
 */
export function findPlace(source: SourceText, quoted: string, text: string): Match {
  const exact = exactMatch(source, quoted, text);
  if (exact.kind !== 'none') return exact;
  const block = blockOf(quoted, text);
  return lineMatch(source, block, 'whitespace') ?? lineMatch(source, block, 'indentation') ?? { kind: 'none' };
}

function exactMatch(source: SourceText, quoted: string, text: string): Match {
  const { lf } = source;
  // The last line counts as ended, so that it is found by a quote with a final newline as the lines before it are.
  const open = lf !== '' && !lf.endsWith('\n') && quoted.endsWith('\n');
  const haystack = open ? `${lf}\n` : lf;
  const found: number[] = [];
  for (let at = haystack.indexOf(quoted); at >= 0; at = haystack.indexOf(quoted, at + 1)) found.push(at);
  const start = found[0];
  if (start === undefined) return { kind: 'none' };
  if (found.length > 1) return { kind: 'ambiguous', lines: [...new Set(found.map((at) => lineAt(source, at) + 1))] };
  const beyond = start + quoted.length > lf.length;
  const end = beyond ? lf.length : start + quoted.length;
  if (cutsToken(lf, start) || cutsToken(lf, end)) return { kind: 'split_token', line: lineAt(source, start) + 1 };
  const replacement = beyond && text.endsWith('\n') ? text.slice(0, -1) : text;

  const line = lineAt(source, start);
  const head = lf.slice(source.starts[line]!, start);
  if (head !== '' && head.trim() === '' && text.includes('\n')) {
    const firstIsIndented = /^[ \t]/.test(quoted);
    if (firstIsIndented) {
      // The quote begins inside the indentation, so the file's depth is not what its author believes.
      const block = blockOf(quoted, text);
      return (
        lineMatch(source, block, 'indentation') ?? { kind: 'indentation', line: line + 1, reason: 'oldText begins inside the indentation of that line' }
      );
    }
    const following = text.split('\n').slice(1).filter((l) => l.trim() !== '');
    if (!quoted.includes('\n') && following.some((l) => indentOf(l).length < head.length)) {
      return { kind: 'indentation', line: line + 1, reason: `that line is indented by ${describeIndent(head)} and the further lines of newText by less` };
    }
  }
  return { kind: 'placed', placement: { tier: 'exact', start, end, replacement } };
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;
/** Scripts that put no space between words: a cut there is not a cut of a name. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

/** Does this offset stand inside a word, a number or one character? */
function cutsToken(text: string, offset: number): boolean {
  if (offset <= 0 || offset >= text.length) return false;
  const isLow = (at: number) => text.charCodeAt(at) >= 0xdc00 && text.charCodeAt(at) <= 0xdfff;
  if (isLow(offset) && text.codePointAt(offset - 1)! > 0xffff) return true;
  const before = String.fromCodePoint(text.codePointAt(isLow(offset - 1) && offset > 1 ? offset - 2 : offset - 1)!);
  const after = String.fromCodePoint(text.codePointAt(offset)!);
  if (isWord(before) && isWord(after)) return true;
  // 1|.5 and 1.|5
  return (isDigit(before) && after === '.' && isDigit(text[offset + 1])) || (before === '.' && isDigit(after) && isDigit(text[offset - 2]));
}

function isWord(character: string): boolean {
  return WORD.test(character) && !UNSPACED.test(character);
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

interface Block {
  old: string[];
  /** Empty: the lines go. */
  now: string[];
}

/** Quote and replacement as whole lines: a final newline of the quote ends its last line and is no line of its own. */
function blockOf(quoted: string, text: string): Block {
  const old = quoted.split('\n');
  if (!quoted.endsWith('\n')) return { old, now: text.split('\n') };
  old.pop();
  if (text === '') return { old, now: [] };
  return { old, now: (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n') };
}

function lineMatch(source: SourceText, block: Block, tier: 'whitespace' | 'indentation'): Match | undefined {
  // Blank lines look alike; only an exact quote can name some of them.
  if (block.old.every((l) => l.trim() === '')) return undefined;
  const key = tier === 'whitespace' ? (l: string) => plainTypography(l).trimEnd() : (l: string) => plainTypography(l).trim();
  const count = source.lines.length - (source.lines.at(-1) === '' ? 1 : 0);
  const wanted = block.old.map(key);
  const lines = source.lines.slice(0, count).map(key);
  const found: number[] = [];
  for (let at = 0; at + wanted.length <= count; at += 1) {
    if (wanted.every((w, i) => w === lines[at + i])) found.push(at);
  }
  const first = found[0];
  if (first === undefined) return undefined;
  if (found.length > 1) return { kind: 'ambiguous', lines: found.map((at) => at + 1) };
  const actual = source.lines.slice(first, first + wanted.length);
  const lastLine = first + wanted.length - 1;
  if (block.now.length === 0) return { kind: 'placed', placement: { tier, ...wholeLines(source, first, lastLine), replacement: '' } };
  const result = rewrite(block, actual, tier);
  if ('reason' in result) return { kind: 'indentation', line: first + 1, reason: result.reason };
  const start = source.starts[first]!;
  const end = source.starts[lastLine]! + source.lines[lastLine]!.length;
  return { kind: 'placed', placement: { tier, start, end, replacement: result.lines.join('\n') } };
}

/** The range that takes lines away with their ending. */
function wholeLines(source: SourceText, first: number, last: number): { start: number; end: number } {
  const next = source.starts[last + 1];
  const start = source.starts[first]!;
  if (next !== undefined) {
    // The line before becomes the last one of a file without a final newline.
    if (source.lines[last + 1] === '' && last + 2 === source.lines.length) return { start, end: next };
    return { start, end: next };
  }
  return { start: Math.max(0, start - 1), end: source.lf.length };
}

/** New lines in the file's own form: lines that stay keep their bytes, changed ones keep the bytes of what is common. */
function rewrite(block: Block, actual: string[], tier: 'whitespace' | 'indentation'): { lines: string[] } | { reason: string } {
  const { same, instead } = alignLines(block.old, block.now);
  const indents = tier === 'indentation' ? indentMap(block.old, actual, block.now.filter((_, i) => same[i] === -1)) : undefined;
  if (indents && !indents.ok) return { reason: 'the lines of oldText are nested otherwise than the lines of the file' };
  const lines: string[] = [];
  for (const [i, line] of block.now.entries()) {
    if (same[i]! >= 0) {
      lines.push(actual[same[i]!]!);
      continue;
    }
    if (line.trim() === '') {
      lines.push(tier === 'whitespace' ? line : '');
      continue;
    }
    const indent = indents ? indents.map(indentOf(line)) : indentOf(line);
    if (indent === undefined) return { reason: `line ${i + 1} of newText is indented by ${describeIndent(indentOf(line))}, a depth that oldText does not show` };
    const partner = instead[i]!;
    lines.push(indent + (partner >= 0 ? keepCommon(block.old[partner]!, actual[partner]!, line) : line.slice(indentOf(line).length)));
  }
  return { lines };
}

/**
 * A changed line without its indentation. What quote and new text have in common at both ends is taken from the file, so
 * that its typographic quotes and its trailing white space stay.
 */
function keepCommon(oldLine: string, fileLine: string, newLine: string): string {
  const [old, file, now] = [oldLine.trim(), fileLine.trim(), newLine.trim()];
  const end = tailOf(newLine) === tailOf(oldLine) ? tailOf(fileLine) : tailOf(newLine);
  if (old.length !== file.length) return now + end;
  const head = commonStart(old, now);
  const rest = commonEnd(old, now, Math.min(old.length, now.length) - head);
  return file.slice(0, head) + now.slice(head, now.length - rest) + file.slice(file.length - rest) + end;
}

/** The white space a line ends with. */
function tailOf(line: string): string {
  return line.slice(line.trimEnd().length);
}

export function describeIndent(indent: string): string {
  if (indent === '') return 'nothing';
  if (/^\t+$/.test(indent)) return indent.length === 1 ? '1 tab' : `${indent.length} tabs`;
  return /^ +$/.test(indent) ? `${indent.length} space${indent.length === 1 ? '' : 's'}` : 'tabs and spaces';
}
