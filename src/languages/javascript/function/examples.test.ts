import { describe, expect, it } from 'vitest';
import { JAVASCRIPT, TYPESCRIPT } from './dialect.ts';
import { parseExamples } from './examples.ts';
import { readStub, stub } from './stub.ts';

/** The parts of an example that a line decides. */
const brief = async (text: string): Promise<unknown[]> =>
  (await parseExamples(JAVASCRIPT, text, 'f')).map(({ setup, expression, expected, note }) => [
    ...(setup === '' ? [] : [setup]), expression, expected.kind === 'raises' ? ['raises', expected.error, expected.message] : expected.kind === 'printed' ? ['prints', expected.text] : expected.text, ...(note === undefined ? [] : [note]),
  ]);

describe('examples', () => {
  it.each<[string, unknown[][]]>([
    ['>>> f(1)\n2', [['f(1)', '2']]],
    ['> f(1)\n2', [['f(1)', '2']]],
    ['f(1) // 2', [['f(1)', '2']]],
    ['f(1); // => 2', [['f(1)', '2']]],
    ['f(1) => 2', [['f(1)', '2']]],
    ['f(1) ➞ "b"', [['f(1)', '"b"']]],
    ['f(1) === 2', [['f(1)', '2']]],
    ["f('Hi') returns 'Hi'", [["f('Hi')", "'Hi'"]]],
    ['await f(1) => 2', [['f(1)', '2']]],
    ['f(1).length => 3', [['f(1).length', '3']]],
    ['f(2) => Math.sqrt(4)', [['f(2)', 'Math.sqrt(4)']]],
    ['f(1) => 2, since it doubles', [['f(1)', '2']]],
    ['assert.deepStrictEqual(f(1), [2])', [['f(1)', '[2]']]],
    ['assert.equal(2, f(1))', [['f(1)', '2']]],
    ['assert(!f(3))', [['Boolean(f(3))', 'false']]],
    ['console.assert(JSON.stringify(f([1])) === JSON.stringify([2]))', [['f([1])', '[2]']]],
    ['assert.ok(Math.abs(f(1) - 0.33) < 1e-6)', [['f(1)', '0.33']]],
    ['expect(f(1)).toBe(2);', [['f(1)', '2']]],
    ['expect(await f(1)).toEqual({ a: 1 })', [['f(1)', '{ a: 1 }']]],
    ['await expect(f(1)).resolves.toBe(2)', [['f(1)', '2']]],
    ['expect(f(1)).toBeNull()', [['f(1)', 'null']]],
    ['expect(() => f(-1)).toThrow(RangeError)', [['f(-1)', ['raises', 'RangeError', undefined]]]],
    ['assert.throws(() => f(-1), { name: "TypeError", message: "no" })', [['f(-1)', ['raises', 'TypeError', 'no']]]],
    ['f(-1) throws RangeError', [['f(-1)', ['raises', 'RangeError', undefined]]]],
    ['f(-1) // throws', [['f(-1)', ['raises', undefined, undefined]]]],
    ['>>> f(-1)\nUncaught RangeError: no', [['f(-1)', ['raises', 'RangeError', 'no']]]],
    ['>>> f(1)\nNone', [['f(1)', 'null', '`None` is read as `null`']]],
    ['>>> f(1)\nnull\n>>> f(2)\nundefined', [['f(1)', 'null'], ['f(2)', 'undefined']]],
    ['f(1) => [True, None]', [['f(1)', '[true, null]', '`[True, None]` is read as `[true, null]`']]],
    ['f(1) => (null, 1)', [['f(1)', '[null, 1]', '`(null, 1)` is read as the array `[null, 1]`']]],
    ['>>> const xs = [1,\n... 2];\n>>> f(xs)\n[\n  1,\n  2\n]', [['const xs = [1,\n2];', 'f(xs)', '[\n1,\n2\n]']]],
    ['>>> console.log(f("x"))\nhi there', [['console.log(f("x"))', ['prints', 'hi there']]]],
    ['console.log(f(1)) // 2', [['f(1)', '2']]],
    ['/**\n * Doubles: f(n) is twice n.\n *\n * @example\n * f(2) // 4\n */', [['f(2)', '4']]],
    ['f(n) is n doubled, f(n) = n + f(0).\nf(n) = n + n\nf(x) returns twice x\nf(1) = 2', [['f(1)', '2']]],
    ['// Examples:\n//  - f(1) -> 2\n//  1. f(2) -> 4', [['f(1)', '2'], ['f(2)', '4']]],
  ])('%s', async (text, expected) => {
    expect(await brief(text)).toEqual(expected);
  });

  it('knows line, text and arguments, and vouches for nobody but the user', async () => {
    expect(await parseExamples(JAVASCRIPT, 'Doubles.\n\nf([1], "a") => -2', 'f')).toEqual([
      {
        setup: '', expression: 'f([1], "a")', args: [{ kind: 'list', items: [{ kind: 'int', value: '1' }] }, { kind: 'string', value: 'a' }],
        expected: { kind: 'value', text: '-2', value: { kind: 'int', value: '-2' } }, trust: 'user', text: 'f([1], "a") => -2', line: 3,
      },
    ]);
  });

  it.each<[string, RegExp]>([
    ['f(1) => 2\nf( 1 ) => 3', /`f\( 1 \)` is to give 2 \(line 1\) and 3 \(line 2\)/],
    ['f(1) => 2\nf(1) throws', /is to give 2 \(line 1\) and an error \(line 2\)/],
    ['f(2) => 4\nf(a) => 2', /Line 2 .* 'a' has no value here/],
    ['f(1) => ""x', /Line 1 .*`""x` is no value/],
    ['>>> f(1)', /Line 1 .* does not say what it gives/],
    ['f(1)', /No example of f/],
    ['g(1) => 2', /No example of f/],
  ])('%s is refused, naming the line', async (text, message) => {
    await expect(parseExamples(JAVASCRIPT, text, 'f')).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringMatching(message) });
  });

  it('does not take texts with other white space for the same call', async () => {
    expect(await brief('f("a b") => 1\nf("ab") => 2')).toHaveLength(2);
  });
});

describe('stubs', () => {
  it('reads a head under line comments that ends before its body', async () => {
    const source = '//Return the numbers below n.\n// A law: below(n) -> below(n - 1).\n// Examples\n// >>> below(2)\n// [0, 1]\n// >>> below(0)\n// []\nfunction below(n: number): number[] {\n';
    const read = await readStub(TYPESCRIPT, source, 'below');
    expect(read).toMatchObject({ doc: 'Return the numbers below n.\nA law: below(n) -> below(n - 1).', signature: { text: 'function below(n: number): number[] {', preamble: '' } });
    expect(read!.examples.map(({ text }) => text)).toEqual(['below(2) => [0, 1]', 'below(0) => []']);
    expect(stub(read!.signature, read!.doc, read!.examples)).toBe(
      '/**\n * Return the numbers below n.\n * A law: below(n) -> below(n - 1).\n *\n * >>> below(2)\n * [0, 1]\n * >>> below(0)\n * []\n */\nfunction below(n: number): number[] {\n',
    );
  });

  it('reads an arrow under a block comment, with a helper above it', async () => {
    const source = '/* Turns it. */\nconst turn = (s) => {\n  return s;\n}\n\n/*\n  Turns twice.\n  twice("ab") == "ab"\n  */\nconst twice = (s) => {\n';
    const read = await readStub(JAVASCRIPT, source, 'twice');
    expect(read!.signature).toMatchObject({ text: 'function twice(s) {', preamble: '/* Turns it. */\nconst turn = (s) => {\n  return s;\n}' });
    expect(read).toMatchObject({ doc: 'Turns twice.', examples: [{ expression: 'twice("ab")' }] });
  });

  it('keeps what JSDoc says of types, and leaves out examples that contradict each other', async () => {
    const read = await readStub(JAVASCRIPT, '/**\n * Adds.\n * @param {number} a - the first\n * @returns {number} the sum\n * add(1) => 2\n * add(1) => 3\n * add(2) => 4\n */\nfunction add(a) { return a; }', 'add');
    expect(read!.doc).toBe('Adds.\na: the first\nReturns the sum');
    expect(read!.examples.map(({ text }) => text)).toEqual(['add(2) => 4']);
    expect(stub(read!.signature, 'Adds */ it.', [])).toBe('/**\n * Adds *\\/ it.\n *\n * @param {number} a\n * @returns {number}\n */\nfunction add(a) {\n');
  });

  it('finds nothing where the function is not', async () => {
    expect(await readStub(JAVASCRIPT, 'const a = 1;', 'f')).toBeUndefined();
  });
});
