import type { Estimate } from '../../functions/suite/estimate.ts';
import type { Summary } from '../../functions/suite/summary.ts';
import type { TaskResult } from '../../functions/suite/types.ts';
import { clean, oneLine } from '../view/text.ts';

/** Characters of a reason in the table; `--json` has it whole. */
const REASON = 70;

/** One finished task, as it is told while others run. */
export function taskLine(result: TaskResult, { done, of }: { done: number; of: number }, withSeed: boolean): string {
  const verdict = result.solved ? 'solved' : oneLine(clean(result.reason));
  const sure = result.answered ? `, ${result.band} ${percent(result.confidence)}` : '';
  return `[${done}/${of}] ${result.task}${withSeed ? ` seed ${result.seed}` : ''} ${result.fn}: ${verdict}${sure} (${result.tried} candidates, ${result.seconds} s)`;
}

/** The results of a suite for a terminal: a line for each task, then the figures. */
export function suiteTable(summary: Summary, results: readonly TaskResult[]): string {
  return `${[...tasksTable(summary, results), '', ...figures(summary)].join('\n')}\n`;
}

function tasksTable({ seeds }: Summary, results: readonly TaskResult[]): string[] {
  const names = [...new Set(results.map(({ task }) => task))];
  const wide = Math.max(4, ...names.map((name) => name.length));
  const head = `${'task'.padEnd(wide)}  solved  greedy  of samples  confidence  tokens  seconds  reason`;
  return [head, ...names.map((name) => row(name.padEnd(wide), results.filter(({ task }) => task === name), seeds.length))];
}

function row(name: string, of: readonly TaskResult[], seeds: number): string {
  const solved = of.filter((result) => result.solved).length;
  const measured = of.filter(({ greedy }) => greedy !== null);
  const yes = (count: number, all: number): string => (seeds === 1 ? (count === all ? 'yes' : 'no') : `${count}/${all}`);
  const sum = (figure: (result: TaskResult) => number): number => of.reduce((total, result) => total + figure(result), 0);
  const answered = of.filter((result) => result.answered);
  const reason = of.find((result) => result.reason !== '')?.reason ?? '';
  return [
    name,
    yes(solved, of.length).padEnd(6),
    (measured.length === 0 ? '' : yes(measured.filter(({ greedy }) => greedy === true).length, measured.length)).padEnd(6),
    (measured.length === 0 ? '' : `${sum(({ right }) => right)}/${sum(({ samples }) => samples)}`).padEnd(10),
    (answered.length === 0 ? '' : percent(answered.reduce((total, { confidence }) => total + confidence, 0) / answered.length)).padEnd(10),
    (of.some(({ outputTokens }) => outputTokens === null) ? '?' : String(Math.round(sum(({ outputTokens }) => outputTokens ?? 0) / of.length))).padEnd(6),
    (sum(({ seconds }) => seconds) / of.length).toFixed(1).padEnd(7),
    oneLine(clean(reason)).slice(0, REASON),
  ].join('  ').trimEnd();
}

function figures(summary: Summary): string[] {
  const { model, tasks, seeds, greedy, passAt, calibration, wrongButGreen, solved } = summary;
  const line = (name: string, value: string): string => `${name.padEnd(22)}${value}`;
  const room = summary.ofTheWay === undefined
    ? summary.inconclusive ? [line('of the way', 'inconclusive: pass@k and the greedy candidate lie under five points apart')] : []
    : [line('of the way', `${percent(summary.ofTheWay)} of the distance from the greedy candidate to pass@${passAt.at(-1)!.k}`)];
  return [
    line('model', model),
    line('tasks', `${tasks}, ${seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds.join(', ')}`}`),
    line('solved', `${interval(solved)}${seeds.length === 1 ? '' : `; by seed ${summary.solvedBySeed.map(({ solved: share }) => percent(share)).join(', ')}`}`),
    ...(greedy ? [line('pass@1, greedy', interval(greedy))] : []),
    ...passAt.map(({ k, estimate }) => line(`pass@${k}, sampled`, interval(estimate))),
    ...room,
    line('wrong but green', interval(wrongButGreen)),
    ...calibration.filter(({ answers }) => answers > 0).map(({ band, answers, right, said }) => line(`confidence ${band}`, `${right} of ${answers} right (${percent(right / answers)}); said ${percent(said)}`)),
    line('tokens a task', `${summary.outputTokens ?? 'unknown'} written, ${summary.inputTokens ?? 'unknown'} read`),
    line('seconds a task', summary.seconds.toFixed(1)),
  ];
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const interval = ({ mean, low, high }: Estimate): string => `${(mean * 100).toFixed(1)} % (95 %: ${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)})`;
