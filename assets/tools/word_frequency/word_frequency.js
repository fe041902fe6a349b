const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu;

/**
 * The words that occur most often, in small letters, the most frequent first and equally frequent ones by their letters. Apostrophes and hyphens inside
 * belong to a word.
 *
 * @param {string} text
 * @param {number} [top]
 * @returns {Array<{word: string, count: number}>}
 * @throws {RangeError} for a number of words that is not whole and above 0
 */
export function word_frequency(text, top = 10) {
  if (!Number.isInteger(top) || top < 1) throw new RangeError('the number of words is whole and above 0');
  const counts = new Map();
  for (const word of text.toLowerCase().match(WORD) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .map(([word, count]) => ({ word, count }))
    .sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1))
    .slice(0, top);
}
