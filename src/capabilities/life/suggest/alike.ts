import { spoken, wordsOf } from '../../catalogue/words.ts';
import { opposed } from '../../find/opposites.ts';

/** From this on two texts count as the same wish. */
export const SAME_WISH = 0.6;

/**
 * How alike two texts are by the words that they share (Dice's coefficient); numbers and quoted texts apart, so that "15 percent of 300" and
 * "20 percent of 80" are one wish. Nothing where one says the opposite of the other.
 */
export function alikeByWords(a: string, b: string): number {
  const [one, other] = [generalWords(a), generalWords(b)];
  if (one.size === 0 || other.size === 0 || opposed(a, b) || opposed(b, a)) return 0;
  return (2 * [...one].filter((word) => other.has(word)).length) / (one.size + other.size);
}

const generalWords = (text: string): Set<string> => new Set(wordsOf(spoken(text.replaceAll(/"[^"]*"|'[^']*'(?!\p{L})|“[^”]*”|\d+(?:[.,]\d+)*/gu, ' '))));

/** Puts together what is alike, in the order in which it came; the first of each group is what others are compared with. */
export function groupsOf<T>(items: readonly T[], textOf: (item: T) => string, alike: (a: string, b: string) => number): T[][] {
  const groups: T[][] = [];
  for (const item of items) {
    const group = groups.find(([first]) => alike(textOf(first!), textOf(item)) >= SAME_WISH);
    if (group) group.push(item);
    else groups.push([item]);
  }
  return groups;
}
