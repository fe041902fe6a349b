/** An acronym before a word, a word with its capital, or a run of capitals, of small letters, or of digits, which belong to the word before. */
const WORD = /\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}]*|\p{Lu}+\p{N}*|\p{N}+/gu;

/**
 * An identifier in another style. Words end at spaces, hyphens, underlines and other signs, and where a capital begins a new one: parseHTTPResponse2
 * is parse, http, response2.
 *
 * @param {string} text
 * @param {string} style
 * @returns {string}
 * @throws {RangeError} for another style
 */
export function convert_case(text, style) {
  const words = (text.match(WORD) ?? []).map((word) => word.toLowerCase());
  switch (style) {
    case 'camel':
      return words.map((word, at) => (at === 0 ? word : capital(word))).join('');
    case 'pascal':
      return words.map(capital).join('');
    case 'snake':
      return words.join('_');
    case 'kebab':
      return words.join('-');
    case 'constant':
      return words.join('_').toUpperCase();
    default:
      throw new RangeError(`the style '${style}' is not camel, pascal, snake, kebab or constant`);
  }
}

function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
