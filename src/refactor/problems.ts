import type { Operation, Problem } from '../languages/refactor/types.ts';

/**
 * The problems that are there after an operation and were not before. A problem that went along with moved code, or that names what was
 * renamed, is the same one: it is told by its code and its message with the names of the operation left out, and each counts once.
 *
 * @param often what was there once may be there any number of times: one missing package keeps every module from loading. Default false
 * @example
 * newProblems([{ path: 'a.py', line: 1, code: 'F401', message: '`os` imported but unused' }], [], operation) // []
 */
export function newProblems(before: readonly Problem[], after: readonly Problem[], operation: Operation, often = false): Problem[] {
  const names = namesOf(operation);
  const key = ({ code, message }: Problem): string => `${code}\0${message.replaceAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu, (word) => (names.has(word) ? '·' : word)).replaceAll(/\bline \d+/g, 'line')}`;
  const known = new Map<string, number>();
  for (const problem of before) known.set(key(problem), (known.get(key(problem)) ?? 0) + 1);
  return after.filter((problem) => {
    const left = known.get(key(problem)) ?? 0;
    if (left > 0 && !often) known.set(key(problem), left - 1);
    return left === 0;
  });
}

/** Every word that an operation names: symbols, and the parts of its paths. */
function namesOf(operation: Operation): ReadonlySet<string> {
  return new Set(JSON.stringify(operation).match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
}
