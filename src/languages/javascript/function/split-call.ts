/**
 * Cuts a line behind its call of the function (and what is done with it: `f(1).length`), before the mark that says what it gives. Undefined
 * where no call begins the line.
 */
export function splitMark(text: string, name: string): { call: string; rest: string } | undefined {
  const begins = new RegExp(`^(?:await\\s+)?(?:[\\w$.]+\\()*${name.replaceAll('$', '\\$')}\\s*\\(`).exec(text);
  if (!begins) return undefined;
  const first = text.indexOf('(');
  let end = closing(text, first);
  if (end === undefined) return undefined;
  for (;;) {
    const more = /^(?:\.[\w$]+(?!\w)|\s*(?=[([])(?<=[\])\w]))/.exec(text.slice(end));
    if (more && more[0].startsWith('.')) end += more[0].length;
    else if (text[end] === '[' || text[end] === '(') {
      const close = closing(text, end);
      if (close === undefined) return undefined;
      end = close;
    } else break;
  }
  return { call: text.slice(0, end), rest: text.slice(end).trim().replace(/^;\s*/, '') };
}

/** Position behind the bracket that closes the one at `open`; quotes are passed over. */
function closing(text: string, open: number): number | undefined {
  const stack: string[] = [];
  for (let i = open; i < text.length; i += 1) {
    const c = text[i]!;
    if (c === '"' || c === "'" || c === '`') {
      for (i += 1; i < text.length && text[i] !== c; i += 1) if (text[i] === '\\') i += 1;
      if (i >= text.length) return undefined;
    } else if (c === '(' || c === '[' || c === '{') stack.push(c);
    else if (c === ')' || c === ']' || c === '}') {
      stack.pop();
      if (stack.length === 0) return i + 1;
    }
  }
  return undefined;
}
