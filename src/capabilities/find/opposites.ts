import { stem } from '../catalogue/words.ts';

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

/** `celsius to fahrenheit`, `from rows into columns`: what stands on both sides of the word. */
function directions(text: string): [from: string, to: string][] {
  const words = stems(text);
  return words.flatMap((word, i): [string, string][] => {
    const [from, to] = [words[i - 1], words[i + 1] === 'a' || words[i + 1] === 'an' || words[i + 1] === 'the' ? words[i + 2] : words[i + 1]];
    return (word === 'to' || word === 'into' || word === 'as') && from && to ? [[from, to]] : [];
  });
}
