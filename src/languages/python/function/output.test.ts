import { describe, expect, test } from 'vitest';
import { parsePythonOutput } from './output.ts';

const rows: [string, string, unknown[]][] = [
  [
    'a wrong value in pytest, with the call that stands in the test',
    `=================================== FAILURES ===================================
____________________________________ test_a ____________________________________

    def test_a():
>       assert area(2) == 5
E       assert 3 == 5
E        +  where 3 = area(2)

test_area.py:5: AssertionError
=========================== short test summary info ============================
FAILED test_area.py::test_a - assert 3 == 5
`,
    [{ class: 'wrong_answer', message: 'area(2) gave 3', call: 'area(2)', expected: '5', got: '3' }],
  ],
  [
    'an exception in pytest, with the line of the code under test',
    `____________________________________ test_b ____________________________________

    def test_b():
>       area([])

test_area.py:9:
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

    def area(xs):
>       return xs[0]
E       IndexError: list index out of range

area.py:2: IndexError
`,
    [{ class: 'exception', message: 'IndexError: list index out of range', line: 2, call: 'area([])' }],
  ],
  [
    'a module that cannot be imported',
    `_________________________ ERROR collecting test_area.py _________________________
test_area.py:1: in <module>
    from area import area
E   ModuleNotFoundError: No module named 'area'
=========================== short test summary info ============================
ERROR test_area.py
`,
    [{ class: 'import', message: "ModuleNotFoundError: No module named 'area'" }],
  ],
  [
    'a syntax error while pytest collects',
    `_________________________ ERROR collecting test_area.py _________________________
test_area.py:1: in <module>
    from area import area
E     File "/w/area.py", line 2
E       return (
E              ^
E   SyntaxError: '(' was never closed
`,
    [{ class: 'syntax', message: "SyntaxError: '(' was never closed" }],
  ],
  ['the summary alone, where pytest prints no tracebacks', `FAILED test_area.py::test_a - assert 3 == 5\nFAILED test_area.py::test_b - ValueError: no\n`, [
    { class: 'wrong_answer', message: 'expected 5, got 3', call: 'test_a', expected: '5', got: '3' },
    { class: 'exception', message: 'ValueError: no', call: 'test_b' },
  ]],
  ['a time-out of pytest-timeout', `___ test_a ___\nE       Failed: Timeout (>1.0s) from pytest-timeout.\n\narea.py:3: Failed\n`, [{ class: 'timeout', message: 'It takes too long.', line: 3 }]],
  [
    'a doctest',
    `**********************************************************************
File "area.py", line 3, in area.area
Failed example:
    area(2)
Expected:
    5
Got:
    3
**********************************************************************
1 items had failures:
`,
    [{ class: 'wrong_answer', message: 'area(2) gave 3', call: 'area(2)', expected: '5', got: '3', line: 3 }],
  ],
  [
    'a doctest that raises',
    `File "area.py", line 3, in area.area
Failed example:
    area(0)
Exception raised:
    Traceback (most recent call last):
      File "/usr/lib/python3.11/doctest.py", line 1350, in __run
        exec(compile(example.source, filename, "single",
      File "<doctest area.area[0]>", line 1, in <module>
        area(0)
      File "/w/area.py", line 7, in area
        return 1 / r
    ZeroDivisionError: division by zero
`,
    [{ class: 'exception', message: 'ZeroDivisionError: division by zero', line: 7, call: 'area(0)' }],
  ],
  ['a doctest where nothing was to be printed', `Failed example:\n    area(0)\nExpected nothing\nGot:\n    3\n`, [{ class: 'wrong_answer', message: 'area(0) gave 3', call: 'area(0)', expected: 'nothing', got: '3' }]],
  [
    'unittest',
    `======================================================================
FAIL: test_x (test_area.T.test_x)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/w/test_area.py", line 5, in test_x
    self.assertEqual(area([1, 2]), [2, 1])
AssertionError: Lists differ: [1, 2] != [2, 1]

First differing element 0:
`,
    [{ class: 'wrong_answer', message: 'area([1, 2]) gave [1, 2]', call: 'area([1, 2])', expected: '[2, 1]', got: '[1, 2]' }],
  ],
  [
    'a traceback, of which the last exception counts',
    `Traceback (most recent call last):
  File "area.py", line 2, in area
KeyError: 1

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "area.py", line 9, in <module>
    area(1)
  File "area.py", line 4, in area
    raise RecursionError("maximum recursion depth exceeded")
RecursionError: maximum recursion depth exceeded
`,
    [{ class: 'recursion', message: 'RecursionError: maximum recursion depth exceeded', line: 4 }],
  ],
  ['a syntax error of plain Python', `  File "area.py", line 3\n    retrun x\n           ^\nSyntaxError: invalid syntax\n`, [{ class: 'syntax', message: 'SyntaxError: invalid syntax', line: 3 }]],
  ['a good run', `============ 3 passed in 0.01s ============\n`, []],
  ['nothing', '', []],
];

describe('output of Python tests is read as problems', () => {
  test.each(rows)('%s', (_title, text, problems) => {
    expect(parsePythonOutput(text)).toEqual(problems);
  });
});
