import { describe, expect, it } from 'vitest';
import { changed, meanScore, scores, spread } from './score.ts';
import type { Fate, Mutation } from './types.ts';

const mutation = (id: number, name = 'f', line = 1): Mutation => ({ id, function: name, line, description: 'one', begin: 0, end: 1, text: 'y' });
const scoreOf = (fates: Fate[]): number => scores({ path: 'a.py', source: 'x = 1\n' }, fates.map((_, id) => mutation(id)), fates.map((fate, id) => ({ id, killed: [], fate })))[0]!.score;

describe('the mutation score', () => {
  const rows: readonly [string, Fate[], number][] = [
    ['is the share that was killed', ['killed', 'survived'], 0.5],
    ['counts what hangs, dies or cannot be imported as killed', ['timeout', 'crashed', 'broken', 'survived'], 0.75],
    ['leaves out what does not compile and what is proven to be the same program', ['killed', 'invalid', 'equivalent'], 1],
    ['is zero where nothing is killed', ['survived', 'survived'], 0],
  ];
  it.each(rows)('%s', (_title, fates, expected) => {
    expect(scoreOf(fates)).toBe(expected);
  });

  it('names survivors with the line as it is and as the mutant has it, and what no input told apart', () => {
    const [one] = scores({ path: 'a.py', source: 'x = 1\n' }, [mutation(0)], [{ id: 0, killed: [], fate: 'survived' }], new Set([0]));
    expect(one!.survivors).toEqual([{ path: 'a.py', function: 'f', line: 1, description: 'one', before: 'x = 1', after: 'y = 1', perhapsEquivalent: true }]);
  });

  it('is averaged over functions that have mutants', () => {
    expect(meanScore([])).toBe(1);
    expect(meanScore(scores({ path: 'a.py', source: 'x' }, [mutation(0), mutation(1, 'g')], [{ id: 0, killed: ['t'], fate: 'killed' }, { id: 1, killed: [], fate: 'survived' }]))).toBe(0.5);
  });
});

describe('a change of bytes', () => {
  it('counts bytes, not characters, and not the byte order mark', () => {
    expect(changed('\uFEFFé = 1\n', { begin: 5, end: 6, text: '2' })).toBe('\uFEFFé = 2\n');
  });
});

describe('a limit on mutants', () => {
  it('leaves every function its share', () => {
    const all = [...Array.from({ length: 90 }, (_, id) => mutation(id, 'large', id)), ...Array.from({ length: 5 }, (_, id) => mutation(100 + id, 'small', id))];
    const some = spread(all, 20);
    expect(some.filter((one) => one.function === 'small').length).toBe(4);
    expect(some.filter((one) => one.function === 'large').length).toBe(18);
    expect(spread(all, 200)).toEqual(all);
  });
});
