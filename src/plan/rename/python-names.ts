/** A name where it stands in a source; offsets in UTF-16 units. */
export interface NamePlace {
  name: string;
  start: number;
  end: number;
}

const NAME = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
const STRING = /([rRbBuUfFtT]{0,2})("""|'''|"|')/y;
const NUMBER = /[0-9][\w.]*/y;

function at(pattern: RegExp, source: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(source);
}

/** Every name in the code of a Python file: not in comments, not in strings, but in the expressions of f-strings. Broken files give what can be told. */
export function pythonNames(source: string): NamePlace[] {
  const places: NamePlace[] = [];

  /** Reads code from `i`; inside the braces of an f-string up to the brace that ends it. Gives the offset behind. */
  function code(i: number, inBraces: boolean): number {
    let depth = 0;
    while (i < source.length) {
      const character = source[i];
      if (character === '#') {
        const newline = source.indexOf('\n', i);
        i = newline < 0 ? source.length : newline;
        continue;
      }
      const string = at(STRING, source, i);
      if (string) {
        i = text(STRING.lastIndex, string[2] ?? '"', /[ft]/i.test(string[1] ?? ''));
        continue;
      }
      const name = at(NAME, source, i);
      if (name) {
        places.push({ name: name[0], start: i, end: NAME.lastIndex });
        i = NAME.lastIndex;
        continue;
      }
      if (at(NUMBER, source, i)) {
        i = NUMBER.lastIndex;
        continue;
      }
      if (inBraces && depth === 0) {
        if (character === '}') return i + 1;
        if (character === ':') return format(i + 1);
        if (character === '!' && /^![rsa][:}]/.test(source.slice(i, i + 3))) i += 1;
      }
      if ('([{'.includes(character ?? ' ')) depth += 1;
      else if (')]}'.includes(character ?? ' ')) depth -= 1;
      i += 1;
    }
    return i;
  }

  /** What follows the colon in an f-string's braces. */
  function format(i: number): number {
    while (i < source.length && source[i] !== '}') i = source[i] === '{' ? code(i + 1, true) : i + 1;
    return i + 1;
  }

  function text(i: number, quote: string, formatted: boolean): number {
    while (i < source.length) {
      if (source.startsWith(quote, i)) return i + quote.length;
      if (quote.length === 1 && source[i] === '\n') return i; // never closed: the next line is code again
      if (source[i] === '\\') {
        if (formatted && source.startsWith('\\N{', i)) i = Math.max(i + 3, source.indexOf('}', i) + 1);
        else i += formatted && source[i + 1] === '{' ? 1 : 2;
      } else if (formatted && source.startsWith('{{', i)) i += 2;
      else if (formatted && source[i] === '{') i = code(i + 1, true);
      else i += 1;
    }
    return i;
  }

  code(0, false);
  return places;
}
