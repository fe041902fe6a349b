import { describe, expect, test } from 'vitest';
import type { TypeShape } from '../../function/value.ts';
import { isIdentifier, parseExamples, parseSignature, readStub } from './read.ts';
import { stub } from './stub.ts';

const failure = async (doing: Promise<unknown>): Promise<string> => doing.then(() => 'no error', (thrown: { code: string; message: string }) => `${thrown.code}: ${thrown.message}`);

describe('names of functions', () => {
  test.each([['area', true], ['_a1', true], ['größe', true], ['None', false], ['lambda', false], ['1a', false], ['a-b', false], ['', false], ['a b', false]])('%s: %s', (name, good) => {
    expect(isIdentifier(name)).toBe(good);
  });
});

describe('heads', () => {
  test.each([
    ['with colon', 'def f(a: int) -> int:'],
    ['without', 'def f(a: int) -> int'],
    ['without def', 'f(a: int) -> int'],
    ['parameters alone', '(a: int) -> int'],
    ['with a body', 'def f(a: int) -> int:\n    """Doc."""\n    return a'],
    ['with dots', 'def f(a: int) -> int: ...'],
    ['indented', '    def f(a: int) -> int:'],
  ])('are read %s', async (_title, text) => {
    expect(await parseSignature(text, 'f')).toEqual({
      name: 'f', parameters: [{ name: 'a', type: { kind: 'int' }, typeText: 'int', optional: false }], returns: { kind: 'int' }, returnsText: 'int', async: false, text: 'def f(a: int) -> int:', preamble: '',
    });
  });

  test('keep the lines before them, and get the imports of names that everybody knows', async () => {
    expect((await parseSignature('import re\n\n\ndef f(a: re.Pattern) -> bool: ...', 'f')).preamble).toBe('import re');
    expect((await parseSignature('f(xs: List[int], d: datetime) -> Optional[Decimal]', 'f')).preamble).toBe('from datetime import datetime\nfrom decimal import Decimal\nfrom typing import List, Optional');
    expect((await parseSignature('from typing import List\ndef f(a: List[int]): ...', 'f')).preamble).toBe('from typing import List');
  });

  test('with every kind of parameter', async () => {
    const { parameters, async } = await parseSignature('async def f(a, /, b=1, *args: int, k, d: str = "x", **rest): ...', 'f');
    expect(async).toBe(true);
    expect(parameters.map(({ name, optional, defaultText, rest, keywordOnly }) => [name, optional, defaultText, rest, keywordOnly])).toEqual([
      ['a', false, undefined, undefined, undefined],
      ['b', true, '1', undefined, undefined],
      ['args', true, undefined, 'list', undefined],
      ['k', false, undefined, undefined, true],
      ['d', true, "'x'", undefined, true],
      ['rest', true, undefined, 'map', undefined],
    ]);
  });

  const int: TypeShape = { kind: 'int' };
  test.each<[string, TypeShape]>([
    ['List[int]', { kind: 'list', item: int }],
    ['list', { kind: 'list', item: { kind: 'any' } }],
    ['Tuple[int, str]', { kind: 'tuple', items: [int, { kind: 'string' }] }],
    ['tuple[int, ...]', { kind: 'tuple', items: [int], rest: true }],
    ['Dict[str, List[int]]', { kind: 'map', key: { kind: 'string' }, value: { kind: 'list', item: int } }],
    ['Optional[int]', { kind: 'union', options: [int, { kind: 'null' }] }],
    ['int | None', { kind: 'union', options: [int, { kind: 'null' }] }],
    ['Union[int, float, int]', { kind: 'union', options: [int, { kind: 'float' }] }],
    ['typing.Set[bytes]', { kind: 'set', item: { kind: 'bytes' } }],
    ['Literal["a", "b"]', { kind: 'string' }],
    ['"List[int]"', { kind: 'list', item: int }],
    ['Any', { kind: 'any' }],
    ['Callable[[int], int]', { kind: 'other', text: 'Callable[[int], int]' }],
  ])('the annotation %s', async (text, shape) => {
    expect((await parseSignature(`f(a: ${text})`, 'f')).parameters[0]!.type).toEqual(shape);
  });

  test.each([
    ['a name that is another', 'def g(a): pass', 'bad_arguments: The signature is of `g`, and the function is to be `f`. Give both the same name.'],
    ['an open bracket', 'def f(', "bad_arguments: The signature does not parse (line 1: '(' was never closed): `def f(`. Write it as"],
    ['the same parameter twice', 'def f(a, a):', "duplicate argument 'a'"],
    ['a class', 'class X: pass', 'bad_arguments: The signature does not parse'],
  ])('are refused for %s', async (_title, text, says) => {
    expect(await failure(parseSignature(text, 'f'))).toContain(says);
  });
});

describe('examples', () => {
  const read = async (text: string): Promise<unknown[]> =>
    (await parseExamples(text, 'f')).map(({ setup, expression, args, expected, line, note }) => [
      ...(setup ? [setup] : []), expression, args === undefined ? 'no literal arguments' : 'literal arguments', expected.kind === 'raises' ? `raises ${expected.error} ${expected.message ?? ''}`.trim() : `${expected.kind} ${expected.text}`, line, ...(note ? [note] : []),
    ]);
  const two = ['f(1)', 'literal arguments', 'value 2', 1];

  test.each<[string, string, unknown[]]>([
    ['a doctest', '>>> f(1)\n2', [two]],
    ['a doctest inside prose and quotes', '"""Doubles.\n\n    >>> f(1)\n    2\n\n"""', [['f(1)', 'literal arguments', 'value 2', 3]]],
    ['an arrow', 'f(1) -> 2', [two]],
    ['a fat arrow', '* f(1) => 2', [two]],
    ['a long fat arrow', 'f(1) ==> 2', [two]],
    ['a typographic arrow, with prose behind', 'f(1) ➞ 2 (because 2 * 1)', [two]],
    ['an equation', 'f(1) == 2  # twice', [two]],
    ['one equals sign', 'f(1) = 2', [two]],
    ['a comment', 'f(1) # 2', [two]],
    ['slashes', 'f(1) // 2', [two]],
    ['words', 'for example, f(1) returns 2', [two]],
    ['an assert', 'assert f(1) == 2, "twice"', [two]],
    ['an assert of a truth', 'assert not f(1)\nassert f(2)', [['not f(1)', 'literal arguments', 'value True', 1], ['bool(f(2))', 'literal arguments', 'value True', 2]]],
    ['an assert of a condition', 'assert math.isclose(f(1), 2, rel_tol=0.01)', [['import math', 'bool(math.isclose(f(1), 2, rel_tol=0.01))', 'no literal arguments', 'value True', 1]]],
    ['lines of a comment', '# f(1) => 2\n# and so on', [two]],
    ['a literal of another language', 'f(1) => true', [['f(1)', 'literal arguments', 'value True', 1]]],
    ['null, and says so', 'f(1) => null', [['f(1)', 'literal arguments', 'value None', 1, '`null` is read as `None`']]],
    ['None as people write it, and says so', '>>> f(1)\nNone', [['f(1)', 'literal arguments', 'value None', 1, "`None` is read as 'returns None'; a doctest prints nothing there"]]],
    ['a doctest that prints nothing', '>>> f(1)\n\nMore.', [['f(1)', 'literal arguments', 'value None', 1]]],
    ['a comparison without output', ">>> f(1) == 2", [[...two, "a comparison without output is read as 'is true'"]]],
    ['a comparison that prints True', '>>> f(1) == 2\nTrue', [two]],
    ['a traceback', '>>> f(1)\nTraceback (most recent call last):\n    ...\nValueError: too small', [['f(1)', 'literal arguments', 'raises ValueError too small', 1]]],
    ['the name of an exception', 'f(1) raises ValueError\nf(2) => TypeError', [['f(1)', 'literal arguments', 'raises ValueError', 1], ['f(2)', 'literal arguments', 'raises TypeError', 2]]],
    ['what is printed', '>>> print(f(1))\na\n<BLANKLINE>\nb', [['print(f(1))', 'no literal arguments', 'printed a\n\nb', 1]]],
    ['what the function prints itself', '>>> f(1)\nhello world', [['f(1)', 'literal arguments', 'printed hello world', 1]]],
    ['lines that continue', '>>> f([1,\n...    2])\n[\n 2]', [['f([1, 2])', 'literal arguments', 'value [2]', 1]]],
    ['statements before', '>>> xs = [1]\n>>> f(xs)\n>>> xs\n[2]', [['xs = [1]', 'f(xs)', 'no literal arguments', 'value None', 2], ['xs = [1]\nf(xs)', 'xs', 'no literal arguments', 'value [2]', 3]]],
    ['a call inside a call', '>>> round(f(1), 2)  # f(x) = 2x\n2.0', [['round(f(1), 2)', 'no literal arguments', 'value 2.0', 1]]],
    ['a value that is no literal', '>>> f(1)\nFraction(1, 2)', [['f(1)', 'literal arguments', 'value Fraction(1, 2)', 1]]],
    ['prose that follows without a gap', '>>> f(1)\n2\nThat is all.', [[...two, 'what follows `2` is read as prose']]],
    ['a tuple of one among tuples', 'f(1) == ("a", "b")\nf(2) == ("c")', [['f(1)', 'literal arguments', "value ('a', 'b')", 1], ['f(2)', 'literal arguments', "value ('c',)", 2, "`('c')` is read as a tuple of one, like the values beside it"]]],
    ['formulas as prose', 'f(n) = f(n - 1) + 1\nf(1) = 2\n>>> f(3)\n4', [['f(3)', 'literal arguments', 'value 4', 3]]],
    ['nothing in an empty text', '  \n', []],
  ])('as %s', async (_title, text, found) => {
    expect(await read(text)).toEqual(found);
  });

  test('carry their literals and stand for the user', async () => {
    const [example] = await parseExamples('>>> f([1, -2.5], {"a": (None, True)})\n{1, 2}', 'f');
    expect(example).toMatchObject({
      trust: 'user',
      args: [{ kind: 'list', items: [{ kind: 'int', value: '1' }, { kind: 'float', value: -2.5 }] }, { kind: 'map', entries: [[{ kind: 'string', value: 'a' }, { kind: 'tuple', items: [{ kind: 'null' }, { kind: 'bool', value: true }] }]] }],
      expected: { kind: 'value', text: '{1, 2}', value: { kind: 'set', items: [{ kind: 'int', value: '1' }, { kind: 'int', value: '2' }] } },
    });
  });

  test.each([
    ['contradict each other', '>>> f(1)\n2\n\nf(1) => 3', 'Line 4 of the examples cannot be used, `f(1) => 3`: it contradicts line 1: `>>> f(1) 2`. Write'],
    ['have no value', 'f(1) =>', 'Line 1 of the examples cannot be used, `f(1) =>`: there is no value behind `=>`.'],
    ['have half a value', '\nf(1) -> [2', 'Line 2 of the examples cannot be used, `f(1) -> [2`: `[2` is no value.'],
    ['have a name for a value', 'f(1) => hello', 'Line 1 of the examples cannot be used, `f(1) => hello`: `hello` is no value.'],
    ['do not parse', '>>> f("a" == ""x")', 'Line 1 of the examples cannot be used, `>>> f("a" == ""x")`: it does not parse'],
    ['call something else', '>>> g(1)\n2', 'There is no example of `f` in the text that begins with `>>> g(1)`. Write'],
  ])('are refused when they %s', async (_title, text, says) => {
    expect(await failure(parseExamples(text, 'f'))).toContain(`bad_arguments: ${says}`);
  });

  test('that are the same value written twice do not contradict each other', async () => {
    expect(await read('f(1) => 2\nf( 1 ) => 2.0')).toHaveLength(2);
  });
});

const PROMPT = `import math
from typing import List


def poly(xs: List[float], x: float):
    """Evaluates."""
    return sum(c * math.pow(x, i) for i, c in enumerate(xs))


def find_zero(xs: List[float]) -> float:
    """ Finds a zero of the polynomial.

    Examples:
    find_zero([1, 2]) ➞ -0.5
    # 1 + 2x
    find_zero([0, 1]) ➞ ""x"
    >>> find_zero([2, 1])
    -2.0

    The list has an even number of coefficients.
    """
`;

describe('a function that stands in a source', () => {
  test('is read with its head, what stands before it, doc and examples; broken examples are dropped', async () => {
    const read = await readStub(PROMPT, 'find_zero');
    expect(read).toMatchObject({ doc: 'Finds a zero of the polynomial.\n\nThe list has an even number of coefficients.', signature: { name: 'find_zero', text: 'def find_zero(xs: List[float]) -> float:' } });
    expect(read!.signature.preamble).toMatch(/^import math\n[\s\S]*def poly[\s\S]*enumerate\(xs\)\)$/);
    expect(read!.examples.map(({ expression }) => expression)).toEqual(['find_zero([1, 2])', 'find_zero([2, 1])']);
  });

  test('is not there', async () => {
    expect(await readStub(PROMPT, 'other')).toBeUndefined();
    expect(await readStub('def (', 'other')).toBeUndefined();
  });

  test('is written back as people write them, and read again as the same', async () => {
    const read = (await readStub(PROMPT, 'find_zero'))!;
    const text = stub(read.signature, read.doc, read.examples);
    expect(text.slice(text.indexOf('\n\n\ndef find_zero'))).toBe(`


def find_zero(xs: List[float]) -> float:
    """Finds a zero of the polynomial.

    The list has an even number of coefficients.
    >>> find_zero([1, 2])
    -0.5
    >>> find_zero([2, 1])
    -2.0
    """`);
    const again = (await readStub(text, 'find_zero'))!;
    expect(again.signature).toEqual(read.signature);
    expect(again.doc).toBe(read.doc);
    expect(again.examples.map(({ expression, expected }) => [expression, expected])).toEqual(read.examples.map(({ expression, expected }) => [expression, expected]));
  });

  test.each([
    ['no doc and no example', '', '', 'def f(x):'],
    ['a doc of one line', 'Doubles.', '', 'def f(x):\n    """Doubles."""'],
    ['a backslash', 'Splits at \\n.', '', 'def f(x):\n    r"""Splits at \\n."""'],
    ['a quotation mark at its end', 'Says "hi"', '', 'def f(x):\n    """Says "hi"\n    """'],
    ['triple quotes', 'Strips """.', '', "def f(x):\n    '''Strips \"\"\".'''"],
    ['examples alone', '', '>>> f(-1)\nTraceback (most recent call last):\nValueError: no\n>>> x = 1\n>>> f(x)\nNone', 'def f(x):\n    """\n    >>> f(-1)\n    Traceback (most recent call last):\n        ...\n    ValueError: no\n    >>> x = 1\n    >>> f(x)\n    None\n    """'],
  ])('is written with %s', async (_title, doc, examples, text) => {
    expect(stub(await parseSignature('def f(x)', 'f'), doc, await parseExamples(examples, 'f'))).toBe(text);
  });
});
