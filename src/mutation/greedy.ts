/**
 * The smallest set of cases, as greedy choice finds it, that tells all mutants apart which any case tells apart: each step takes the case
 * that kills most of what still lives (Chvátal 1979: at most ln n + 1 times the smallest). Ties go to the cheaper one.
 *
 * @param kills mutants by case
 * @param cost what a reader pays for a case: its length, more for an exception
 * @example
 * greedy(new Map([['a', new Set([1, 2])], ['b', new Set([2])]]), () => 1); // ['a']
 */
export function greedy<C, M>(kills: ReadonlyMap<C, ReadonlySet<M>>, cost: (one: C) => number): C[] {
  const alive = new Set([...kills.values()].flatMap((mutants) => [...mutants]));
  const left = new Map(kills);
  const chosen: C[] = [];
  while (alive.size > 0) {
    let best: { one: C; gain: number; price: number } | undefined;
    for (const [one, mutants] of left) {
      let gain = 0;
      for (const mutant of mutants) if (alive.has(mutant)) gain += 1;
      if (gain === 0) continue;
      const price = cost(one);
      if (!best || gain > best.gain || (gain === best.gain && price < best.price)) best = { one, gain, price };
    }
    if (!best) break;
    chosen.push(best.one);
    for (const mutant of left.get(best.one)!) alive.delete(mutant);
    left.delete(best.one);
  }
  return chosen;
}
