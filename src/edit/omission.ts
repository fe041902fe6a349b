/**
 * Finds the marks with which a model leaves out code it should have sent: `// ... rest of code unchanged`,
 * `# ... existing code ...`, `<!-- ... -->`, a bare `...`. Python's Ellipsis bodies, doctest continuation lines, spread and
 * rest syntax and ordinary comments that end in dots are not such marks.
 */

const DOTS = '(?:\\.{3,}|\\u2026)';
const STARTS = new RegExp(`^${DOTS}`);
const ENDS = new RegExp(`${DOTS}$`);
const ONLY = new RegExp(`^${DOTS}$`);

const THING =
  '(?:code|files?|functions?|methods?|class(?:es)?|implementations?|contents?|lines?|logic|body|imports?|tests?|definitions?|module|script|fields?|cases?|handlers?|parts?|text|sections?|stuff|properties|props|styles|routes|config(?:uration)?|entries|items|elements|statements?)';
const LEFT_OUT = '(?:unchanged|omitted|elided|unmodified|as before|as is|as-is|as above|the same|same as before|same as above|for brevity|goes here|continues|untouched|snipped|truncated|here)';
const WHICH = '(?:rest|remainder|remaining|existing|previous|original|other|same|unchanged)';

/** Words of an omission; enough beside dots. */
const WORDS = new RegExp(
  `\\b${WHICH}\\b(?:.*\\b${THING}\\b|$)|\\b${THING}\\b.*\\b${LEFT_OUT}\\b|^(?:keep|leave|retain)\\b.*|^(?:and so on|etc\\.?|snip|rest|remainder|code|${LEFT_OUT})$|\\b(?:unchanged|omitted|elided|for brevity|as before|stays? the same|remains? the same)\\b`,
  'i',
);

/** A comment that says nothing but that code was left out; it counts without dots. */
const SENTENCE = new RegExp(
  `^(?:the )?(?:rest|remainder) of (?:the |this |your )?(?:\\w+ )?${THING}(?: (?:is|are|remains?|stays?|goes)?(?: ?${LEFT_OUT})*)?$|` +
    `^(?:all |the |keep |your )?(?:other |the )?(?:existing|previous|original|remaining|other)(?: \\w+)? ${THING} (?:(?:is|are|remains?|stays?|goes) )?${LEFT_OUT}$|` +
    `^${THING} (?:(?:is|are|remains?|stays?) )?(?:unchanged|omitted|elided|the same)(?: for brevity)?$|` +
    `^(?:unchanged|omitted|no changes?(?: here)?|same as (?:before|above)|omitted for brevity|code omitted for brevity|snip|snipped)$`,
  'i',
);

/** All that a comment says which only ends in dots: `existing code...`, and not `handle other cases...`. */
const PHRASE = new RegExp(`^(?:the )?${WHICH}(?: of)?(?: the)?(?: \\w+)? ${THING}(?: ${LEFT_OUT})?$`, 'i');

const LINE_COMMENT = /^(?:\/\/+|#+|--|;+|%+|REM\b|')\s*/;
const WHOLE_BLOCK = /^(?:\{\s*)?\/\*+\s*(.*?)\s*\*+\/\s*\}?$|^<!--+\s*(.*?)\s*--+>$|^\{#\s*(.*?)\s*#\}$|^\(\*\s*(.*?)\s*\*\)$/;
const INLINE_BLOCK = /\/\*+\s*(.*?)\s*\*+\/|<!--+\s*(.*?)\s*--+>/g;
/** A function header whose body is `{ ... }`. */
const DOTTED_BODY = new RegExp(`(?:\\)|=>|\\belse|\\btry|\\bdo|^(?:export )?class \\S+)[^{}"'\`]*\\{\\s*${DOTS}\\s*\\}\\s*[;,]?$`);

/**
 * The first omission mark of `text` that `quoted` does not hold as often.
 *
 * @returns 1-based line in `text` and the line itself, or undefined
 */
export function findOmission(text: string, quoted: string): { line: number; text: string } | undefined {
  const lines = text.split('\n');
  const allowed = new Map<string, number>();
  for (const line of quoted.split('\n')) {
    const key = line.trim();
    allowed.set(key, (allowed.get(key) ?? 0) + 1);
  }
  for (let i = 0; i < lines.length; i += 1) {
    if (!isOmission(lines, i, quoted)) continue;
    const key = lines[i]!.trim();
    const left = allowed.get(key) ?? 0;
    if (left === 0) return { line: i + 1, text: key };
    allowed.set(key, left - 1);
  }
  return undefined;
}

function isOmission(lines: readonly string[], index: number, quoted: string): boolean {
  const line = lines[index]!.trim();
  if (line === '') return false;
  const block = WHOLE_BLOCK.exec(line);
  if (block) return commentOmits(block.slice(1).find((g) => g !== undefined) ?? '');
  const marker = LINE_COMMENT.exec(line);
  if (marker && marker[0] !== "'" && !line.startsWith('#!')) return commentOmits(line.slice(marker[0].length).trim());
  // Inside a block comment: ` * ... rest of the file`.
  if (/^\*\s/.test(line) && STARTS.test(line.slice(1).trim())) return commentOmits(line.slice(1).trim());
  if (ONLY.test(line)) return !ellipsisIsCode(lines, index, quoted);
  for (const match of line.matchAll(INLINE_BLOCK)) {
    const body = match[1] ?? match[2] ?? '';
    const alone = ONLY.test(body) && /\{\s*$/.test(line.slice(0, match.index)) && /^\s*\}/.test(line.slice(match.index + match[0].length));
    if (alone || (!ONLY.test(body) && commentOmits(body))) return true;
  }
  const trailing = /(?:^|\s)(?:\/\/|#|--)\s*((?:\.{3,}|\u2026).*)$/.exec(line);
  // A remark beside code often begins and ends in dots; only its words tell.
  if (trailing && !ONLY.test(trailing[1]!) && WORDS.test(unwrap(trailing[1]!))) return true;
  if (DOTTED_BODY.test(line)) return true;
  return proseOmits(line) && !inDoctest(lines, index);
}

/** The words of a comment, without its marks. */
function commentOmits(body: string): boolean {
  if (ONLY.test(body)) return true;
  const words = unwrap(body);
  const inner = unbracket(body);
  const [starts, ends] = [STARTS.test(body) || STARTS.test(inner), ENDS.test(body) || ENDS.test(inner)];
  if (starts) return ends || WORDS.test(words);
  if (ends && PHRASE.test(words)) return true;
  return SENTENCE.test(words);
}

/** A line of words that begins with dots and is no comment: `... rest of the file ...`, `[... existing code ...]`. */
function proseOmits(line: string): boolean {
  const inner = unbracket(line);
  if (!STARTS.test(inner)) return false;
  const body = inner.replace(STARTS, '');
  // `...args`, `...other,`: spread and rest syntax has no space behind the dots and no second dots.
  if (/^[\w$([{]/.test(body) && !ENDS.test(body) && !/^\(?[A-Za-z]+ [A-Za-z ]+\)?$/.test(body)) return false;
  // A doctest continuation holds code.
  if (!/^[\w\s,'\u2019().-]*(?:\.{3,}|\u2026)?$/.test(body)) return false;
  return WORDS.test(unwrap(body));
}

function unbracket(text: string): string {
  const match = /^[[(<{]\s*(.*?)\s*[\])>}]$/.exec(text);
  return match ? match[1]! : text;
}

/** Without dots, brackets and final punctuation. */
function unwrap(text: string): string {
  return unbracket(unbracket(text).replace(STARTS, '').replace(ENDS, '').trim()).replace(/[.:;,!]+$/, '').trim();
}

/** Is a bare `...` a Python body, a doctest line, or the end of a YAML document? */
function ellipsisIsCode(lines: readonly string[], index: number, quoted: string): boolean {
  let before = index - 1;
  while (before >= 0 && lines[before]!.trim() === '') before -= 1;
  if (before < 0) {
    // All of newText is `...`: a body in place of another one-line body.
    const one = quoted.trim();
    return lines.every((l, i) => i === index || l.trim() === '') && /^(?:pass|raise\b.*|\.\.\.|(['"]{3}).*\1)$/.test(one);
  }
  const previous = lines[before]!.trim().replace(/\s+#.*$/, '');
  if (previous.endsWith(':')) return true;
  if (/(?:"""|''')$/.test(previous)) return true;
  if (/^>>>(?:\s|$)/.test(previous)) return true;
  return inDoctest(lines, index) || (lines[index] === '...' && lines.some((l) => l.startsWith('---')));
}

/** Continuation and output of a doctest stand in one paragraph with its first line. */
function inDoctest(lines: readonly string[], index: number): boolean {
  for (let i = index - 1; i >= 0 && lines[i]!.trim() !== ''; i -= 1) {
    if (lines[i]!.trim().startsWith('>>>')) return true;
  }
  return false;
}
