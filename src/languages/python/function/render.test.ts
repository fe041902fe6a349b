import { beforeAll, describe, expect, test } from 'vitest';
import { CodeSandbox } from '../../../sandbox/code/box.ts';
import type { Example, Signature } from '../../function/types.ts';
import { parseExamples, parseSignature } from './read.ts';
import { firstSentence, render, renderTests } from './render.ts';
import { scriptTrial } from './script.ts';

const CODE = `from typing import List, Optional, Dict
import math
import json

K = 1
UNUSED = 2


def helper(x):
    return x * K


# Adds.
def total(xs: List[int], scale: int = 2, *, strict: bool = False) -> Optional[int]:
    """Old doc.

    >>> total([])
    """
    # the body
    if not xs:
        return None
    if min(xs) < 0:
        raise ValueError("negative")
    return helper(math.floor(sum(xs) * scale))
`;
const DOC = 'Adds numbers, e.g. 1.5 and 2. More prose.\n\nAnd more.';
let signature: Signature;
let examples: Example[];
beforeAll(async () => {
  signature = await parseSignature(CODE, 'total');
  examples = await parseExamples('>>> total([1, 2])\n6\n>>> total([])\nNone\n>>> total([-1])\nTraceback (most recent call last):\nValueError: negative', 'total');
});

describe('the finished text', () => {
  const body = `    # the body
    if not xs:
        return None
    if min(xs) < 0:
        raise ValueError("negative")
    return helper(math.floor(sum(xs) * scale))
`;

  test('is the function with what it uses, without imports, under a short doc', async () => {
    expect(await render({ code: CODE, signature, form: 'function', cleanDoc: true, doc: DOC, examples })).toBe(`K = 1


def helper(x):
    return x * K


# Adds.
def total(xs: List[int], scale: int = 2, *, strict: bool = False) -> Optional[int]:
    """Adds numbers, e.g. 1.5 and 2."""
${body}`);
  });

  test('has the imports in use, sorted, and doctests that Python itself would pass', async () => {
    const text = await render({ code: CODE, signature, form: 'imports', cleanDoc: false, doc: DOC, examples, header: 'made by a model\nconfidence 0.9' });
    expect(text).toContain('# made by a model\n# confidence 0.9\n\nimport math\nfrom typing import List, Optional\n\n\nK = 1\n');
    expect(text).toContain('    >>> total([1, 2])\n    6\n    >>> total([])\n    >>> total([-1])\n    Traceback (most recent call last):\n        ...\n    ValueError: negative\n    """\n    # the body\n');
  });

  test('of a function in one line, and of one without a doc, is left as it is or gets one', async () => {
    const plain = await parseSignature('f(x)', 'f');
    expect(await render({ code: 'def f(x): return x\n', signature: plain, form: 'function', cleanDoc: true, doc: 'Is x.', examples: [] })).toBe('def f(x): return x\n');
    expect(await render({ code: 'def f(x):\n    return x\n', signature: plain, form: 'function', cleanDoc: true, doc: 'Is x.', examples: [] })).toBe('def f(x):\n    """Is x."""\n    return x\n');
  });

  test.each([
    ['Adds two numbers. Then more.', 'Adds two numbers.'],
    ['Adds numbers,\nin two lines. More.', 'Adds numbers, in two lines.'],
    ['No stop', 'No stop'],
    ['Uses i.e. this. That.', 'Uses i.e. this.'],
    ['Rounds 3.5 to 4!', 'Rounds 3.5 to 4!'],
    ['', ''],
  ])('the first sentence of %j', (doc, sentence) => {
    expect(firstSentence(doc)).toBe(sentence);
  });
});

describe('a script with a command line', () => {
  test('takes typed arguments, tells how it is used, and ends with codes that say how it went', async () => {
    const script = await render({ code: CODE, signature, form: 'standalone', cleanDoc: true, doc: DOC, examples });
    const trial = scriptTrial(signature, examples);
    expect(trial).toEqual({ argv: [], prints: 'null' });
    await using box = new CodeSandbox({ timeoutSeconds: 60 });
    const rows: [string[], number, string, RegExp][] = [
      [trial.argv, 0, 'null\n', /^$/],
      [['1', '2'], 0, '6\n', /^$/],
      [['[1, 2]', '--scale=3'], 0, '9\n', /^$/],
      [['1', '--strict'], 0, '2\n', /^$/],
      [['--', '-1'], 1, '', /^ValueError: negative\n$/],
      [['1', 'x'], 2, '', /^error: invalid literal/],
      [['--unknown'], 2, '', /unrecognized arguments/],
    ];
    for (const [args, code, stdout, stderr] of rows) {
      const ran = await box.run(script, { language: 'python', args });
      expect([args, ran.exitCode, ran.stdout, stderr.test(ran.stderr)]).toEqual([args, code, stdout, true]);
    }
    const help = await box.run(script, { language: 'python', args: ['--help'] });
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toMatch(/Adds numbers, e\.g\. 1\.5 and 2\.[\s\S]*xs +List\[int\][\s\S]*--scale/);
  }, 120_000);

  test('converts what JSON cannot say, and prints what is no JSON', async () => {
    const head = 'def f(pairs: List[Tuple[str, int]], names: Set[str], flag: bool, any, word: str, maybe: Optional[str], opt: Optional[float] = None, **more)';
    const own = await parseSignature(head, 'f');
    const code = `from typing import *\n\n\n${head}:\n    return [pairs, sorted(names), flag, any, word, maybe, opt, {3, 1}]\n`;
    const script = await render({ code, signature: own, form: 'standalone', cleanDoc: true, doc: '', examples: [] });
    await using box = new CodeSandbox({ timeoutSeconds: 60 });
    const ran = await box.run(script, { language: 'python', args: ['--opt=1.5', '[["a", 1]]', '["x", "x"]', 'yes', '{"k": null}', '12', 'none'] });
    expect([ran.stdout, ran.stderr]).toEqual(['[[["a", 1]], ["x"], true, {"k": null}, "12", null, 1.5, [1, 3]]\n', '']);
  }, 60_000);

  test.each<[string, string, string, unknown]>([
    ['a text result is expected as it is', 'f(s: str) -> str', ">>> f('-a b')\n'done'", { argv: ['--', '-a b'], prints: 'done' }],
    ['a number may print in two ways', 'f(x: float) -> float', '>>> f(2)\n4.0', { argv: ['2'] }],
    ['an example with a certain result comes first', 'f(n: int)', '>>> f(1)\n2\n>>> f(2)\nTrue', { argv: ['2'], prints: 'true' }],
    ['lists are several words, or one in brackets', 'f(xs: List[str], n: int)', ">>> f(['a', 'b'], 3)\n'x'", { argv: ['a', 'b', '3'], prints: 'x' }],
    ['a list of one is written as a list', 'f(xs: List[str])', ">>> f(['[a'])\n'x'", { argv: ["['[a']"], prints: 'x' }],
    ['optional parameters go by name', 'f(a: str, max_size: int = 3)', ">>> f('x', 5)\n'y'", { argv: ['--max-size=5', 'x'], prints: 'y' }],
    ['none stands for nothing', 'f(a: Optional[str], b: Optional[int])', ">>> f(None, 3)\nTrue", { argv: ['none', '3'], prints: 'true' }],
    ['without an example in words there is only the help', 'f(a)', '>>> x = 1\n>>> f(x)\n2', { argv: ['--help'] }],
  ])('is tried: %s', async (_title, head, doctests, trial) => {
    expect(scriptTrial(await parseSignature(head, 'f'), await parseExamples(doctests, 'f'))).toEqual(trial);
  });
});

describe('a test file for the result', () => {
  test('has one test an example, of those that somebody vouches for', async () => {
    const more = await parseExamples('>>> print(total([1]))\n2\n>>> x = [4]\n>>> total(x)\n1.5\n>>> total([3])\nFraction(1, 2)', 'total');
    const all: Example[] = [...examples, ...more, { ...examples[0]!, expression: 'total([7])', trust: 'agreed' }, { ...examples[0]!, expression: 'total([8])', trust: 'guessed' }];
    expect(renderTests({ signature, examples: all, module: 'total.py' })).toEqual({
      name: 'test_total.py',
      source: `"""Examples of total."""

import pytest

from total import total


def test_total_1():
    assert total([1, 2]) == 6


def test_total_2():
    assert total([]) is None


def test_total_3():
    with pytest.raises(ValueError):
        total([-1])


def test_total_4(capsys):
    print(total([1]))
    assert capsys.readouterr().out.strip() == '2'


def test_total_5():
    x = [4]
    assert total(x) == pytest.approx(1.5)


def test_total_6():
    assert repr(total([3])) == 'Fraction(1, 2)'


def test_total_7():
    # What the candidates agreed on.
    assert total([7]) == 6
`,
    });
  });

  test('imports a module whose name is none', () => {
    expect(renderTests({ signature, examples: examples.slice(0, 1), module: 'my-total.py' })).toMatchObject({ name: 'test_my_total.py', source: expect.stringContaining("import importlib\n\ntotal = importlib.import_module('my-total').total") });
  });
});
