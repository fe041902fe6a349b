#!/usr/bin/env -S npx tsx
// What 100 small Python checks cost through a pool of sandboxes, against the bare interpreter spawned as often.
//
//   npx tsx bench/sandbox/checks.mts [--checks 100] [--out bench/results/checks]
//
// Ten checks at a time, in turns: bare, pool, `run`, and bare and pool two at a time. The aim is under 1.5 times the bare interpreter.
import { parseArgs } from 'node:util';
import type { OpenedSandbox, SandboxResult } from '../../src/sandbox/types.ts';
import { bare, load, machine, report, round, table } from './measure.mts';
import { inWorker, open, scratch } from './rungs.mts';

interface Row {
  rung: string;
  way: string;
  /** Milliseconds of one check, over all. */
  each: number;
  /** Of the bare interpreter with as many at a time. */
  ratio: number;
}

const { values } = parseArgs({ options: { checks: { type: 'string', default: '100' }, out: { type: 'string' }, worker: { type: 'string' } } });
const checks = Number(values.checks);
const BATCH = 10;

const check = (i: number): string[] => ['/usr/bin/python3', '-c', `values = [n * n for n in range(${i})]\nassert sum(values) == sum(n ** 2 for n in range(${i})), values`];

async function batch(atOnce: number, first: number, one: (i: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let next = first;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (next < first + BATCH) await one((next += 1));
  }));
  return performance.now() - began;
}

const passed = (result: SandboxResult): void => {
  if (result.exitCode !== 0) throw new Error(`a check did not pass: ${JSON.stringify(result)}`);
};

async function measure(rung: string, sandbox: OpenedSandbox): Promise<Row[]> {
  const workspace = scratch();
  await using pool = sandbox.pool({ workspace });
  const ways: [string, number, (i: number) => Promise<unknown>][] = [
    ['bare', 1, (i) => bare(check(i))],
    ['pool', 1, async (i) => passed(await pool.run({ argv: check(i) }))],
    ['run', 1, async (i) => passed(await sandbox.run({ argv: check(i), workspace }))],
    ['bare, two at a time', 2, (i) => bare(check(i))],
    ['pool, two at a time', 2, async (i) => passed(await pool.run({ argv: check(i) }))],
  ];
  const total = new Map<string, number>();
  // The first round warms the caches.
  for (let first = -BATCH; first < checks; first += BATCH) {
    for (const [way, atOnce, one] of ways) {
      const took = await batch(atOnce, Math.max(0, first), one);
      if (first >= 0) total.set(way, (total.get(way) ?? 0) + took);
    }
  }
  return ways.map(([way, atOnce]) => {
    const base = total.get(atOnce === 1 ? 'bare' : 'bare, two at a time') ?? Number.NaN;
    const own = total.get(way) ?? Number.NaN;
    return { rung, way, each: round(own / checks), ratio: round(own / base, 2) };
  });
}

async function onRung(rung: string): Promise<Row[]> {
  const sandbox = await open(rung);
  return sandbox ? measure(rung, sandbox) : [];
}

if (values.worker) {
  process.stdout.write(JSON.stringify(await onRung(values.worker)));
} else {
  const before = load();
  const rows = [...(await onRung('A')), ...(await inWorker<Row[]>(import.meta.url, ['--checks', values.checks]))];
  const after = load();
  const text = `Milliseconds for each of ${checks} checks. Load before: ${before}; after: ${after}\n\n${table(['rung, way', 'each', 'of bare'], rows.map(({ rung, way, each, ratio }) => [`${rung}  ${way}`, each, ratio]))}`;
  report(text, { machine: machine(), load: { before, after }, checks, rows }, values.out);
}
