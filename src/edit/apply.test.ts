import { describe, expect, test } from 'vitest';

import { applyEdits } from './apply.ts';
import type { EditErrorCode, EditTier } from './types.ts';

/** [title, file, oldText, newText, result] */
type Accepted = [string, string, string, string, string, EditTier?];
type Refused = [string, string, string, string, EditErrorCode, RegExp?, number[]?];

const one = (file: string, oldText: string, newText: string) => applyEdits(file, [{ oldText, newText }]);

describe('an edit that is applied', () => {
  const cases: Accepted[] = [
    ['replaces one line', 'a\nb\nc\n', 'b', 'B', 'a\nB\nc\n', 'exact'],
    ['replaces a part of a line', 'total = price * count\n', 'price * count', 'price + tax', 'total = price + tax\n', 'exact'],
    ['takes $& and $1 as they are', 'a = 1\n', 'a = 1', "a = '$& $1 $` $$'", "a = '$& $1 $` $$'\n", 'exact'],
    ['takes regular expression signs as they are', 'f(a.*b)[0]\n', 'f(a.*b)[0]', 'g(a.*b)[1]', 'g(a.*b)[1]\n', 'exact'],
    ['deletes a line with its newline', 'a\nb\nc\n', 'b\n', '', 'a\nc\n', 'exact'],
    ['inserts lines', 'a\nc\n', 'a\n', 'a\nb\n', 'a\nb\nc\n', 'exact'],
    ['keeps CRLF for replaced and inserted lines', 'a\r\nb\r\nc\r\n', 'b', 'x\ny', 'a\r\nx\r\ny\r\nc\r\n', 'exact'],
    ['takes a quote with CRLF in an LF file', 'a\nb\n', 'a\r\nb', 'a\r\nc', 'a\nc\n', 'exact'],
    ['keeps each ending of a file with mixed endings', 'a\r\nb\nc\r\nd\n', 'b\nc', 'B\nC', 'a\r\nB\nC\r\nd\n', 'exact'],
    ['changes one line of a mixed file and no other ending', 'a\r\nb\nc\r\nd\n', 'd', 'D', 'a\r\nb\nc\r\nD\n', 'exact'],
    ['keeps the ending of lines that stay inside the range', 'a\r\nb\nc\r\n', 'a\nb\nc', 'a\nnew\nb\nC', 'a\r\nnew\r\nb\nC\r\n', 'exact'],
    ['keeps the BOM', '\uFEFFa = 1\n', 'a = 1', 'a = 2', '\uFEFFa = 2\n', 'exact'],
    ['keeps one BOM when quote and text carry it too', '\uFEFFa = 1\n', '\uFEFFa = 1', '\uFEFFa = 2', '\uFEFFa = 2\n', 'exact'],
    ['keeps a missing final newline', 'a\nb', 'b', 'c', 'a\nc', 'exact'],
    ['keeps a missing final newline when the quote has one', 'a\nb', 'b\n', 'c\n', 'a\nc', 'exact'],
    ['keeps a missing final newline when lines are added', 'a\r\nb', 'b\n', 'b\nc\n', 'a\r\nb\r\nc', 'exact'],
    ['adds a final newline where it is asked for', 'a\nb', 'b', 'b\n', 'a\nb\n', 'exact'],
    ['keeps a lone carriage return, which is no ending', 'a\rb\nc\n', 'c', 'd', 'a\rb\nd\n', 'exact'],
    ['keeps a form feed', 'a\n\fb\nc\n', 'c', 'd', 'a\n\fb\nd\n', 'exact'],
    ['keeps trailing white space of other lines', 'a  \nb\n', 'b', 'c', 'a  \nc\n', 'exact'],
    ['writes trailing white space that is asked for', 'a\nb\n', 'b', 'b  ', 'a\nb  \n', 'exact'],
    ['prefers an exact place to one that differs in white space', 'f()\nf() \n', 'f()\nf()', 'g()\nf()', 'g()\nf() \n', 'exact'],
    ['finds an exact place though another one looks alike', 'say("a")\nsay(\u201Ca\u201D)\n', 'say("a")', 'say("b")', 'say("b")\nsay(\u201Ca\u201D)\n', 'exact'],
    ['replaces a Chinese word inside a sentence', '# \u8FD9\u662F\u4E2D\u6587\u6CE8\u91CA\n', '\u4E2D\u6587', '\u82F1\u6587', '# \u8FD9\u662F\u82F1\u6587\u6CE8\u91CA\n', 'exact'],
    ['replaces an emoji', 'a = "\u{1F600}"\n', '\u{1F600}', '\u{1F680}', 'a = "\u{1F680}"\n', 'exact'],
    ['passes over trailing white space of the file', 'def f():  \n    return 1\n', 'def f():\n    return 1', 'def f():\n    return 2', 'def f():  \n    return 2\n', 'whitespace'],
    ['passes over trailing white space of the quote', 'def f():\n    return 1\n', 'def f():   \n    return 1', 'def f():   \n    return 2', 'def f():\n    return 2\n', 'whitespace'],
    ['keeps trailing white space of a changed line', 'a = 1  \nb\n', 'a = 1\nb', 'a = 2\nb', 'a = 2  \nb\n', 'whitespace'],
    ['passes over blank lines with spaces', 'a\n    \nb\n', 'a\n\nb', 'a\n\nc', 'a\n    \nc\n', 'whitespace'],
    ['keeps curly quotes around a change', 'print(\u201Cit\u2019s\u201D, x)\n', 'print("it\'s", x)', 'print("it\'s", y)', 'print(\u201Cit\u2019s\u201D, y)\n', 'whitespace'],
    ['keeps a non-breaking space around a change', 'a =\u00A01 # x\n', 'a = 1 # x', 'a = 1 # y', 'a =\u00A01 # y\n', 'whitespace'],
    ['reads a long dash as a hyphen', '# a \u2014 b\nx\n', '# a - b\nx', '# a - b\ny', '# a \u2014 b\ny\n', 'whitespace'],
    ['inserts no blank line for a final newline of the quote', 'a \nb\n', 'a\n', 'c\n', 'c \nb\n', 'whitespace'],
    ['deletes lines that differ in trailing space', 'a\nb  \nc\n', 'b\nc\n', '', 'a\n', 'whitespace'],
    ['deletes the last line of a file without final newline', 'a\nb  ', 'b\n', '', 'a', 'whitespace'],
    ['shifts by a constant offset', 'class A:\n    def f(self):\n        return 1\n', 'def f(self):\n    return 1', 'def f(self):\n    if x:\n        return 2\n    return 1', 'class A:\n    def f(self):\n        if x:\n            return 2\n        return 1\n', 'indentation'],
    ['shifts back where the quote is too deep', 'def f():\n    return 1\n', '    def f():\n        return 1', '    def f():\n        x = 1\n        return x', 'def f():\n    x = 1\n    return x\n', 'indentation'],
    ['writes tabs for spaces', 'if a:\n\tb()\n', 'if a:\n    b()', 'if a:\n    for x in y:\n        b(x)', 'if a:\n\tfor x in y:\n\t\tb(x)\n', 'indentation'],
    ['writes spaces for tabs', 'if a:\n    b()\n', 'if a:\n\tb()', 'if a:\n\tif c:\n\t\tb()', 'if a:\n    if c:\n        b()\n', 'indentation'],
    ['writes four spaces for two', 'if a:\n    b()\n    if c:\n        d()\n', 'if a:\n  b()\n  if c:\n    d()', 'if a:\n  b()\n  if c:\n    if e:\n      d()', 'if a:\n    b()\n    if c:\n        if e:\n            d()\n', 'indentation'],
    ['chooses the unit of the file for a single level', 'def f():\n    x = 1\n', '  x = 1\n', '  if y:\n    x = 1\n', 'def f():\n    if y:\n        x = 1\n', 'indentation'],
    ['keeps the bytes of lines that stay while it maps the others', 'if a:\n\tb()  \n\tc()\n', 'if a:\n    b()\n    c()', 'if a:\n    b()\n    d()', 'if a:\n\tb()  \n\td()\n', 'indentation'],
    ['empties blank lines it inserts with other indentation', 'if a:\n\tb()\n', 'if a:\n    b()', 'if a:\n    b()\n    \n    c()', 'if a:\n\tb()\n\n\tc()\n', 'indentation'],
    ['replaces an indented part of a line by lines that carry the indentation', 'def f():\n    return x\n', 'return x', 'y = x\n    return y', 'def f():\n    y = x\n    return y\n', 'exact'],
    ['edits a minified line of great length', `${'x'.repeat(50_000)};a=1;${'y'.repeat(50_000)}`, ';a=1;', ';a=2;', `${'x'.repeat(50_000)};a=2;${'y'.repeat(50_000)}`, 'exact'],
  ];
  test.each(cases)('%s', (_title, file, oldText, newText, result, tier) => {
    expect(one(file, oldText, newText)).toMatchObject({ ok: true, content: result, edits: [{ tier }] });
  });
});

describe('an edit that is refused', () => {
  const cases: Refused[] = [
    ['an empty quote', 'a\n', '', 'b', 'empty_old'],
    ['an empty quote of an empty file', '', '', 'b', 'empty_old'],
    ['a quote that is only a BOM', '\uFEFFa\n', '\uFEFF', 'b', 'empty_old'],
    ['the same text twice', 'a\n', 'a', 'a', 'no_change'],
    ['texts that differ in their endings only', 'a\nb\n', 'a\nb', 'a\r\nb', 'no_change'],
    ['a change that the file has already but for white space', 'a \nb\n', 'a\nb\n', 'a \nb\n', 'no_change'],
    ['two exact places', 'x\ny\nx\n', 'x', 'z', 'ambiguous', /2 places \(lines 1, 3\)/, [1, 3]],
    ['two places of which only one would end in a newline', 'x\ny\nx', 'x\n', 'z\n', 'ambiguous', undefined, [1, 3]],
    ['places that overlap each other', 'aXaXa\n', 'aXa', 'b', 'ambiguous'],
    ['two places that differ in trailing space', 'a \nb\na  \nb\n', 'a\nb', 'c', 'ambiguous', undefined, [1, 3]],
    ['two places that differ in indentation', 'if a:\n\tb()\nif c:\n\t\tb()\n', '    b()\n', '    d()\n', 'ambiguous', undefined, [2, 4]],
    ['two indented places of which only one has a consistent map', 'a\n\tb\n\t\tc\nx\na\n\tb\n\tc\n', 'a\n  b\n    c', 'a\n  b\n    d', 'ambiguous'],
    ['a number cut at its end', 'x = 10\n', 'x = 1', 'x = 2', 'split_token', /line 1: x = 10/, [1]],
    ['a number cut before its fraction', 'x = 1.5\n', 'x = 1', 'x = 2', 'split_token'],
    ['a version cut in its middle', 'v = "1.2.3"\n', '1.2', '1.3', 'split_token'],
    ['a name cut at its start', 'userid = load()\n', 'id = load()', 'key = load()', 'split_token'],
    ['a name cut at an underscore', 'max_size = 1\n', 'max', 'min', 'split_token'],
    ['a name cut before an accent', 'caf\u00E9 = 1\n', 'caf', 'bar', 'split_token'],
    ['half of an emoji', 'a = "\u{1F600}"\n', '\uD83D', 'x', 'split_token'],
    ['a text that is not there', 'alpha\nbeta\n', 'gamma delta epsilon', 'x', 'not_found', /Read the file again/],
    ['a text that differs in a letter', 'def area(r):\n    return r * 2\n', 'def aera(r):\n    return r * 2', 'x', 'not_found', /lines 1-2 \(\d+% similar[^]*! 1\| def area\(r\):\n {2}2\|/],
    ['a text whose case differs', 'Foo = 1\n', 'foo = 1', 'foo = 2', 'not_found'],
    ['a text with another inner space', 'a = f( x )\n', 'a = f(x)', 'a = g(x)', 'not_found', /~ 1\||! 1\|/],
    ['lines without those between them', 'a()\nb()\nc()\n', 'a()\nc()', 'd()', 'not_found'],
    ['a quote that leaves lines out', 'a()\nb()\nc()\n', 'a()\n# ...\nc()', 'd()', 'not_found', /leaves lines out/],
    ['a quote with line numbers', 'alpha()\nbeta()\n', '1| alpha()\n2| beta()', 'd()', 'not_found', /line numbers/],
    ['an edit made before', 'value = compute(2)\n', 'value = compute(1)', 'value = compute(2)', 'not_found', /in the file already, at line 1/],
    ['blank lines where there are none', 'a\nb\n', '\n\n\n', 'x', 'not_found'],
    ['any text in an empty file', '', 'a', 'b', 'not_found'],
    ['nesting that differs from the file', 'if a:\n    b()\nc()\n', 'if a:\n    b()\n    c()', 'if a:\n    b()\n    d()', 'indentation', /nested otherwise/],
    ['two levels that fall together', 'a\n\tb\n\tc\n', 'a\n  b\n    c', 'a\n  b\n    d', 'indentation'],
    ['a depth that the quote does not show', 'if a:\n\tb()\n', 'if a:\n    b()', 'if a:\n   b(1)', 'indentation', /3 spaces/],
    ['a first line cut inside its indentation', 'if a:\n        b()\nx\n', '  b()\nx', '  b()\n     c()\nx', 'indentation'],
    ['further lines that lack the indentation of the line', 'def f():\n    return x\n', 'return x', 'y = x\nreturn y', 'indentation', /4 spaces/],
  ];
  test.each(cases)('%s', (_title, file, oldText, newText, code, message, lines) => {
    const outcome = one(file, oldText, newText);
    expect(outcome).toMatchObject({ ok: false, code, editIndex: 0 });
    if (outcome.ok) return;
    expect(outcome.message).toMatch(message ?? /\w/);
    expect(outcome.lines).toEqual(lines ?? outcome.lines);
  });
});

describe('several edits', () => {
  const file = 'a = 1\nb = 2\nc = 3\n';
  test('all match the original, in any order', () => {
    expect(applyEdits(file, [{ oldText: 'c = 3', newText: 'a = 1' }, { oldText: 'a = 1', newText: 'c = 3\nd = 4' }])).toEqual({
      ok: true,
      content: 'c = 3\nd = 4\nb = 2\na = 1\n',
      edits: [{ tier: 'exact', fromLine: 4, toLine: 4 }, { tier: 'exact', fromLine: 1, toLine: 2 }],
    });
  });
  test('may stand on one line without touching', () => {
    expect(applyEdits('f(a, b)\n', [{ oldText: 'a', newText: 'x' }, { oldText: 'b', newText: 'y' }])).toMatchObject({ ok: true, content: 'f(x, y)\n' });
  });
  test('may be neighbours', () => {
    expect(applyEdits('a\nb\n', [{ oldText: 'a\n', newText: '1\n' }, { oldText: 'b\n', newText: '2\n' }])).toMatchObject({ ok: true, content: '1\n2\n' });
  });
  test('are refused together where two overlap', () => {
    const outcome = applyEdits(file, [{ oldText: 'a = 1\nb', newText: 'x\nb' }, { oldText: 'b = 2', newText: 'y' }]);
    expect(outcome).toMatchObject({ ok: false, code: 'overlap', editIndex: 1 });
    expect(outcome.ok || outcome.message).toMatch(/edits\[0\] and edits\[1\] overlap at line 2/);
  });
  test('are refused together where the same place is named twice', () => {
    expect(applyEdits(file, [{ oldText: 'b = 2', newText: 'x' }, { oldText: 'b = 2', newText: 'y' }])).toMatchObject({ ok: false, code: 'overlap' });
  });
  test('do not see one another', () => {
    expect(applyEdits('a\n', [{ oldText: 'a', newText: 'b' }, { oldText: 'b', newText: 'c' }])).toMatchObject({ ok: false, code: 'not_found', editIndex: 1 });
  });
  test('name the one that fails', () => {
    const outcome = applyEdits(file, [{ oldText: 'a = 1', newText: 'x' }, { oldText: '= ', newText: 'y' }]);
    expect(outcome).toMatchObject({ ok: false, code: 'ambiguous', editIndex: 1, lines: [1, 2, 3] });
    expect(outcome.ok || outcome.message).toMatch(/^edits\[1\]: /);
  });
  test('must be at least one', () => {
    expect(applyEdits(file, [])).toMatchObject({ ok: false, code: 'no_change' });
  });
});

test('the closest block shows numbers, marks and white space', () => {
  const outcome = one('x\ndef f(a):\n\treturn a\ny\n', 'def f(b):\n    return a', 'z');
  expect(outcome).toEqual({
    ok: false,
    code: 'not_found',
    editIndex: 0,
    message:
      'oldText is not in the file. Closest block, lines 2-3 (86% similar; "!" text differs, "~" whitespace differs):\n' +
      '! 2| def f(a):\n~ 3| →return a\nQuote these lines as they stand, without marks and numbers.',
  });
});

test('a search for the closest block in a long file ends', () => {
  const file = Array.from({ length: 40_000 }, (_, i) => `line ${i} = value(${i % 97})`).join('\n');
  const quoted = Array.from({ length: 60 }, (_, i) => `line ${20_000 + i} = value(${(20_000 + i) % 97})`);
  quoted[30] = 'line that is not there';
  const outcome = one(file, quoted.join('\n'), 'x');
  expect(outcome.ok || outcome.message).toMatch(/lines 20001-20060 \(9\d% similar/);
});
