/** Numbers that only look random: the same seed gives the same ones on every machine. */
export interface Random {
  /** A number from 0 up to, and without, 1. */
  next(): number;
  /** A whole number from `least` to `most`, both of them possible. */
  between(least: number, most: number): number;
  /** One of them; there must be one. */
  pick<T>(items: readonly T[]): T;
  /** True in this share of the calls, 0 to 1. */
  chance(share: number): boolean;
  /** A copy in another order. */
  shuffled<T>(items: readonly T[]): T[];
}

/**
 * A small generator of pseudo-random numbers: mulberry32 by Tommy Ettinger (public domain, 2017), 32 bits of state. `Math.random` takes no
 * seed, and a job has to try the same inputs again when it is resumed.
 *
 * @param seed any whole number; its lower 32 bits count
 * @example
 * seededRandom(7).between(1, 6); // the same on every machine
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    pick: (items) => items[between(0, items.length - 1)]!,
    chance: (share) => next() < share,
    shuffled: (items) => {
      const mixed = [...items];
      for (let last = mixed.length - 1; last > 0; last -= 1) {
        const other = between(0, last);
        [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
      }
      return mixed;
    },
  };
}
