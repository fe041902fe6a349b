// Reading a project cold and warm, paired with universal-ctags in one run: npx tsx bench/context/map.mts DIRECTORY [rounds]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [directory, rounds = '3'] = process.argv.slice(2);
if (!directory) throw new Error('Give the directory of a project: npx tsx bench/context/map.mts DIRECTORY [rounds]');
const scratch = mkdtempSync(join(tmpdir(), 'untilgreen-bench-context-'));
const bin = process.env['UNTILGREEN_BIN'] ?? new URL('../../bin/untilgreen.mjs', import.meta.url).pathname;

interface Cost { wall: number; cpu: number; rss: number }
/** GNU time tells wall and CPU seconds, and kilobytes at the peak. */
function timed(argv: string[]): Cost {
  const ran = spawnSync('/usr/bin/time', ['-f', '@%e %U %S %M', ...argv], { encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: join(scratch, 'cache') }, maxBuffer: 2 ** 28 });
  const found = /@([\d.]+) ([\d.]+) ([\d.]+) (\d+)\s*$/.exec(ran.stderr);
  if (ran.status !== 0 || !found) throw new Error(`${argv.join(' ')}: ${ran.stderr.slice(-400)}`);
  return { wall: Number(found[1]), cpu: Number(found[2]) + Number(found[3]), rss: Number(found[4]) / 1024 };
}
const WAYS: Record<string, () => Cost> = {
  ctags: () => timed(['ctags', '-R', '--languages=Python,JavaScript,TypeScript,Go', '--fields=+neS', '-f', join(scratch, 'tags'), directory]),
  cold: () => {
    rmSync(join(scratch, 'cache'), { recursive: true, force: true });
    return timed([process.execPath, bin, 'context', '-q', directory]);
  },
  warm: () => timed([process.execPath, bin, 'context', '-q', directory]),
};
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const costs = new Map(Object.keys(WAYS).map((way) => [way, [] as Cost[]]));
try {
  for (let round = 0; round < Number(rounds); round += 1) for (const [way, run] of Object.entries(WAYS)) costs.get(way)!.push(run());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const of = (way: string, field: keyof Cost) => median(costs.get(way)!.map((cost) => cost[field]));
for (const way of costs.keys()) {
  const ratio = median(costs.get(way)!.map((cost, round) => cost.cpu / costs.get('ctags')![round]!.cpu));
  console.log(`${way}: ${of(way, 'wall').toFixed(2)} s wall, ${of(way, 'cpu').toFixed(2)} s CPU, ${Math.round(of(way, 'rss'))} MiB; ${ratio.toFixed(2)} times the CPU of ctags`);
}
