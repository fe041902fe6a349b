import { stem, wordsOf } from '../catalogue/words.ts';

/**
 * Words that turn what is done round, and that embeddings place side by side: the two of a pair stand in the same sentences. Written down from
 * the vocabulary of small tools; units and directions of conversions are read from "… to …" instead.
 */
const PAIRS = `
ascending descending|increasing decreasing|smallest largest|lowest highest|shortest longest|least most|minimum maximum|min max|smaller larger|lower upper|lowercase uppercase
first last|start end|begin end|front back|head tail|left right|before after|previous next|earliest latest|oldest newest|youngest oldest
add subtract|sum difference|multiply divide|product quotient|plus minus|increase decrease|increment decrement|floor ceiling|up down|odd even|positive negative
encode decode|encrypt decrypt|compress decompress|compress expand|escape unescape|serialize parse|pack unpack|zip unzip|join split|merge split|flatten nest|quote unquote
union intersection|include exclude|keep remove|insert delete|insert remove|append prepend|push pop|allow forbid|open close|enable disable|lock unlock
prefix suffix|row column|rows columns|horizontal vertical|clockwise counterclockwise|width height|buy sell|deposit withdraw|credit debit|profit loss|discount markup|simple compound
sine cosine|sin cos|area perimeter|radius diameter|numerator denominator|mean median|mean mode|median mode|population sample|same different|equal unequal|with without|all any`;

const opposites = new Map<string, Set<string>>();
for (const pair of PAIRS.split(/[|\n]/)) {
  const [one, other] = pair.split(' ').map(stem) as [string, string | undefined];
  if (!other) continue;
  opposites.set(one, (opposites.get(one) ?? new Set()).add(other));
  opposites.set(other, (opposites.get(other) ?? new Set()).add(one));
}

/**
 * The words in which a wish and a tool are opposed: `descend` is wished and the tool has `ascend` and not `descend`; or both convert
 * between the same two things, the other way round. Undefined where nothing shows it.
 */
export function opposed(wish: string, tool: string): { wished: string; has: string } | undefined {
  const [wished, has] = [new Set(stems(wish)), new Set(stems(tool))];
  for (const word of wished) {
    if (has.has(word)) continue;
    for (const other of opposites.get(word) ?? []) if (has.has(other) && !wished.has(other)) return { wished: word, has: other };
  }
  const there = directions(tool);
  for (const [from, to] of directions(wish)) {
    if (there.some(([a, b]) => a === to && b === from) && !there.some(([a, b]) => a === from && b === to)) return { wished: `${from} to ${to}`, has: `${to} to ${from}` };
  }
  return undefined;
}

const stems = (text: string): string[] => (text.toLowerCase().replaceAll('_', ' ').match(/[a-z]+/g) ?? []).map(stem);

/** `celsius to fahrenheit`, `from a roman numeral to an integer`: each of two words before with each of two after. */
function directions(text: string): [from: string, to: string][] {
  const words = stems(text).filter((word) => !ARTICLES.has(word));
  return words.flatMap((word, i): [string, string][] =>
    word === 'to' || word === 'into' ? [words[i - 2], words[i - 1]].flatMap((from) => [words[i + 1], words[i + 2]].flatMap((to): [string, string][] => (from && to ? [[from, to]] : []))) : [],
  );
}

const ARTICLES = new Set(['a', 'an', 'the', 'of']);

/** Words of names that say how the others hang together: `from_roman` and `roman_to_integer` may be one tool. */
const JOINING = new Set(['to', 'from', 'into', 'by']);

/**
 * A word that the name of the wish has and the tool nowhere, where the tool's name has one in turn that the wish has nowhere: `count_vowels` and
 * `count_consonants`. It may be another word for the same, or another thing: figures do not tell. Undefined where the wish has no name.
 */
export function instead(wish: { name?: string; words: string }, tool: { name: string; words: string }): { wished: string; has: string } | undefined {
  if (!wish.name) return undefined;
  const missing = (name: string, words: string): string | undefined => {
    const there = new Set(wordsOf(words));
    return wordsOf(name).find((word) => !there.has(word) && !JOINING.has(word));
  };
  const [wished, has] = [missing(wish.name, `${tool.name}. ${tool.words}`), missing(tool.name, `${wish.name}. ${wish.words}`)];
  return wished && has ? { wished, has } : undefined;
}
