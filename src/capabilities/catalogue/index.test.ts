import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextIndex } from './text-index.ts';
import { VectorIndex } from './vector-index.ts';
import { viewsOf, type ViewKind } from './views.ts';
import { spoken, stem, wordsOf } from './words.ts';

describe('words', () => {
  it.each([
    ['calculatePercentage of the numbers', ['calculat', 'percentag', 'numb']],
    ['celsius_to_fahrenheit', ['celsius', 'to', 'fahrenheit']],
    ['Sorting sorted sorts', ['sort', 'sort', 'sort']],
    ['上海 weather', ['上海', 'weath']],
    ['base64', ['base', '64']],
    ['', []],
  ])('%s', (text, expected) => {
    expect(wordsOf(text)).toEqual(expected);
  });
  it.each([
    ['queries', 'query'], ['boxes', 'box'], ['classes', 'class'], ['class', 'class'], ['running', 'run'], ['encoded', 'encod'], ['encode', 'encod'], ['is', 'is'],
  ])('the stem of %s is %s', (word, expected) => {
    expect(stem(word)).toBe(expected);
  });
  it('speaks a name', () => {
    expect(spoken('math.calculateGcd_of-two')).toBe('math calculate gcd of two');
  });
});

describe('views of a tool', () => {
  it('are what it does, its names, what it served and what it takes', () => {
    const parameters = { type: 'object', properties: { percent: { type: 'number', description: 'the share' }, total_amount: {} } };
    expect(viewsOf({ name: 'calculate_percentage', aliases: ['percentOf'], description: 'Calculate a percentage.', requests: ['15 % of 300?'], parameters })).toEqual([
      { kind: 'description', position: 0, text: 'Calculate a percentage.' },
      { kind: 'name', position: 0, text: 'calculate percentage' },
      { kind: 'name', position: 1, text: 'percent of' },
      { kind: 'request', position: 0, text: '15 % of 300?' },
      { kind: 'signature', position: 0, text: 'calculate percentage (percent: the share; total amount)' },
    ]);
  });
});

describe('full text', () => {
  const index = new TextIndex();
  index.set('percentage', 'Calculate a percentage of a number');
  index.set('reverse', 'Reverse the characters of a text');
  index.set('number', 'Round a number');
  it('puts first what shares rare words, and leaves out what shares none', () => {
    expect(index.search('percentages of numbers').best(5, () => true)).toEqual(['percentage', 'number']);
    expect(index.search('percentages of numbers').best(5, (id) => id !== 'percentage')).toEqual(['number']);
  });
  it('counts words that nothing has against everything', () => {
    expect(index.search('reverse the unheard-of').of('reverse')).toBeLessThan(index.search('reverse').of('reverse'));
    expect(index.search('reverse').of('nothing')).toBe(0);
  });
  it('gives shares from 0 to 1, and nothing for documents that were deleted', () => {
    const word = fc.constantFrom('sort', 'list', 'number', 'text', 'reverse', 'sum', 'days');
    const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));
    fc.assert(fc.property(fc.array(text, { maxLength: 6 }), text, fc.nat(5), (documents, query, gone) => {
      const some = new TextIndex();
      const without = new TextIndex();
      for (const [i, document] of documents.entries()) {
        some.set(String(i), document);
        if (i !== gone) without.set(String(i), document);
      }
      some.delete(String(gone));
      const [left, right] = [some.search(query), without.search(query)];
      expect(left.best(9, () => true).map(left.of)).toEqual(right.best(9, () => true).map(right.of));
      for (const i of documents.keys()) expect(left.of(String(i))).toBe(right.of(String(i)));
      for (const id of left.best(9, () => true)) expect(left.of(id) > 0 && left.of(id) <= 1).toBe(true);
    }));
  });
});

describe('vectors', () => {
  const direction = (x: number, y: number): Float32Array => Float32Array.of(x / Math.hypot(x, y, 1), y / Math.hypot(x, y, 1), 1 / Math.hypot(x, y, 1));
  const vector = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })).map(([x, y]) => direction(x, y));
  const kind = fc.constantFrom<ViewKind>('description', 'name', 'request', 'signature');
  const views = fc.array(fc.record({ kind, vector }), { minLength: 1, maxLength: 5 });

  it('finds what comparing with every view finds, whatever was put in, replaced and deleted before', () => {
    const step = fc.record({ name: fc.nat(7).map(String), views: fc.option(views) });
    fc.assert(fc.property(fc.array(step, { maxLength: 20 }), vector, (steps, query) => {
      const index = new VectorIndex();
      const kept = new Map<string, { kind: ViewKind; vector: Float32Array }[]>();
      for (const { name, views: given } of steps) {
        if (given) {
          index.set(name, given);
          kept.set(name, given);
        } else {
          index.delete(name);
          kept.delete(name);
        }
      }
      const cosine = (one: Float32Array): number => one[0]! * query[0]! + one[1]! * query[1]! + one[2]! * query[2]!;
      const best = [...kept].map(([name, all]) => ({ name, score: Math.max(0, ...all.map((one) => cosine(one.vector))) }));
      const { names, count } = index.nearest([query], 3, () => true);
      expect(count).toBe(kept.size);
      const wanted = best.map(({ score }) => score).toSorted((a, b) => b - a).slice(0, 3);
      const found = names.map((name) => index.scores(name, [query]).best);
      expect(found.length).toBe(wanted.length);
      for (const [i, score] of found.entries()) expect(score).toBeCloseTo(wanted[i]!, 5);
    }));
  });
  it('gives the best of a kind, and 0 where a tool has no such view or is not there', () => {
    const index = new VectorIndex();
    index.set('one', [{ kind: 'name', vector: direction(1, 0) }, { kind: 'name', vector: direction(0, 0) }]);
    expect(index.scores('one', [direction(0, 0)])).toMatchObject({ name: 1, request: 0, best: 1 });
    expect(index.scores('two', [direction(0, 0)])).toMatchObject({ name: 0, best: 0 });
    expect(index.nearest([direction(0, 0)], 5, (name) => name !== 'one').names).toEqual([]);
  });
});
