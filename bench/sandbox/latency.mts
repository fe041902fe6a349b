#!/usr/bin/env -S npx tsx
// How much longer a command takes in the sandbox than bare: `true`, `python3 -c pass` and `node -e 0` on rungs A and B.
//
//   npx tsx bench/sandbox/latency.mts [--runs 50] [--out bench/results/latency]
//
// Bare, then the rung, then bare again, and so on: whatever else the machine does meets both alike. Rung B is measured as an
// ordinary user, in a process of its own with a bare spawn of its own.
import { parseArgs } from 'node:util';
import { toolPaths } from '../../src/sandbox/tool-paths.ts';
import { bare, figures, load, machine, report, round, table } from './measure.mts';
import type { Figures } from './measure.mts';
import { inWorker, open, scratch } from './rungs.mts';

interface Row {
  rung: string;
  command: string;
  bare: Figures;
  sandboxed: Figures;
  /** Median of the differences of neighbours, in milliseconds. */
  over: number;
  ratio: number;
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '50' }, out: { type: 'string' }, worker: { type: 'string' } } });
const runs = Number(values.runs);

async function measure(rung: string): Promise<Row[]> {
  const sandbox = await open(rung);
  if (!sandbox) return [];
  const workspace = scratch();
  const tools = await toolPaths(['node', '/usr/bin/python3']);
  const commands: [string, string[]][] = [
    ['true', ['/usr/bin/true']],
    ['python3 -c pass', ['/usr/bin/python3', '-c', 'pass']],
    ['node -e 0', [tools.programs.node ?? process.execPath, '-e', '0']],
  ];
  const rows: Row[] = [];
  for (const [command, argv] of commands) {
    const [without, within]: [number[], number[]] = [[], []];
    // The first ones warm the page cache and this program's own code.
    for (let i = -3; i < runs; i += 1) {
      const one = await bare(argv);
      const began = performance.now();
      const result = await sandbox.run({ argv, workspace, mounts: tools.mounts });
      const other = performance.now() - began;
      if (result.exitCode !== 0) throw new Error(`${command} on rung ${rung}: ${JSON.stringify(result)}`);
      if (i < 0) continue;
      without.push(one);
      within.push(other);
    }
    const [b, s] = [figures(without), figures(within)];
    rows.push({ rung, command, bare: b, sandboxed: s, over: figures(within.map((value, i) => value - (without[i] ?? 0))).median, ratio: round(s.median / b.median, 2) });
  }
  return rows;
}

if (values.worker) {
  process.stdout.write(JSON.stringify(await measure(values.worker)));
} else {
  const before = load();
  const rows = [...(await measure('A')), ...(await inWorker<Row[]>(import.meta.url, ['--runs', values.runs]))];
  const after = load();
  const cells = rows.map(({ rung, command, bare: b, sandboxed: s, over, ratio }) => [`${rung}  ${command}`, b.min, b.median, b.p95, s.min, s.median, s.p95, over, ratio]);
  const text = `Milliseconds, ${runs} pairs each. Load before: ${before}; after: ${after}\n\n${table(['rung, command', 'bare: best', 'median', 'p95', 'sandbox: best', 'median', 'p95', 'over bare', 'ratio'], cells)}`;
  report(text, { machine: machine(), load: { before, after }, runs, rows }, values.out);
}
