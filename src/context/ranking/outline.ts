import type { SymbolFact } from '../facts/types.ts';
import { estimateTokens } from '../tokens.ts';
import type { RankedFile } from './rank.ts';

export interface OutlineOptions {
  /** Tokens that the outline may have. */
  budget: number;
  /** Files that stand elsewhere in full: left out. */
  without?: ReadonlySet<string>;
  /** Sizes and first lines of docstrings too. */
  details?: boolean;
}

export interface Outline {
  text: string;
  tokens: number;
  files: number;
  symbols: number;
}

/**
 * The highest symbols of a project as an outline: each file with its lines and the symbols in them, the most important file first.
 * As many symbols as the budget holds; found by halving, since how a symbol is shown hangs on its neighbours.
 */
export function outlineOf(ranked: readonly RankedFile[], options: OutlineOptions): Outline {
  const files = ranked.filter(({ file }) => !options.without?.has(file.path));
  const order = files
    .flatMap(({ symbols }, at): { at: number; symbol?: SymbolFact; rank: number }[] => (symbols.length ? symbols.map(({ symbol, rank }) => ({ at, symbol, rank })) : [{ at, symbol: undefined, rank: files[at]!.rank * 0.01 }]))
    .sort((a, b) => b.rank - a.rank || a.at - b.at || (a.symbol?.fromLine ?? 0) - (b.symbol?.fromLine ?? 0));
  const draw = (count: number): Outline => {
    const chosen = new Map<number, SymbolFact[]>();
    for (const { at, symbol } of order.slice(0, count)) {
      const list = chosen.get(at) ?? [];
      if (symbol) list.push(symbol);
      chosen.set(at, list);
    }
    const parts = [...chosen.keys()].sort((a, b) => a - b).map((at) => section(files[at]!, chosen.get(at)!, options));
    const text = parts.join('\n');
    return { text, tokens: estimateTokens(text), files: chosen.size, symbols: [...chosen.values()].reduce((n, list) => n + list.length, 0) };
  };
  // A symbol has no fewer than a few tokens: more than this cannot fit.
  let low = 0;
  let high = Math.min(order.length, Math.max(1, Math.ceil(options.budget / 2)));
  let best = draw(high);
  if (best.tokens <= options.budget) return best;
  best = draw(0);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const tried = draw(middle);
    if (tried.tokens <= options.budget) {
      best = tried;
      low = middle;
    } else high = middle;
  }
  return best;
}

function section({ file, symbols }: RankedFile, chosen: readonly SymbolFact[], options: OutlineOptions): string {
  const { facts } = file;
  const notes = [`${facts.lines} lines`, ...(facts.ok ? [] : ['does not parse'])].join(', ');
  const lines = [`${file.path}${options.details ? ` (${notes})` : ''}:${options.details && facts.doc ? ` ${facts.doc}` : ''}`];
  const shown = new Set<SymbolFact>(chosen);
  // A method is shown under its class, even where the class alone would not have been chosen.
  for (const symbol of chosen) {
    for (let depth = symbol.parents.length; depth > 0; depth -= 1) {
      const parent = facts.symbols.findLast((other) => other.name === symbol.parents[depth - 1] && other.parents.length === depth - 1 && other.fromLine <= symbol.fromLine && other.toLine >= symbol.toLine);
      if (parent) shown.add(parent);
    }
  }
  for (const symbol of [...shown].sort((a, b) => a.fromLine - b.fromLine || a.parents.length - b.parents.length)) {
    const size = options.details && symbol.toLine > symbol.fromLine ? `-${symbol.toLine}` : '';
    lines.push(`${'  '.repeat(symbol.parents.length + 1)}${symbol.fromLine}${size}: ${symbol.signature}${options.details && symbol.doc ? `  # ${symbol.doc}` : ''}`);
  }
  const more = symbols.length - shown.size;
  if (more > 0) lines.push(`  … ${more} more`);
  return lines.join('\n');
}
