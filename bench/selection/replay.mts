#!/usr/bin/env -S npx tsx
// How well candidates are chosen, replayed on recorded samples of a weak model: no model runs here, all code runs in the sandbox.
//
//   npx tsx bench/selection/replay.mts [--data ../shared/data] [--tests FILE] [--seed 1] [--orders 20] [--cache DIR] [--json] [--calibrate]
//
// The data directory holds selection-samples.jsonl (samples) and humaneval-python.jsonl (tests and examples). `--tests` names a file in HumanEval's form
// with the tests of the tasks that the directory lacks. Outcomes are kept in the cache, so that only the first run takes minutes.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSandbox } from '../../src/sandbox/open.ts';
import { MEMBERS, SHARES, confidence } from '../../src/selection/confidence.ts';
import { seededRandom } from '../../src/selection/random.ts';
import { cells, foretold, seenOf } from './calibration.mts';
import { outcomesOf } from './outcomes.mts';
import type { Outcomes } from './outcomes.mts';
import { answer, answerInWaves, orders, right, withoutExamples } from './simulate.mts';
import type { Answer, Method, Order } from './simulate.mts';
import { interval, percent, table } from './figures.mts';
import { loadTasks } from './tasks.mts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    tests: { type: 'string' },
    seed: { type: 'string', default: '1' },
    orders: { type: 'string', default: '20' },
    cache: { type: 'string', default: join(tmpdir(), 'untilgreen-bench-selection') },
    json: { type: 'boolean', default: false },
    calibrate: { type: 'boolean', default: false },
  },
});
const SIZES = [5, 10, 20, 40];
/** As the function job draws them. */
const WAVES = [1, 4, 8, 8];
/** Steps of confidence in which what was told is held against what came out. */
const STEPS = [0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.01];
const METHODS: readonly (readonly [Method, string])[] = [['first', 'first that passes'], ['shortest', 'shortest that passes'], ['largest', 'largest cluster'], ['agreement', 'ours: agreement input by input']];

const { tasks, without } = await loadTasks(values.data, values.tests);
const sandbox = await openSandbox();
const drawn: { outcomes: Outcomes; orders: Order[] }[] = [];
for (const task of tasks) {
  if (process.stderr.isTTY) process.stderr.write(`\r${task.id} ${task.name}`.padEnd(60));
  const outcomes = await outcomesOf(task, sandbox, Number(values.seed), values.cache);
  drawn.push({ outcomes, orders: orders(outcomes, Number(values.orders), seededRandom(Number(values.seed))) });
}
if (process.stderr.isTTY) process.stderr.write(`\r${' '.repeat(60)}\r`);

/** Share of a task's orders for which something holds. */
const shareOf = (one: (typeof drawn)[number], holds: (order: Order) => boolean): number => one.orders.filter(holds).length / one.orders.length;
const hasRight = (outcomes: Outcomes, drawnSamples: Order, test: (at: number) => boolean): boolean => drawnSamples.some((at) => at !== null && test(at));

interface Efficiency {
  samples: number;
  method: string;
  tasks: number;
  solved: number;
  oracle: number;
  efficiency: number;
  /** 95 %, tasks drawn anew 2,000 times. */
  interval: [number, number];
}

function efficiency(set: typeof drawn, samples: number, [method, name]: readonly [Method, string], oracleOf: 'right' | 'tests' = 'right'): Efficiency {
  const pairs = set.map((one): [number, number] => [
    shareOf(one, (order) => {
      const found = answer(one.outcomes, order, samples, method);
      return found !== undefined && right(found.choice);
    }),
    shareOf(one, (order) => hasRight(one.outcomes, order.slice(0, samples), (at) => (oracleOf === 'tests' ? one.outcomes.candidates[at]!.official : right(one.outcomes.candidates[at]!)))),
  ]);
  const sum = (at: 0 | 1): number => pairs.reduce((total, pair) => total + pair[at], 0);
  return { samples, method: name, tasks: set.length, solved: sum(0), oracle: sum(1), efficiency: sum(0) / sum(1), interval: interval(pairs) };
}

const OURS = METHODS.at(-1)!;
const exampled = drawn.filter(({ outcomes }) => outcomes.examples > 0);
const halves = [0, 1].map((half) => drawn.filter((_, at) => at % 2 === half));
const efficiencies = SIZES.flatMap((samples) => METHODS.map((method) => efficiency(drawn, samples, method)));
const views = [
  ['all tasks', efficiency(drawn, 20, OURS)],
  ['all tasks, the oracle by the official tests alone', efficiency(drawn, 20, OURS, 'tests')],
  ['tasks with examples', efficiency(exampled, 20, OURS)],
  ['every second task', efficiency(halves[0]!, 20, OURS)],
  ['the others', efficiency(halves[1]!, 20, OURS)],
] as const;

/** Every answer of the job as it runs: in waves, until so many agree. */
const jobs = [1, 2, 3].map((members) => {
  const runs = drawn.flatMap(({ outcomes, orders: all }) => all.map((order) => answerInWaves(outcomes, order, WAVES, members)));
  const answers = runs.flatMap((run) => (run.answer ? [run.answer] : []));
  return { members, solved: answers.filter(({ choice }) => right(choice)).length / Number(values.orders), samples: runs.reduce((sum, { sampled }) => sum + sampled, 0) / runs.length };
});

const shareRight = (answers: readonly Answer[], test: (one: Answer) => boolean): number => (answers.length === 0 ? Number.NaN : answers.filter(test).length / answers.length);
/** Answers as they are given: with two that agree, and with all of 20 samples. */
function answersOf(set: typeof drawn): Answer[] {
  return set.flatMap(({ outcomes, orders: all }) => all.flatMap((order) => [answerInWaves(outcomes, order, WAVES, 2).answer, answer(outcomes, order, 20)].filter((one) => one !== undefined)));
}

const asked = answersOf(drawn);
const bands = (['high', 'medium', 'low'] as const).map((band) => {
  const answers = asked.filter(({ evidence }) => confidence(evidence).band === band);
  return { band, answers: answers.length / asked.length, tasks: new Set(answers.map(({ task }) => task)).size, told: mean(answers.map(({ evidence }) => confidence(evidence).value)), right: shareRight(answers, ({ choice }) => right(choice)), strict: shareRight(answers, strict) };
});

/** Right, and like the reference on inputs that nobody chose by. */
function strict({ choice }: Answer): boolean {
  return right(choice) && choice.asReference;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

const result = { tasks: tasks.length, without, orders: Number(values.orders), seed: Number(values.seed), efficiencies, views: views.map(([name, figures]) => ({ name, ...figures })), stops: jobs, bands };
if (values.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
else {
  process.stdout.write(`${tasks.length} tasks (${without} without tests are left out), ${exampled.length} with examples; ${values.orders} orders of 40 samples each, seed ${values.seed}\n\n`);
  process.stdout.write(table(['samples', 'choice', 'solved', 'oracle', 'efficiency', '95 %'], efficiencies.map((row) => [String(row.samples), row.method, row.solved.toFixed(1), row.oracle.toFixed(1), row.efficiency.toFixed(3), row.interval.map((end) => end.toFixed(2)).join('–')])));
  process.stdout.write(table(['at 20 samples', 'tasks', 'solved', 'oracle', 'efficiency', '95 %'], views.map(([name, row]) => [name, String(row.tasks), row.solved.toFixed(1), row.oracle.toFixed(1), row.efficiency.toFixed(3), row.interval.map((end) => end.toFixed(2)).join('–')])));
  process.stdout.write(table(['stop when agree', 'solved', 'samples a task'], jobs.map(({ members, solved, samples }) => [String(members), solved.toFixed(1), samples.toFixed(1)])));
  process.stdout.write(table(['confidence', 'of the answers', 'tasks', 'told', 'right by the tests', 'and like the reference'], bands.map((row) => [row.band, percent(row.answers), String(row.tasks), percent(row.told), percent(row.right), percent(row.strict)])));
}

if (values.calibrate) {
  const bare = drawn.map(({ outcomes, orders: all }) => ({ outcomes: withoutExamples(outcomes), orders: all }));
  for (const [name, set] of [['with trusted examples', exampled], ['without', bare]] as const) {
    const seen = answersOf(set).map((one) => seenOf(one, strict(one)));
    process.stdout.write(table([`${name}: agreeing`, ...SHARES.map((least) => `share from ${least}`)], cells(seen).map((row, at) => [String(MEMBERS[at]), ...row.map(({ right: share, tasks: of, answers }) => (share === undefined ? '' : `${share.toFixed(2)} (${of} tasks, ${answers} answers)`))])));
    const judged = foretold(seen, 10);
    process.stdout.write(table(['foretold by the other tasks', 'answers', 'tasks', 'told', 'right'], STEPS.slice(1).map((end, at) => {
      const within = judged.filter(({ value }) => value >= STEPS[at]! && value < end);
      return [`${percent(STEPS[at]!)} to ${percent(end)}`, String(within.length), String(new Set(within.map(({ task }) => task)).size), percent(mean(within.map(({ value }) => value))), percent(mean(within.map((one) => (one.right ? 1 : 0))))];
    })));
  }
}
