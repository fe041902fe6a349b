/** Words that say nothing of what a tool does. Those that turn a meaning round (not, from, to, before, after) are not among them. */
const STOP = new Set(
  ('a an and any are as at be been by can could did do does for give given gives had has have her his how i if in into is it its just let like ' +
    'me my of on or our please shall she should so some tell than that the their them then there these they this those us want was we were what ' +
    'when where which who will with would you your').split(' '),
);

/**
 * The words of a text in lower case, those of camelCase and snake_case names apart, without their most common endings, without words that
 * stand everywhere.
 *
 * @example wordsOf('calculatePercentage of numbers') // ['calculat', 'percentag', 'numb']
 */
export function wordsOf(text: string): string[] {
  const apart = text.replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2').toLowerCase();
  return (apart.match(/[\p{L}\p{M}]+|\p{N}+/gu) ?? []).filter((word) => !STOP.has(word)).map(stem);
}

/** The name of a tool as words: `calculate_percentage` as `calculate percentage`. */
export function spoken(name: string): string {
  return name.replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2').replaceAll(/[_.\-/]+/g, ' ').trim().toLowerCase();
}

/** Endings of number, of verbs and of those who do it, after step 1 of Porter's stemmer (Program 14, 1980): two forms of a word meet, and what they meet in need be no word. */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  let short = word;
  if (short.endsWith('ies') && short.length > 4) short = `${short.slice(0, -3)}y`;
  else if (/(?:[sxz]|ch|sh)es$/.test(short)) short = short.slice(0, -2);
  else if (short.endsWith('s') && !/(?:ss|us|is)$/.test(short)) short = short.slice(0, -1);
  for (const ending of ['ing', 'ed', 'or', 'er', 'ion']) {
    if (short.endsWith(ending) && /[aeiouy].*[^aeiou]$/.test(short.slice(0, -ending.length)) && short.length - ending.length >= 4) {
      short = short.slice(0, -ending.length);
      break;
    }
  }
  if (short.length > 4 && short.endsWith('e')) short = short.slice(0, -1);
  return short.replace(/([bdfgmnprt])\1$/, '$1');
}
