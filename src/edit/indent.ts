import { indentOf } from './text.ts';

export type IndentMap = { ok: true; map(indent: string): string | undefined } | { ok: false };

/**
 * The one way in which a file's indentation differs from that of a quoted block, learned from the block's lines.
 * An indent that was seen is mapped as seen; another by a constant offset, else in whole units of the first pair;
 * `map` answers undefined where none of these holds.
 *
 * @param quoted the block as the caller sent it
 * @param actual the same lines in the file; equal to `quoted` but for white space at both ends
 * @param wanted further lines that are to be mapped; they only help to choose between offset and unit
 */
export function indentMap(quoted: readonly string[], actual: readonly string[], wanted: readonly string[]): IndentMap {
  const seen = new Map<string, string>();
  const back = new Map<string, string>();
  for (let i = 0; i < quoted.length; i += 1) {
    if (quoted[i]!.trim() === '') continue;
    const from = indentOf(quoted[i]!);
    const to = indentOf(actual[i]!);
    // Two levels that fall together, or one that splits, would change the nesting.
    if ((seen.get(from) ?? to) !== to || (back.get(to) ?? from) !== from) return { ok: false };
    seen.set(from, to);
    back.set(to, from);
  }
  const pairs = [...seen].toSorted((a, b) => a[0].length - b[0].length);
  for (let i = 1; i < pairs.length; i += 1) {
    if (pairs[i]![1].length <= pairs[i - 1]![1].length) return { ok: false };
  }
  const byOffset = offset(pairs);
  const byUnit = units(pairs);
  const indents = wanted.filter((l) => l.trim() !== '').map(indentOf).filter((i) => !seen.has(i));
  let first = byOffset ?? byUnit;
  let second = byUnit;
  // One pair fits both readings. The one that keeps to the file's own unit is meant.
  if (byOffset && byUnit && pairs.length === 1) {
    const unit = unitOf(pairs[0]![1]);
    const fits = (f: (i: string) => string | undefined) => indents.every((i) => { const to = f(i); return to !== undefined && to.length % unit === 0; });
    if (!fits(byOffset) && fits(byUnit)) [first, second] = [byUnit, byOffset];
  }
  return { ok: true, map: (indent) => seen.get(indent) ?? first?.(indent) ?? second?.(indent) };
}

type Rule = (indent: string) => string | undefined;

/** Every line is shifted by the same prefix. */
function offset(pairs: [string, string][]): Rule | undefined {
  const [from, to] = pairs[0] ?? ['', ''];
  if (to.endsWith(from)) {
    const more = to.slice(0, to.length - from.length);
    if (pairs.every(([a, b]) => b === more + a)) return (indent) => more + indent;
  }
  if (from.endsWith(to)) {
    const less = from.slice(0, from.length - to.length);
    if (pairs.every(([a, b]) => a === less + b)) return (indent) => (indent.startsWith(less) ? indent.slice(less.length) : undefined);
  }
  return undefined;
}

/** Each level of the quote is one level of the file: two spaces for a tab, four for two. */
function units(pairs: [string, string][]): Rule | undefined {
  const first = pairs[0];
  if (!first) return undefined;
  let [zeroFrom, zeroTo] = ['', ''];
  let unitFrom: string;
  let unitTo: string;
  if (pairs.length === 1) {
    [unitFrom, unitTo] = first;
    if (unitFrom === '' || unitTo === '') return undefined;
    // Eight spaces for two tabs are two levels, not one.
    if (/^\t+$/.test(unitTo) && unitFrom.length % unitTo.length === 0) [unitFrom, unitTo] = [unitFrom.slice(0, unitFrom.length / unitTo.length), '\t'];
    else if (/^\t+$/.test(unitFrom) && unitTo.length % unitFrom.length === 0) [unitFrom, unitTo] = ['\t', unitTo.slice(0, unitTo.length / unitFrom.length)];
  } else {
    const next = pairs[1]!;
    [zeroFrom, zeroTo] = first;
    if (!next[0].startsWith(zeroFrom) || !next[1].startsWith(zeroTo)) return undefined;
    unitFrom = next[0].slice(zeroFrom.length);
    unitTo = next[1].slice(zeroTo.length);
  }
  const rule: Rule = (indent) => {
    const levels = (indent.length - zeroFrom.length) / unitFrom.length;
    if (!Number.isInteger(levels)) return undefined;
    if (levels >= 0) return indent === zeroFrom + unitFrom.repeat(levels) ? zeroTo + unitTo.repeat(levels) : undefined;
    const less = unitTo.repeat(-levels);
    return zeroFrom === indent + unitFrom.repeat(-levels) && zeroTo.endsWith(less) ? zeroTo.slice(0, zeroTo.length - less.length) : undefined;
  };
  return pairs.every(([a, b]) => rule(a) === b) ? rule : undefined;
}

function unitOf(indent: string): number {
  if (indent.startsWith('\t')) return 1;
  return indent.length % 4 === 0 ? 4 : indent.length % 2 === 0 ? 2 : Math.max(1, indent.length);
}
