// What the sandbox's benches share: a bare spawn to compare with, figures, and where they are written.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';

/** The environment of the bare spawns: as short as the one inside, so that only the sandbox makes the difference. */
export const BARE_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/tmp', TMPDIR: '/tmp', LANG: 'C.UTF-8', TERM: 'dumb' };

/** Spawns a command without any sandbox, until its end and that of its output. Milliseconds. */
export async function bare(argv: readonly string[]): Promise<number> {
  const began = performance.now();
  const [file = '', ...args] = argv;
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: BARE_ENV });
    for (const stream of [child.stdout, child.stderr]) stream?.resume();
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}`);
  return performance.now() - began;
}

export interface Figures {
  n: number;
  min: number;
  median: number;
  p95: number;
  max: number;
}

export function figures(values: readonly number[]): Figures {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
  return { n: sorted.length, min: at(0), median: at(0.5), p95: at(0.95), max: at(1) };
}

export const round = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** The machine's load, without which no figure says anything. */
export function load(): string {
  return readFileSync('/proc/loadavg', 'utf8').trim();
}

export function machine(): { cores: number; kernel: string; node: string } {
  return { cores: availableParallelism(), kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(), node: process.version };
}

/** A table with aligned columns. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')).join('\n');
}

/** Prints the text; with a file name, writes it there too, and the data beside it as JSON. */
export function report(text: string, data: unknown, out: string | undefined): void {
  process.stdout.write(`${text}\n`);
  if (out === undefined) return;
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(`${out}.txt`, `${text}\n`);
  writeFileSync(`${out}.json`, `${JSON.stringify(data, undefined, 2)}\n`);
}
