import type { Example, Expected, Signature } from '../../function/types.ts';

const INDENT = '    ';

/**
 * The head with its doc and examples, ending right behind the docstring: what stands before a body in any module.
 *
 * @example
 * stub(signature, 'Area of a circle.', examples);
 * // def area(r: float) -> float:
 * //     """Area of a circle.
 * //
 * //     >>> area(0)
 * //     0.0
 * //     """
 */
export function stub(signature: Signature, doc: string, examples: readonly Example[]): string {
  const before = signature.preamble.trim() === '' ? '' : `${signature.preamble}\n\n\n`;
  const told = docstring(doc, examples);
  return `${before}${signature.text}${told === '' ? '' : `\n${told}`}`;
}

/**
 * An indented docstring with its examples as doctests; empty without anything to say.
 *
 * @param strict doctests that Python itself would pass: a `None` prints nothing. Default false, because a model learns nothing from an empty line
 */
export function docstring(doc: string, examples: readonly Example[], { strict = false }: { strict?: boolean } = {}): string {
  const indent = INDENT;
  const shown = [...new Set(examples.map((example) => doctest(example, strict).join('\n')))].flatMap((text) => text.split('\n'));
  const prose = doc.trim().split('\n').map((line) => line.trimEnd());
  const lines = [...(doc.trim() === '' ? [] : prose), ...shown];
  if (lines.length === 0) return '';
  const text = lines.join('\n');
  const quote = text.includes('"""') && !text.includes("'''") ? "'''" : '"""';
  const escaped = text.includes('"""') && text.includes("'''");
  const raw = text.includes('\\') && !escaped;
  const safe = escaped ? text.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"') : text;
  const [first = '', ...rest] = safe.split('\n');
  const open = `${indent}${raw ? 'r' : ''}${quote}`;
  const closesInline = rest.length === 0 && shown.length === 0 && !/["'\\]$/.test(first);
  if (closesInline) return `${open}${first}${quote}`;
  // A doc that begins with a quotation mark or a prompt has its first line below the quotes.
  const body = /^["']|^>>>/.test(first) ? ['', first, ...rest] : [first, ...rest];
  return [...body.map((line, index) => (index === 0 ? `${open}${line}` : line === '' ? '' : indent + line)), `${indent}${quote}`].join('\n');
}

/** An example as the lines of a doctest. */
function doctest(example: Example, strict: boolean): string[] {
  const setup = example.setup === '' ? [] : example.setup.split('\n').map((line) => (/^\s|^(else|elif|except|finally)\b/.test(line) ? `... ${line}` : `>>> ${line}`));
  return [...setup, ...example.expression.split('\n').map((line, index) => (index === 0 ? `>>> ${line}` : `... ${line}`)), ...(strict && isNone(example.expected) ? [] : expectedLines(example.expected))];
}

const isNone = (expected: Expected): boolean => expected.kind === 'value' && expected.text === 'None';

function expectedLines(expected: Expected): string[] {
  switch (expected.kind) {
    case 'value':
    case 'printed':
      return expected.text.split('\n').map((line) => (line.trim() === '' ? '<BLANKLINE>' : line));
    case 'raises': {
      const error = expected.error ?? 'Exception';
      return ['Traceback (most recent call last):', `${INDENT}...`, expected.message === undefined ? error : `${error}: ${expected.message}`];
    }
  }
}
