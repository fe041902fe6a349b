#!/usr/bin/env -S npx tsx
// How many wrong tools pass the admission gate, and how many right ones do not: candidates are recorded samples of a weak model, no model runs here,
// and all code runs in the sandbox.
//
//   npx tsx bench/capabilities/admission.mts [--data ../shared/data] [--tasks 45] [--mbpp 15] [--draws 2] [--samples 9] [--cache DIR] [--json]
//
// Each task and draw is kept in the cache, so that the script goes on where it was ended.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSandbox } from '../../src/sandbox/open.ts';
import { percent, table } from '../selection/figures.mts';
import { humanEval, mbppPlus, type Spec } from './admission-tasks.mts';
import { judgedPool, mbppPool, type Judged } from './admission-pools.mts';
import { admissions, WAYS, type Admission } from './admission-ways.mts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    tasks: { type: 'string', default: '45' },
    mbpp: { type: 'string', default: '15' },
    draws: { type: 'string', default: '2' },
    samples: { type: 'string', default: '9' },
    cache: { type: 'string', default: join(tmpdir(), 'untilgreen-bench-admission') },
    json: { type: 'boolean', default: false },
  },
});

interface Row {
  set: 'HumanEval' | 'MBPP+';
  task: string;
  judged: Judged;
  admissions: Admission[];
}

/** Whole or not at all: the script may be ended at any moment. */
function keep(file: string, value: unknown): void {
  writeFileSync(`${file}.part`, JSON.stringify(value));
  renameSync(`${file}.part`, file);
}

async function keptIn<T>(file: string, make: () => Promise<T>): Promise<T> {
  if (!existsSync(file)) keep(file, await make());
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

const sandbox = await openSandbox();
mkdirSync(values.cache, { recursive: true });
const specs: [Row['set'], Spec][] = [
  ...(await humanEval(values.data, Number(values.tasks))).map((spec): [Row['set'], Spec] => ['HumanEval', spec]),
  ...(await mbppPlus(values.data, Number(values.mbpp))).map((spec): [Row['set'], Spec] => ['MBPP+', spec]),
];
const rows: Row[] = [];
for (const [at, [set, spec]] of specs.entries()) {
  const file = join(values.cache, `${spec.id.replace('/', '-')}-${values.draws}-${values.samples}.json`);
  const started = Date.now();
  if (!existsSync(file)) {
    const judged = await keptIn<Judged>(join(values.cache, `${spec.id.replace('/', '-')}-pool.json`), () => (set === 'HumanEval' ? judgedPool(spec, sandbox) : mbppPool(spec, sandbox)));
    const row: Row = { set, task: spec.id, judged, admissions: await admissions(spec, judged, { draws: Number(values.draws), samples: Number(values.samples), sandbox }) };
    keep(file, row);
  }
  rows.push(JSON.parse(readFileSync(file, 'utf8')) as Row);
  const last = rows.at(-1)!;
  process.stderr.write(`${at + 1}/${specs.length} ${spec.id} ${spec.name}: ${last.judged.pool.filter(({ right }) => right).length} of ${last.judged.pool.length} passers right; ${last.admissions.map(({ way, outcome, right }) => `${way} ${outcome}${right ? '' : ' (wrong)'}`).slice(0, WAYS.length).join(', ')} (${Math.round((Date.now() - started) / 1000)} s)\n`);
}

/** 95 % interval of a share by Wilson (1927). */
function wilson(count: number, of: number): [number, number] {
  if (of === 0) return [0, 1];
  const [z, share] = [1.96, count / of];
  const middle = share + (z * z) / (2 * of);
  const half = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  return [Math.max(0, middle - half) / (1 + (z * z) / of), (middle + half) / (1 + (z * z) / of)];
}

const shown = (count: number, of: number): string => (of === 0 ? '' : `${count} of ${of} (${percent(count / of)}, ${wilson(count, of).map((end) => percent(end)).join('–')})`);

const sumOf = (pool: Judged['pool']): number => pool.reduce((sum, { drawn }) => sum + drawn, 0);

function figures(set: readonly Row[]): string[][] {
  const passers = set.flatMap(({ judged }) => judged.pool.flatMap(({ right, strict, drawn }) => Array.from({ length: drawn }, () => ({ right, strict }))));
  const single = ['one green run: every passer of the visible cases', String(passers.length), shown(passers.filter(({ right }) => !right).length, passers.length), shown(passers.filter(({ strict }) => !strict).length, passers.length), ''];
  const tasks = set.filter(({ judged }) => judged.pool.length > 0).map(({ judged }) => judged.pool);
  const meanWrong = (isRight: (one: Judged['pool'][number]) => boolean): string => percent(tasks.reduce((sum, pool) => sum + sumOf(pool.filter((one) => !isRight(one))) / sumOf(pool), 0) / tasks.length);
  const alike = [`the same, each of the ${tasks.length} tasks with a passer counting alike`, '', meanWrong(({ right }) => right), meanWrong(({ strict }) => strict), ''];
  return [single, alike, ...WAYS.map(({ name, says }) => {
    const mine = set.flatMap((row) => row.admissions.filter(({ way }) => way === name));
    const admitted = mine.filter(({ outcome }) => outcome === 'admitted');
    const rightOnes = mine.filter(({ right, outcome }) => right && outcome !== 'nothing');
    return [says, String(admitted.length), shown(admitted.filter(({ right }) => !right).length, admitted.length), shown(admitted.filter(({ strict }) => !strict).length, admitted.length), shown(rightOnes.filter(({ outcome }) => outcome !== 'admitted').length, rightOnes.length)];
  })];
}

if (values.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
else {
  for (const name of ['HumanEval', 'MBPP+'] as const) {
    const set = rows.filter((row) => row.set === name);
    if (set.length === 0) continue;
    process.stdout.write(`${name}: ${set.length} tasks\n\n`);
    process.stdout.write(table(['admission by', 'admitted', 'wrong by the official tests', 'wrong, or unlike the reference on further inputs', 'right ones rejected'], figures(set)));
    const whole = set.flatMap(({ admissions: all }) => all.filter(({ way }) => way === 'gate'));
    const gates = [...new Set(whole.map(({ outcome }) => outcome))].filter((outcome) => outcome !== 'admitted').toSorted();
    process.stdout.write(table(['the whole gate: stopped by', 'right ones', 'wrong ones'], gates.map((gate) => [gate, ...[true, false].map((right) => String(whole.filter((one) => one.outcome === gate && one.right === right).length))])));
  }
}
process.exit(0);
