import { meetsCase } from '../run/meets.ts';
import type { CodeReport } from '../run/run.ts';
import type { ToolCase, UseResult } from '../types.ts';

/** In which way a case was not met: all that is told of a hidden one. */
export type Miss = 'another value' | 'a value that the contract does not give' | 'an error where a result belongs' | 'a result where an error belongs' | 'another error' | 'no answer in time' | 'its process ended' | 'arguments that it does not take';

/** Undefined where the case is met. */
export function missOf(expected: ToolCase, got: UseResult): Miss | undefined {
  if (meetsCase(expected, got)) return undefined;
  if (got.ok) return expected.error === undefined ? 'another value' : 'a result where an error belongs';
  switch (got.kind) {
    case 'timeout':
      return 'no answer in time';
    case 'crashed':
      return 'its process ended';
    case 'arguments':
      return 'arguments that it does not take';
    case 'bad_result':
      return 'a value that the contract does not give';
    case 'declared_error':
    case 'undeclared':
      return expected.error === undefined ? 'an error where a result belongs' : 'another error';
  }
}

/** Does a code meet all of some cases; its results begin with theirs. */
export const meetsAll = (report: CodeReport, cases: readonly ToolCase[]): boolean => report.problem === undefined && cases.every((one, at) => meetsCase(one, report.results[at]!));
