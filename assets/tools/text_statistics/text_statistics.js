/**
 * Characters are code points, with and without white space. A word is of letters and digits, with apostrophes and hyphens inside. A sentence ends with
 * . ! ? or … before white space or the end; what follows the last of them is one too, if it has a word. An empty text has no line.
 *
 * @param {string} text
 * @returns {{characters: number, without_spaces: number, words: number, sentences: number, lines: number}}
 */
export function text_statistics(text) {
  return {
    characters: [...text].length,
    without_spaces: [...text.replace(/\s/g, '')].length,
    words: wordsOf(text),
    sentences: text.split(/[.!?…]+["'”’)]*(?=\s|$)/u).filter((part) => wordsOf(part) > 0).length,
    lines: text === '' ? 0 : text.split('\n').length,
  };
}

function wordsOf(text) {
  return text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
}
