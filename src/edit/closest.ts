import { plainTypography, type SourceText } from './text.ts';

/** The block of a file that looks most like a quote. */
export interface Closest {
  /** 1-based, inclusive. */
  fromLine: number;
  toLine: number;
  /** 0 to 1: mean bigram similarity of the lines. */
  similarity: number;
  /** Numbered lines, marked `!` where the text differs and `~` where only white space does. */
  text: string;
}

/** Pairs of lines that are compared in full; beyond it only windows that share a line with the quote are. */
const MOST_PAIRS = 300_000;
/** Lines of a block that are shown. */
const MOST_SHOWN = 40;
/** Characters of a line that are compared and shown. */
const MOST_WIDTH = 400;

/** Finds the closest block by bigrams; undefined where nothing reaches a similarity of `least`. */
export function closestBlock(source: SourceText, quoted: string, least = 0.3): Closest | undefined {
  const old = quoted.replace(/^\n+|\n+$/g, '').split('\n').map((l) => l.slice(0, MOST_WIDTH));
  const count = source.lines.length - (source.lines.at(-1) === '' ? 1 : 0);
  if (count === 0) return undefined;
  const size = Math.min(old.length, count);
  let windows = Array.from({ length: count - size + 1 }, (_, i) => i);
  if (windows.length * size > MOST_PAIRS) windows = likelyWindows(source, old, windows.length, Math.max(1, Math.floor(MOST_PAIRS / size)));

  const grams = new Map<string, Map<string, number>>();
  const gramsOf = (line: string): Map<string, number> => {
    let known = grams.get(line);
    if (!known) grams.set(line, (known = bigrams(line)));
    return known;
  };
  const wanted = old.map(squash);
  const weight = wanted.reduce((sum, l) => sum + l.length + 1, 0);
  let best = { at: -1, score: -1 };
  for (const at of windows) {
    let score = 0;
    for (let i = 0; i < old.length; i += 1) {
      const line = i < size ? squash(source.lines[at + i]!.slice(0, MOST_WIDTH)) : '';
      score += (wanted[i]!.length + 1) * (line === wanted[i] ? 1 : dice(gramsOf(wanted[i]!), gramsOf(line)));
    }
    if (score > best.score) best = { at, score };
  }
  const similarity = best.score / weight;
  if (best.at < 0 || similarity < least) return undefined;
  const lines = source.lines.slice(best.at, best.at + size);
  const width = String(best.at + size).length;
  const shown = lines.slice(0, MOST_SHOWN).map((line, i) => {
    const mark = line === old[i] ? ' ' : squash(line) === wanted[i] ? '~' : '!';
    const cut = line.length > MOST_WIDTH ? `${line.slice(0, MOST_WIDTH)}…` : line;
    return `${mark} ${String(best.at + i + 1).padStart(width)}| ${mark === '~' ? visible(cut) : cut}`;
  });
  if (lines.length > MOST_SHOWN) shown.push(`  (${lines.length - MOST_SHOWN} more lines)`);
  return { fromLine: best.at + 1, toLine: best.at + size, similarity, text: shown.join('\n') };
}

/** Windows that hold lines of the quote, those with most of them first. */
function likelyWindows(source: SourceText, old: string[], windows: number, most: number): number[] {
  const where = new Map<string, number[]>();
  old.forEach((line, i) => {
    const key = line.trim();
    if (key !== '') where.set(key, [...(where.get(key) ?? []), i]);
  });
  const votes = new Map<number, number>();
  source.lines.forEach((line, n) => {
    for (const i of where.get(line.trim()) ?? []) {
      const at = n - i;
      if (at >= 0 && at < windows) votes.set(at, (votes.get(at) ?? 0) + 1);
    }
  });
  return [...votes].toSorted((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, most).map(([at]) => at);
}

function squash(line: string): string {
  return plainTypography(line).replace(/\s+/g, ' ').trim();
}

/** Tabs and trailing spaces made visible: where only white space differs, the reader must see it. */
function visible(line: string): string {
  return line.replaceAll('\t', '→').replace(/ +$/, (s) => '·'.repeat(s.length));
}

function bigrams(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + 1 < text.length; i += 1) {
    const gram = text.slice(i, i + 2);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** Sørensen–Dice coefficient of two bigram multisets. */
function dice(a: Map<string, number>, b: Map<string, number>): number {
  let total = 0;
  let shared = 0;
  for (const [gram, n] of a) {
    total += n;
    shared += Math.min(n, b.get(gram) ?? 0);
  }
  for (const n of b.values()) total += n;
  return total === 0 ? 0 : (2 * shared) / total;
}
