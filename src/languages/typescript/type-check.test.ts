import { describe, expect, it } from 'vitest';
import type { SandboxResult } from '../../sandbox/types.ts';
import type { Check } from '../types.ts';
import { typeResults } from './type-check.ts';

const CHECK: Check = { id: 'tsc', framework: 'tsc', language: 'typescript', cwd: '', why: '' };
const exited = (exitCode: number, stdout: string): SandboxResult => ({ status: 'exited', exitCode, signal: null, stdout, stderr: '', truncated: { stdout: false, stderr: false }, peakMemoryBytes: undefined, cpuMs: undefined, wallMs: 1, rung: 'A' });

describe('what tsc prints', () => {
  const text = "src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.\n  The expected type comes from here.\nsrc/a.ts(9,5): error TS2322: Type 'string' is not assignable to type 'number'.\n";
  it('is a failed test an error, named without its line', () => {
    const read = typeResults(exited(2, text), CHECK);
    expect(read).toMatchObject({ status: 'failed', collected: 2, errors: [] });
    expect(read.tests.map((test) => [test.id, test.line])).toEqual([["src/a.ts > TS2322: Type 'string' is not assignable to type 'number'.", 3], ["src/a.ts > TS2322: Type 'string' is not assignable to type 'number'. (2)", 9]]);
  });

  it('does not count what was known, but one more of the same does', () => {
    const known = [typeResults(exited(2, text), CHECK).tests[0]!.id];
    expect(typeResults(exited(2, text), { ...CHECK, known }).tests.map((test) => test.line)).toEqual([9]);
  });

  it.each([
    [0, '', 'passed'],
    [1, 'error TS18003: No inputs were found in config file.\n', 'failed'],
    [1, 'it crashed\n', 'broken'],
    [139, text, 'broken'],
  ])('with exit %i and %j is %s', (exit, stdout, status) => expect(typeResults(exited(exit, stdout), CHECK).status).toBe(status));
});
