import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { greedy } from './greedy.ts';

const of = (table: Record<string, number[]>): Map<string, Set<number>> => new Map(Object.entries(table).map(([name, mutants]) => [name, new Set(mutants)]));

describe('the choice among cases', () => {
  const rows: readonly [string, Record<string, number[]>, string[]][] = [
    ['nothing of nothing', {}, []],
    ['a case that kills nothing is left out', { a: [], b: [1] }, ['b']],
    ['one case that kills what two others kill', { a: [1], b: [2], c: [1, 2] }, ['c']],
    ['the shorter of two that kill the same', { long: [1], ab: [1] }, ['ab']],
    ['what is left is looked for among the rest', { a: [1, 2, 3], b: [3, 4], cc: [4] }, ['a', 'b']],
  ];
  it.each(rows)('%s', (_title, table, expected) => {
    expect(greedy(of(table), (name) => name.length)).toEqual(expected);
  });

  it('the chosen ones kill all that any case kills, and each kills what none before it did', () => {
    fc.assert(fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), fc.array(fc.nat(12), { maxLength: 6 })), (table) => {
      const kills = of(table);
      const chosen = greedy(kills, () => 1);
      const dead = new Set<number>();
      for (const name of chosen) {
        expect([...kills.get(name)!].some((mutant) => !dead.has(mutant))).toBe(true);
        for (const mutant of kills.get(name)!) dead.add(mutant);
      }
      expect(dead).toEqual(new Set([...kills.values()].flatMap((mutants) => [...mutants])));
    }));
  });
});
