import { sameJson } from '../run/meets.ts';
import type { UseResult } from '../types.ts';

/** Independent implementations that have to give the same before it is taken for right, as in the gate. */
export const AGREEING = 3;

/** Did two calls come to the same: equal results, or errors of one kind. What ran out of time agrees with nothing. */
export function sameResult(a: UseResult, b: UseResult): boolean {
  if (a.ok && b.ok) return sameJson(a.result, b.result);
  if (a.ok || b.ok || a.kind === 'timeout' || a.kind === 'crashed') return false;
  return a.kind === b.kind && a.error === b.error;
}

/**
 * Groups codes that did the same on every input, the largest group first, and among equals the one that was written first.
 *
 * @param rows one for each code, of the same inputs
 * @returns indexes of codes
 */
export function agreeing(rows: readonly (readonly UseResult[])[]): number[][] {
  const groups: number[][] = [];
  for (const [index, row] of rows.entries()) {
    const group = groups.find(([first]) => rows[first!]!.every((result, at) => sameResult(result, row[at]!)));
    if (group) group.push(index);
    else groups.push([index]);
  }
  return groups.toSorted((a, b) => b.length - a.length);
}
