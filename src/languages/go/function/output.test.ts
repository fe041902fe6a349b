import { expect, test } from 'vitest';
import type { Problem } from '../../function/types.ts';
import { parseGoOutput } from './output.ts';

test.each<[said: string, output: string, problems: Problem[]]>([
  ['nothing', 'ok  \tx\t0.01s\n', []],
  [
    'compile errors of the candidate, each with its line and class',
    '# untilgreen/wave/c0\nc0/solution.go:3:8: "os" imported and not used\nc0/solution.go:6:2: undefined: math\nc0/solution.go:7:9: cannot use s (variable of type string) as int value in return statement\nc0/solution.go:9:1: missing return\n',
    [
      { class: 'import', message: '"os" imported and not used', line: 3 },
      { class: 'name', message: 'undefined: math', line: 6 },
      { class: 'type', message: 'cannot use s (variable of type string) as int value in return statement', line: 7 },
      { class: 'compile', message: 'missing return', line: 9 },
    ],
  ],
  ['a syntax error', './solution.go:4:2: syntax error: unexpected }, expected expression\n', [{ class: 'syntax', message: 'syntax error: unexpected }, expected expression', line: 4 }]],
  ['an error in the test file, whose line is none of the candidate', 'c0/solution_test.go:8:3: undefined: assert\n', [{ class: 'name', message: 'undefined: assert' }]],
  ['go vet', 'vet: ./solution.go:5:2: self-assignment of x to x\n', [{ class: 'compile', message: 'self-assignment of x to x', line: 5 }]],
  ['an unknown package', 'solution.go:3:8: package foo is not in std (/usr/lib/go/src/foo)\n', [{ class: 'import', message: 'package foo is not in std (/usr/lib/go/src/foo)', line: 3 }]],
  [
    'a test that says what it got and wanted',
    '=== RUN   TestArea\n    area_test.go:9: Area(2) = 4, want 3\n--- FAIL: TestArea (0.00s)\nFAIL\n',
    [{ class: 'wrong_answer', message: 'Area(2) = 4, want 3', call: 'Area(2)', expected: '3', got: '4' }],
  ],
  [
    'a row of a table',
    '=== RUN   TestArea/big\n    area_test.go:9: got 4, want 3\n    --- FAIL: TestArea/big (0.00s)\n',
    [{ class: 'wrong_answer', message: 'got 4, want 3', call: 'TestArea/big', expected: '3', got: '4' }],
  ],
  ['expected before got', '=== RUN   TestA\n    a_test.go:9: expected 3 but got 4\n', [{ class: 'wrong_answer', message: 'expected 3 but got 4', call: 'TestA', expected: '3', got: '4' }]],
  [
    'testify',
    '=== RUN   TestA\n    a_test.go:9: \n        \tError Trace:\ta_test.go:9\n        \tError:      \tNot equal: \n        \t            \texpected: 3\n        \t            \tactual  : 4\n--- FAIL: TestA (0.00s)\n',
    [{ class: 'wrong_answer', message: 'Error Trace: a_test.go:9 Error: Not equal: expected: 3 actual : 4', call: 'TestA', expected: '3', got: '4' }],
  ],
  ['a test in its own words', '=== RUN   TestA\n    a_test.go:9: the list is not sorted\n', [{ class: 'wrong_answer', message: 'the list is not sorted', call: 'TestA' }]],
  [
    'a panic, with the line of the candidate and without its stack',
    '\u0016=== RUN   TestA\n--- FAIL: TestA (0.00s)\npanic: runtime error: index out of range [0] with length 0 [recovered]\n\tpanic: runtime error: index out of range [0] with length 0\n\ngoroutine 6 [running]:\nuntilgreen/wave/c0.F(...)\n\tuntilgreen/wave/c0/solution.go:4 +0x1d\n\tuntilgreen/wave/c0/solution_test.go:9 +0x1d\n',
    [{ class: 'exception', message: 'panic: runtime error: index out of range [0] with length 0', call: 'TestA', line: 4 }],
  ],
  ['a time-out', '=== RUN   TestA\npanic: test timed out after 1s\n\nrunning tests:\n', [{ class: 'timeout', message: 'test timed out after 1s', call: 'TestA' }]],
  ['a recursion without end', 'runtime: goroutine stack exceeds 67108864-byte limit\nfatal error: stack overflow\n', [{ class: 'recursion', message: 'stack overflow' }]],
  ['memory', 'fatal error: runtime: out of memory\n', [{ class: 'memory', message: 'runtime: out of memory' }]],
  ['a deadlock', 'fatal error: all goroutines are asleep - deadlock!\n', [{ class: 'crash', message: 'all goroutines are asleep - deadlock!' }]],
])('what Go prints is told concisely: %s', (_, output, problems) => {
  expect(parseGoOutput(output, 'solution.go')).toEqual(problems);
});
