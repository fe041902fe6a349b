import { packCounts, type PackedCounts } from './packed.ts';

/** An identifier from a position on. */
export function wordAt(source: string, at: number): string {
  const word = /[\p{L}\p{Nl}_$][\p{L}\p{Nl}\p{Mn}\p{Nd}_$]*/uy;
  word.lastIndex = at;
  return word.exec(source)?.[0] ?? '';
}

const CHAIN = /(?:^|[^\w.$)\]"'`])([A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_$][\w$]*)*)\s*\.\s*$/;
/** A receiver is short: longer chains are fluent interfaces, whose first word says nothing of the last. */
const MOST_RECEIVER = 80;

/** What stands before the dot in front of a position: `self`, `a.b`, or `?` where it is an expression. */
export function receiverBefore(source: string, at: number): string {
  const text = source.slice(Math.max(0, at - MOST_RECEIVER), at);
  return CHAIN.exec(text)?.[1]?.replace(/\s+/g, '') ?? '?';
}

const PATTERNS = {
  python: /[rbuftRBUFT]{0,2}(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?)|#[^\n]*|(\.\s*)?([A-Za-z_]\w*)/g,
  go: /"(?:\\.|[^"\\\n])*"?|`[^`]*`?|'(?:\\.|[^'\\\n])+'?|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|(\.\s*)?([A-Za-z_]\w*)/g,
};
const KEYWORDS = {
  python: new Set('False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield self cls'.split(' ')),
  go: new Set('break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var nil true false iota string int error bool byte'.split(' ')),
};

/** How often each identifier stands outside comments and strings; one after a dot is written with it, `.name`. Needs no tree, so broken files give theirs too. */
export function mentionsOf(source: string, language: keyof typeof PATTERNS): PackedCounts {
  const counts = new Map<string, number>();
  const keywords = KEYWORDS[language];
  for (const match of source.matchAll(PATTERNS[language])) {
    const word = match[2];
    if (word === undefined || word.length < 2 || keywords.has(word)) continue;
    const key = match[1] === undefined ? word : `.${word}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return packCounts(counts);
}

export const countLines = (source: string): number => {
  let lines = 0;
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) lines += 1;
  return source.length > 0 && !source.endsWith('\n') ? lines + 1 : lines;
};

/** One line of a text that is at most `most` characters long. */
export function shortened(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

/** Characters that a signature and the first line of a docstring may have in the map. */
export const MOST_SIGNATURE = 160;
export const MOST_DOC = 120;
