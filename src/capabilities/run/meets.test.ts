import { describe, expect, test } from 'vitest';
import type { ToolCase, UseResult } from '../types.ts';
import { meetsCase } from './meets.ts';

const gave = (result: Extract<UseResult, { ok: true }>['result']): UseResult => ({ ms: 1, ok: true, result });
const raised = (error: string, kind: 'undeclared' | 'declared_error' = 'undeclared'): UseResult => ({ ms: 1, ok: false, kind, error, message: 'no' });
const says = (of: Pick<ToolCase, 'result' | 'error'>): ToolCase => ({ arguments: {}, from: 'user', ...of });

describe('is a result what a case says', () => {
  test.each<[string, Pick<ToolCase, 'result' | 'error'>, UseResult, boolean]>([
    ['floats with a tolerance', { result: 0.3 }, gave(0.1 + 0.2), true],
    ['a whole number and a float', { result: 3 }, gave(3.0000000001), true],
    ['integers exactly', { result: 1_000_000_000 }, gave(1_000_000_001), false],
    ['objects in any order', { result: { a: 1, b: [2] } }, gave({ b: [2], a: 1 }), true],
    ['lists in their order', { result: [1, 2] }, gave([2, 1]), false],
    ['true is not 1', { result: 1 }, gave(true), false],
    ['no result stated is null', {}, gave(null), true],
    ['an error is no result', { result: 1 }, raised('ValueError'), false],
    ['any error', { error: true }, raised('ZeroDivisionError'), true],
    ['an error of the class', { error: 'ValueError' }, raised('ValueError', 'declared_error'), true],
    ['an error of a class below it', { error: 'ValueError' }, raised('JSONDecodeError'), true],
    ['an error of a class below one below it', { error: 'ArithmeticError' }, raised('DivisionByZero'), true],
    ['an error of another class', { error: 'ValueError' }, raised('TypeError'), false],
    ['the class of all', { error: 'Error' }, raised('RangeError'), true],
    ['a result is no error', { error: true }, gave(1), false],
    ['arguments that were refused are no error of the tool', { error: true }, { ms: 1, ok: false, kind: 'arguments', message: 'x' }, false],
    ['a time-out is no error of the tool', { error: true }, { ms: 1, ok: false, kind: 'timeout', message: 'x' }, false],
  ])('%s', (_title, expected, got, meets) => {
    expect(meetsCase(says(expected), got)).toBe(meets);
  });
});
