import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../refactor/types.ts';
import { projectOf } from '../projects.prop.ts';
import { symbolsOf } from '../syntax.ts';
import { carryOut, textsOf } from './sample.prop.ts';

/** Numbers of functions, each with those before it that it calls and whether it uses an import. */
interface Model {
  calls: number[][];
  uses: boolean[];
  moved: boolean[];
}

const model: fc.Arbitrary<Model> = fc.integer({ min: 3, max: 6 }).chain((size) =>
  fc.record({
    calls: fc.tuple(...Array.from({ length: size }, (_, i) => (i ? fc.uniqueArray(fc.nat(i - 1), { maxLength: 2 }) : fc.constant<number[]>([])))),
    uses: fc.array(fc.boolean(), { minLength: size, maxLength: size }),
    moved: fc.array(fc.boolean(), { minLength: size, maxLength: size }),
  }),
);

function sourceOf({ calls, uses }: Model): string {
  const functions = calls.map((called, i) => `# remark ${i}\ndef f${i}(x):\n    return x${uses[i] ? ' + math.floor(1.5)' : ''}${called.map((c) => ` + f${c}(x)`).join('')}\n`);
  return `${uses.some(Boolean) ? 'import math\n\n\n' : ''}${functions.join('\n\n')}`;
}

const userOf = ({ calls }: Model): string => `import a\nfrom a import ${calls.map((_, i) => `f${i}`).join(', ')}\n\nprint(${calls.map((_, i) => `f${i}(1), a.f${i}(2)`).join(', ')})\n`;

/** The program apart from the order of definitions and imports. */
const sorted = (text: string): string[] => text.split(/\n{2,}/).map((part) => part.trim()).filter(Boolean).toSorted();

/** What a file imports, one name a line, and the rest of its lines. */
const imported = (text: string): string[] =>
  text.split('\n').filter(Boolean).flatMap((line) => {
    const [, module, names] = /^from (\w+) import (.+)$/.exec(line) ?? [];
    return names === undefined ? [line] : names.split(', ').map((name) => `from ${module} import ${name}`);
  }).toSorted();

/** Does each function use only such that stay where it is, or the other way round: then both ways are without a circle. */
const isOneWay = ({ calls, moved }: Model): boolean => {
  const across = calls.flatMap((called, i) => called.filter((c) => moved[c] !== moved[i]).map(() => moved[i]));
  return moved.some(Boolean) && !moved.every(Boolean) && new Set(across).size <= 1;
};

async function through(files: Record<string, string>, operations: Operation[]): Promise<Record<string, string>> {
  const bench = await projectOf(files);
  for (const operation of operations) await carryOut(bench, operation);
  return textsOf(bench);
}

describe('round trips', () => {
  it('symbols that move there and back leave the same program', async () => {
    await fc.assert(
      fc.asyncProperty(model.filter(isOneWay), async (m) => {
        const files = { 'a.py': sourceOf(m), 'c.py': userOf(m) };
        const symbols = m.moved.flatMap((moves, i) => (moves ? [`f${i}`] : []));
        const back = await through(files, [{ kind: 'move_symbols', from: 'a.py', symbols, to: 'b.py' }, { kind: 'move_symbols', from: 'b.py', symbols, to: 'a.py' }]);
        expect(sorted(back['a.py']!)).toEqual(sorted(files['a.py']));
        expect(imported(back['c.py']!)).toEqual(imported(files['c.py']));
        expect((await symbolsOf(back['b.py']!)).defines).toEqual([]);
      }),
      { numRuns: 6, endOnFailure: true },
    );
  }, 120_000);

  it('what is split and merged again is the same program', async () => {
    await fc.assert(
      fc.asyncProperty(model.filter(isOneWay), async (m) => {
        const files = { 'a.py': sourceOf(m), 'c.py': userOf(m) };
        const symbols = m.moved.flatMap((moves, i) => (moves ? [`f${i}`] : []));
        const merged = await through(files, [{ kind: 'split_module', path: 'a.py', parts: [{ to: 'b.py', symbols }] }, { kind: 'merge_modules', from: ['b.py', 'a.py'], into: 'a.py' }]);
        expect(Object.keys(merged)).toEqual(['a.py', 'c.py']);
        expect(sorted(merged['a.py']!)).toEqual(sorted(files['a.py']));
      }),
      { numRuns: 6, endOnFailure: true },
    );
  }, 120_000);

  it('a module that moves there and back is byte for byte the same', async () => {
    const files = { 'p/__init__.py': 'from .m import f\n', 'p/m.py': '\uFEFFfrom . import n\r\nfrom .n import X as Y  # remark\r\n\r\n\r\ndef f(): return n, Y\r\n', 'p/n.py': 'X = 1\n', 'c.py': 'import p.m\nfrom p.m import f\n\nprint(p.m.f, f, "p.m.f")\n' };
    expect(await through(files, [{ kind: 'move_module', from: 'p/m.py', to: 'p/k.py' }, { kind: 'move_module', from: 'p/k.py', to: 'p/m.py' }])).toEqual(files);
    expect(await through(files, [{ kind: 'move_module', from: 'p', to: 'r' }, { kind: 'move_module', from: 'r', to: 'p' }])).toEqual(files);
  });
});
