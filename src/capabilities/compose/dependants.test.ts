import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Capability } from '../types.ts';
import { cycleWith, dependantsOf, relink } from './dependants.ts';
import { link, usesOf } from './link.ts';
import { piecesIn } from './section.ts';

const toolOf = (name: string, uses: readonly string[], code = ''): Capability =>
  ({ language: 'python', name, version: '1.0.0', hash: `sha256:${name}`, code, status: 'active', contractHash: 'sha256:c', made: { at: '2026-01-01T00:00:00Z', by: 'model' }, uses: uses.map((use) => ({ name: use, version: '1.0.0', hash: `sha256:${use}` })) }) as unknown as Capability;

describe('who calls a tool', () => {
  const tools = [toolOf('top', ['left', 'right']), toolOf('left', ['base']), toolOf('right', ['base', 'left']), toolOf('base', []), toolOf('alone', ['other']), toolOf('other', [])];
  test.each<[string, string[]]>([
    ['base', ['left', 'right', 'top']],
    ['left', ['right', 'top']],
    ['top', []],
    ['nobody', []],
  ])('of %s: %j', (name, expected) => {
    expect(dependantsOf(name, tools).map((tool) => tool.name)).toEqual(expected);
  });

  test('a circle is found before it is saved', () => {
    expect(cycleWith({ name: 'base', uses: usesOf([toolOf('top', [])]) }, tools)).toEqual(['base', 'top', 'left', 'base']);
    expect(cycleWith({ name: 'base', uses: usesOf([toolOf('base', [])]) }, tools)).toEqual(['base', 'base']);
    expect(cycleWith({ name: 'new', uses: usesOf([toolOf('top', [])]) }, tools)).toBeUndefined();
  });

  test('whatever the graph, dependants stand behind those that they call, and none is missing', () => {
    const graphs = fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 10 });
    fc.assert(fc.property(graphs, fc.nat(9), (lists, of) => {
      // Each calls only those before it, so there is no circle; they are given in another order.
      const all = lists.map((list, at) => toolOf(`t${at}`, [...new Set(list.filter((other) => other < at))].map((other) => `t${other}`))).toReversed();
      const order = dependantsOf(`t${of}`, all).map(({ name }) => name);
      const calls = (name: string): string[] => all.find((tool) => tool.name === name)!.uses.map((use) => use.name);
      const reaches = (name: string): boolean => calls(name).some((other) => other === `t${of}` || reaches(other));
      expect(order.toSorted()).toEqual(all.map(({ name }) => name).filter(reaches).toSorted());
      for (const [at, name] of order.entries()) for (const other of calls(name)) expect(order.indexOf(other)).toBeLessThan(at);
    }), { numRuns: 200 });
  });
});

describe('new versions of what a tool calls', () => {
  const base = toolOf('base', [], 'def base(x):\n    return x\n');
  test('are put in, and the draft says why; nothing is drafted where nothing is new', async () => {
    const top = { ...toolOf('top', ['base']), code: await link('def top(x):\n    return base(x)\n', [base], 'python') };
    expect(await relink(top, [base])).toBeUndefined();
    const newer = { ...base, version: '1.0.1', hash: 'sha256:newer', code: 'def base(x):\n    return x + 0\n' };
    const draft = await relink(top, [newer, top]);
    expect(draft).toMatchObject({ name: 'top', uses: [{ name: 'base', version: '1.0.1', hash: 'sha256:newer' }], made: { parent: '1.0.0', reason: 'uses base 1.0.1', by: 'model' } });
    expect(draft!.made.at).not.toBe(top.made.at);
    expect(piecesIn(draft!.code)).toMatchObject([{ name: 'base', version: '1.0.1', hash: 'newer', text: 'def base(x):\n    return x + 0' }]);
    expect(draft).not.toHaveProperty('version');
    expect(draft).not.toHaveProperty('status');
  });

  test('one that is not there any more is named', async () => {
    await expect(relink(toolOf('top', ['base']), [])).rejects.toMatchObject({ code: 'not_found', message: expect.stringMatching(/top calls base/) });
  });
});
