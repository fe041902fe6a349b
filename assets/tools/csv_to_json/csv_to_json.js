/**
 * The rows of a CSV text by the names in its first line, as RFC 4180 has it: quoted fields may hold separators, line ends and doubled quotes. All
 * values are texts; blank lines at the end do not count.
 *
 * @param {string} text
 * @param {string} [separator]
 * @returns {Array<Object<string, string>>}
 * @throws {RangeError} for a quote that is not closed or stands inside a field, a row with more or fewer fields than names, a name that stands twice, or
 * a separator that is not one character
 */
export function csv_to_json(text, separator = ',') {
  if (separator.length !== 1 || '"\r\n'.includes(separator)) throw new RangeError('the separator is one character');
  const [names = [], ...rows] = rowsOf(text, separator);
  if (new Set(names).size !== names.length) throw new RangeError('a column name stands twice');
  return rows.map((row, at) => {
    if (row.length !== names.length) throw new RangeError(`row ${at + 1} has ${row.length} fields, and there are ${names.length} names`);
    return Object.fromEntries(row.map((field, column) => [names[column], field]));
  });
}

function rowsOf(text, separator) {
  const rows = [];
  let row = [];
  let at = 0;
  const source = text.replace(/[\r\n]+$/, '');
  if (source === '') return rows;
  for (;;) {
    const field = source[at] === '"' ? quoted(source, at) : bare(source, at, separator);
    row.push(field.value);
    at = field.end;
    if (at < source.length && source[at] === separator) {
      at += 1;
      continue;
    }
    rows.push(row);
    row = [];
    if (at >= source.length) return rows;
    if (source[at] !== '\n' && !source.startsWith('\r\n', at)) throw new RangeError('text stands after a closing quote');
    at += source[at] === '\n' ? 1 : 2;
  }
}

function quoted(source, from) {
  let value = '';
  for (let at = from + 1; at < source.length; at += 1) {
    if (source[at] !== '"') value += source[at];
    else if (source[at + 1] === '"') {
      value += '"';
      at += 1;
    } else return { value, end: at + 1 };
  }
  throw new RangeError('a quote is not closed');
}

function bare(source, from, separator) {
  let end = from;
  while (end < source.length && source[end] !== separator && source[end] !== '\n' && !source.startsWith('\r\n', end)) end += 1;
  const value = source.slice(from, end);
  if (value.includes('"')) throw new RangeError('a quote stands inside a field');
  return { value, end };
}
