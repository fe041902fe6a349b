import { describe, expect, it } from 'vitest';
import type { Problem } from '../../function/types.ts';
import { parseTscOutput } from '../../typescript/function/tsc-output.ts';
import { parseNodeOutput } from './node-output.ts';

const UNCAUGHT = `/ws/solution.cjs:3
  return a.b.c;
             ^

TypeError: Cannot read properties of undefined (reading 'c')
    at f (/ws/solution.cjs:3:14)
    at Object.<anonymous> (/ws/script.cjs:2:8)

Node.js v20.20.2
`;
const ASSERTION = `node:assert:126
  throw new AssertionError(obj);
  ^

AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

3 !== 4

    at Object.<anonymous> (/ws/script.cjs:4:8) {
  generatedMessage: true,
  code: 'ERR_ASSERTION',
  actual: 3,
  expected: 4,
  operator: 'strictEqual'
}
`;
const SYNTAX = `file:///ws/solution.mjs:7
  return (;
          ^

SyntaxError: Unexpected token ';'
    at ModuleLoader.moduleStrategy (node:internal/modules/esm/translators:152:18)
`;
const TAP = `TAP version 13
# Subtest: doubles
not ok 1 - doubles
  ---
  duration_ms: 1.2
  location: '/ws/a.test.mjs:3:1'
  failureType: 'testCodeFailure'
  error: |-
    Expected values to be strictly equal:
    
    3 !== 4
    
  code: 'ERR_ASSERTION'
  name: 'AssertionError'
  expected: 4
  actual: 3
  operator: 'strictEqual'
  stack: |-
    TestContext.<anonymous> (file:///ws/a.test.mjs:4:10)
  ...
# Subtest: throws
not ok 2 - throws
  ---
  failureType: 'testCodeFailure'
  error: 'it''s no number'
  name: 'RangeError'
  stack: |-
        at f (/ws/solution.cjs:9:11)
  ...
1..2
`;

describe('what Node printed', () => {
  it.each<[string, string, Problem[]]>([
    ['an uncaught error', UNCAUGHT, [{ class: 'type', message: "TypeError: Cannot read properties of undefined (reading 'c')", line: 3 }]],
    ['a failed assert', ASSERTION, [{ class: 'wrong_answer', message: 'AssertionError: Expected values to be strictly equal:', expected: '4', got: '3' }]],
    ['a syntax error', SYNTAX, [{ class: 'syntax', message: "SyntaxError: Unexpected token ';'", line: 7 }]],
    ['points of TAP', TAP, [{ class: 'wrong_answer', message: 'AssertionError: Expected values to be strictly equal:', call: 'doubles', expected: '4', got: '3' }, { class: 'exception', message: "RangeError: it's no number", call: 'throws', line: 9 }]],
    ['endless recursion', 'RangeError: Maximum call stack size exceeded\n    at f (/ws/solution.cjs:2:3)\n', [{ class: 'recursion', message: 'RangeError: Maximum call stack size exceeded', line: 2 }]],
    ['a missing module', "Error: Cannot find module 'lodash'\nRequire stack:\n- /ws/solution.cjs\n", [{ class: 'import', message: "Error: Cannot find module 'lodash'" }]],
    ['a full heap', '<--- Last few GCs --->\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n', [{ class: 'memory', message: 'It ran out of memory.' }]],
    ['no error', 'all is well\nok 1 - a\n', []],
  ])('%s', (_, text, problems) => {
    expect(parseNodeOutput(text)).toEqual(problems);
  });
});

describe('what tsc printed', () => {
  it.each<[string, string, Problem[]]>([
    ['plain', "a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.\n  Types differ.\n", [{ class: 'type', message: "TS2322: Type 'string' is not assignable to type 'number'.", line: 3 }]],
    ['pretty', "\u001b[96ma.ts\u001b[0m:\u001b[93m2\u001b[0m:\u001b[93m1\u001b[0m - \u001b[91merror\u001b[0m\u001b[90m TS2304: \u001b[0mCannot find name 'foo'.\n\n2 foo\n  ~~~\n\nFound 1 error in a.ts:2\n", [{ class: 'name', message: "TS2304: Cannot find name 'foo'.", line: 2 }]],
    ['of the syntax and of modules', "a.ts(1,9): error TS1005: ')' expected.\na.ts(1,1): error TS2307: Cannot find module 'x' or its corresponding type declarations.\n", [{ class: 'syntax', message: "TS1005: ')' expected.", line: 1 }, { class: 'import', message: "TS2307: Cannot find module 'x' or its corresponding type declarations.", line: 1 }]],
    ['without a place', 'error TS5023: Unknown compiler option.\n', [{ class: 'type', message: 'TS5023: Unknown compiler option.' }]],
    ['nothing', '', []],
  ])('%s', (_, text, problems) => {
    expect(parseTscOutput(text)).toEqual(problems);
  });
});
