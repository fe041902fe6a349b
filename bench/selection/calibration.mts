// The tables of `src/selection/confidence.ts`, and how well tables of this kind foretell tasks that they have not seen.
import { MEMBERS, SHARES, cellOf } from '../../src/selection/confidence.ts';
import type { Answer } from './simulate.mts';

/** What was seen of one answer. */
export interface Seen {
  task: string;
  row: number;
  column: number;
  right: boolean;
}

export interface Cell {
  /** Share of the answers; every task was asked equally often. Undefined where nothing was seen. */
  right: number | undefined;
  tasks: number;
  answers: number;
}

export function seenOf({ task, evidence }: Answer, right: boolean): Seen {
  return { task, ...cellOf(evidence.agreeing, evidence.agreement), right };
}

/** One row for each of `MEMBERS`, one column for each of `SHARES`. */
export function cells(seen: readonly Seen[]): Cell[][] {
  return MEMBERS.map((_, row) => SHARES.map((__, column): Cell => cellFrom(seen.filter((one) => one.row === row && one.column === column))));
}

function cellFrom(seen: readonly Seen[]): Cell {
  return {
    right: seen.length === 0 ? undefined : seen.filter(({ right }) => right).length / seen.length,
    tasks: new Set(seen.map(({ task }) => task)).size,
    answers: seen.length,
  };
}

/** What a table says of tasks that it has not seen: the tasks in `folds` parts, each foretold by the table of the others. */
export function foretold(seen: readonly Seen[], folds: number): (Seen & { value: number })[] {
  const tasks = [...new Set(seen.map(({ task }) => task))];
  return Array.from({ length: folds }, (_, fold) => fold).flatMap((fold) => {
    const left = new Set(tasks.filter((__, at) => at % folds === fold));
    const table = cells(seen.filter(({ task }) => !left.has(task)));
    return seen.filter(({ task }) => left.has(task)).flatMap((one) => {
      const value = table[one.row]?.[one.column]?.right;
      return value === undefined ? [] : [{ ...one, value }];
    });
  });
}
