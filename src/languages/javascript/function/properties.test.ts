import { beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../../../sandbox/open.ts';
import type { Sandbox } from '../../../sandbox/types.ts';
import { TYPESCRIPT } from './dialect.ts';
import { checkProperties } from './properties.ts';
import { parseSignature } from './signature.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});

const LAWS = ['sorted(xs).length === xs.length', 'sorted(xs).every((x, i, all) => i === 0 || all[i - 1] <= x)', 'sorted(xs)', 'missing(xs) === 1'];

describe('laws on generated inputs', () => {
  it('hold, or are broken by a small input that the seed gives again', async () => {
    const signature = await parseSignature(TYPESCRIPT, 'sorted(xs: number[]): number[]', 'sorted');
    const codes = ['[...xs].sort((a, b) => a - b)', '[...xs].sort()', '[...new Set(xs)].sort((a, b) => a - b)', '{ for (;;) {} }', '{ process.exit(0); }'];
    const candidates = codes.map((body, index) => ({ id: `c${index}`, code: `const sorted = (xs: number[]): any => ${body};` }));
    const request = { sandbox, signature, candidates: candidates.slice(0, 3), caseMs: 5_000, seed: 3, properties: LAWS.map((expression) => ({ text: expression, expression, trust: 'guessed' as const })) };
    const reports = await checkProperties(request);
    expect(reports.map(({ results }) => results.map(({ kind }) => kind))).toEqual([['held', 'held', 'unusable', 'unusable'], ['held', 'broken', 'unusable', 'unusable'], ['broken', 'held', 'unusable', 'unusable']]);
    const broken = [reports[1]!.results[1]!, reports[2]!.results[0]!].map((result) => (result.kind === 'broken' ? result.counterexample : ''));
    for (const call of broken) expect(call).toMatch(/^sorted\(\[-?[\d.]+, -?[\d.]+\]\)$/);
    expect(await checkProperties({ ...request, candidates: candidates.slice(1, 2) })).toEqual(reports.slice(1, 2));
    const hostile = await checkProperties({ ...request, candidates: candidates.slice(3), caseMs: 700, properties: request.properties.slice(0, 1) });
    expect(hostile.map(({ results }) => results)).toEqual([[{ kind: 'broken', counterexample: expect.stringMatching(/^sorted\(/), detail: 'no answer in time' }], [expect.objectContaining({ kind: 'broken', detail: 'its process ended (exit 0)' })]]);
  }, 90_000);

  it('are made for every kind of type, and unusable where there is none', async () => {
    const signature = await parseSignature(TYPESCRIPT, 'f(a: string, b: Map<string, number>, c: [boolean, bigint | null], d: { x?: number }, e: Set<string>, g: Uint8Array, h: Record<string, any>): boolean', 'f');
    const [report] = await checkProperties({
      sandbox, signature, candidates: [{ id: 'a', code: 'function f(...all: any[]) { return all; }' }], caseMs: 2_000, runs: 20, seed: 1,
      properties: [{ text: '', trust: 'guessed', expression: "typeof a === 'string' && b instanceof Map && c.length === 2 && (c[1] === null || typeof c[1] === 'bigint' || c[1] === undefined) && (d.x === undefined || typeof d.x === 'number') && e instanceof Set && g instanceof Uint8Array && Object.getPrototypeOf(h) === Object.prototype && f(a).length === 1" }],
    });
    expect(report!.results).toEqual([{ kind: 'held' }]);
    const untold = await parseSignature(TYPESCRIPT, 'f(a)', 'f');
    const [unusable] = await checkProperties({ sandbox, signature: untold, candidates: [{ id: 'a', code: '' }], caseMs: 1, seed: 1, properties: [{ text: '', trust: 'guessed', expression: 'true' }] });
    expect(unusable!.results).toEqual([{ kind: 'unusable', reason: 'no input can be made for a: nothing is said of its type' }]);
    const strange = await parseSignature(TYPESCRIPT, 'f(callback: () => void): void', 'f');
    const [refused] = await checkProperties({ sandbox, signature: strange, candidates: [{ id: 'a', code: '' }], caseMs: 1, seed: 1, properties: [{ text: '', trust: 'guessed', expression: 'true' }] });
    expect(refused!.results).toEqual([{ kind: 'unusable', reason: 'no input can be made for callback: () => void' }]);
  }, 60_000);
});
