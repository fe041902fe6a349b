import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFacts } from '../facts/read.ts';
import { ProjectGraph } from '../graph/graph.ts';
import type { ProjectFile } from '../graph/types.ts';
import { estimateTokens } from '../tokens.ts';
import { outlineOf } from './outline.ts';
import { pageRank, type ReferenceGraph } from './pagerank.ts';
import { rankProject } from './rank.ts';

const anyGraph = fc.integer({ min: 1, max: 8 }).chain((files) => fc.record({
  files: fc.constant(files),
  definers: fc.array(fc.array(fc.nat(files - 1), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
}).chain(({ definers }) => fc.record({
  files: fc.constant(files),
  definers: fc.constant(definers),
  references: fc.array(fc.array(fc.record({ name: fc.nat(definers.length - 1), weight: fc.double({ min: 0.01, max: 50, noNaN: true }) }), { maxLength: 5 }).map((list) => ({ names: list.map((l) => l.name), weights: list.map((l) => l.weight) })), { minLength: files, maxLength: files }),
})));

describe('PageRank', () => {
  it('sums to 1 and is the same each time', () => {
    fc.assert(fc.property(anyGraph, fc.nat(7), (graph: ReferenceGraph, at) => {
      const personal = new Float64Array(graph.files);
      personal[at % graph.files] = 3;
      const { files } = pageRank(graph, personal);
      expect(files.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
      expect(files.every((rank) => rank >= 0)).toBe(true);
      expect(pageRank(graph, personal).files).toEqual(files);
    }));
  });

  it('is higher for a file where walks start than without that', () => {
    fc.assert(fc.property(anyGraph, fc.nat(7), (graph: ReferenceGraph, at) => {
      const file = at % graph.files;
      const personal = new Float64Array(graph.files);
      personal[file] = 1;
      expect(pageRank(graph, personal).files[file]!).toBeGreaterThanOrEqual(pageRank(graph, new Float64Array(graph.files)).files[file]! - 1e-7);
    }));
  });

  it('does not hang on the scale of where walks start', () => {
    fc.assert(fc.property(anyGraph, fc.double({ min: 0.1, max: 100, noNaN: true }), (graph: ReferenceGraph, scale) => {
      const ranks = (by: number) => pageRank(graph, new Float64Array(graph.files).fill(by)).files;
      for (const [at, rank] of ranks(scale).entries()) expect(rank).toBeCloseTo(ranks(1)[at]!, 9);
    }));
  });

  it('of two files that mention each other is half for each', () => {
    const { files } = pageRank({ files: 2, definers: [[0], [1]], references: [{ names: [1], weights: [4] }, { names: [0], weights: [1] }] }, new Float64Array(2));
    expect([...files]).toEqual([0.5, 0.5]);
  });

  it('of nothing is nothing', () => {
    expect(pageRank({ files: 0, definers: [], references: [] }, new Float64Array(0)).files).toHaveLength(0);
  });
});

async function graphOf(files: Record<string, string>): Promise<ProjectGraph> {
  const read: ProjectFile[] = [];
  for (const path of Object.keys(files).toSorted()) read.push({ path, size: files[path]!.length, facts: await readFacts(path, files[path]!) });
  return new ProjectGraph(read, new Map());
}

const SHOP = {
  'core.py': 'class Money:\n    """An amount."""\n    def round_half_even(self):\n        pass\n\ndef _secret(): pass\n',
  'cart.py': 'from core import Money, _secret\ndef total():\n    Money().round_half_even(); Money(); _secret()\n',
  'order.py': 'from core import Money\ndef place():\n    Money()\n',
  'lonely.py': 'def nobody(): pass\n',
  'test_cart.py': 'from cart import total\ndef test_total():\n    total()\n',
};

describe('a project', () => {
  it('has what others use on top', async () => {
    const ranked = rankProject(await graphOf(SHOP));
    expect(ranked[0]!.file.path).toBe('core.py');
    expect(ranked[0]!.symbols.map(({ symbol }) => symbol.name)).toEqual(['Money', 'round_half_even', '_secret']);
  });

  it('has what a request is about on top when it is asked for that', async () => {
    const graph = await graphOf(SHOP);
    const place = (path: string, ranked = rankProject(graph)) => ranked.findIndex(({ file }) => file.path === path);
    expect(place('order.py', rankProject(graph, { files: new Map([['order.py', 1]]) }))).toBeLessThan(place('order.py'));
    expect(place('lonely.py', rankProject(graph, { names: new Set(['nobody']) }))).toBe(0);
  });

  it('does not mistake attributes of the language, local names, or names of tests for uses', async () => {
    const graph = await graphOf({ 'a.py': 'class A:\n    def append(self): pass\n    def odd_name(self): pass\n', 'b.py': 'def f(odd_name, xs):\n    xs.append(odd_name)\n', 'test_c.py': 'class T:\n    def special_helper(self): pass\n', 'd.py': 'def g(x):\n    x.special_helper()\n' });
    const ranked = rankProject(graph);
    expect(new Set(ranked.map(({ rank }) => rank.toFixed(9))).size).toBe(1);
  });
});

describe('an outline', () => {
  it('shows methods under their class, with their lines, and says how much is left out', async () => {
    const { text } = outlineOf(rankProject(await graphOf({ 'core.py': SHOP['core.py'], 'cart.py': SHOP['cart.py'] })), { budget: 25, details: true });
    expect(text).toBe('core.py (6 lines):\n  1-4: class Money  # An amount.\n    3-4: def round_half_even(self)\n  … 1 more');
  });

  it('keeps to its budget and grows with it', async () => {
    const ranked = rankProject(await graphOf(SHOP));
    fc.assert(fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 100 }), (budget, more) => {
      const outline = outlineOf(ranked, { budget });
      expect(estimateTokens(outline.text)).toBe(outline.tokens);
      expect(outline.tokens).toBeLessThanOrEqual(budget);
      expect(outlineOf(ranked, { budget: budget + more }).symbols).toBeGreaterThanOrEqual(outline.symbols);
    }));
  });

  it('leaves out files that stand elsewhere', async () => {
    expect(outlineOf(rankProject(await graphOf(SHOP)), { budget: 500, without: new Set(['core.py', 'cart.py', 'order.py', 'test_cart.py']) }).text).toBe('lonely.py:\n  1: def nobody()');
  });
});
