import { runningTests } from '../../languages/go/syntax.ts';
import type { Mutation, Place, Struck, TestRun, TestRunOptions } from '../types.ts';
import type { Build } from './build.ts';
import { buildOfTests } from './builds.ts';
import { runJobs, type Done, type Job } from './run.ts';

/** Seconds for one test on the present code. */
const TEST_SECONDS = 120;
/** Seconds of processor time that a mutant has beside ten times what its tests took. */
const SLACK_SECONDS = 2;

/** A test of a file, as it went on the present code. */
interface Ran {
  name: string;
  file: string;
  lines: ReadonlySet<number>;
  seconds: number;
  passed: boolean;
}

/** Tests of the package on the present code, and on mutants: each mutant with the tests that reach its line. */
export async function runGoTests(place: Place, { tests, mutations = [], prefer, seed }: TestRunOptions): Promise<TestRun> {
  const run: TestRun = { code: -1, results: {}, rows: {}, broken: [], lines: [], executable: [], seconds: 0, mutants: [] };
  const fileOf = new Map<string, string>();
  for (const file of tests) for (const { name } of await runningTests((await place.bench.readText(file)).text)) fileOf.set(name, file);
  const built = await buildOfTests(place, mutations, tests);
  if ('problem' in built) return { ...run, broken: [built.problem] };
  const ran = await baseline(place, built, fileOf, run, seed);
  if (mutations.length > 0) run.mutants = await onMutants(place, built, ran, mutations, { run, prefer });
  return run;
}

/** Each test in a process of its own, or with a seed all in one, shuffled. */
async function baseline(place: Place, built: Build, fileOf: ReadonlyMap<string, string>, run: TestRun, seed: number | undefined): Promise<Ran[]> {
  const names = [...fileOf.keys()];
  const groups = seed === undefined ? names.map((name) => [name]) : [names];
  const jobs = groups.filter((group) => group.length > 0).map((group, id): Job => ({ id, mutant: 0, attempts: [{ run: pattern(group) }], cpu: TEST_SECONDS, wall: TEST_SECONDS, ...(seed === undefined ? {} : { shuffle: String(seed) }) }));
  const { done, why } = await runJobs(place, built, jobs);
  if (why) run.broken.push(why);
  run.executable = [...new Set(built.marks.flat())].sort((a, b) => a - b);
  run.code = 0;
  const ran: Ran[] = [];
  for (const [id, group] of groups.entries()) {
    const one = done.get(id);
    if (!one) continue;
    const told = resultsIn(one.output ?? '');
    if (one.exit !== 0 || one.late) run.code = one.late ? -1 : one.exit;
    const lines = new Set((one.hits ?? []).flatMap((hit) => built.marks[hit] ?? []));
    for (const name of group) {
      const file = fileOf.get(name)!;
      const own = told.get(name) ?? 'failed';
      const inner = [...told].filter(([other]) => other.startsWith(`${name}/`));
      for (const [at, [other, outcome]] of inner.entries()) {
        const row = idOf(file, other);
        run.results[row] = outcome;
        run.rows[`${name}#${at}`] = row;
      }
      if (inner.length === 0) run.rows[`${name}#0`] = idOf(file, name);
      if (inner.length === 0 || (own === 'failed' && inner.every(([, outcome]) => outcome !== 'failed'))) run.results[idOf(file, name)] = own;
      ran.push({ name, file, lines, seconds: one.seconds, passed: own === 'passed' });
    }
    run.seconds += one.seconds;
    run.lines = [...new Set([...run.lines, ...lines])];
  }
  run.lines.sort((a, b) => a - b);
  return ran;
}

async function onMutants(place: Place, built: Build, ran: readonly Ran[], mutations: readonly Mutation[], { run, prefer }: { run: TestRun; prefer: ReadonlyMap<number, string[]> | undefined }): Promise<Struck[]> {
  const passing = ran.filter(({ passed }) => passed);
  const fileOf = new Map(ran.map(({ name, file }) => [name, file]));
  const found: Struck[] = [];
  const jobs: Job[] = [];
  for (const { id, line } of mutations) {
    const reaching = passing.filter(({ lines }) => lines.has(line) || !run.executable.includes(line)).toSorted((a, b) => a.seconds - b.seconds);
    if (!built.mutants.has(id)) found.push({ id, killed: [], fate: 'invalid' });
    else if (reaching.length === 0) found.push({ id, killed: [], fate: 'survived' });
    else {
      const row = (prefer?.get(id) ?? []).map((name) => run.rows[name]).find((one) => one !== undefined && run.results[one] === 'passed');
      const seconds = reaching.reduce((sum, one) => sum + one.seconds, 0);
      jobs.push({ id, mutant: id + 1, attempts: [...(row === undefined ? [] : [{ run: rowPattern(row) }]), { run: pattern(reaching.map(({ name }) => name)) }], cpu: SLACK_SECONDS + 10 * seconds, wall: 5 * (SLACK_SECONDS + 10 * seconds) });
    }
  }
  const { done, why } = await runJobs(place, built, jobs);
  if (why) run.broken.push(why);
  return [...found, ...[...done].map(([id, one]) => struckOf(id, one, fileOf))];
}

function struckOf(id: number, one: Done, fileOf: ReadonlyMap<string, string>): Struck {
  if (one.late) return { id, killed: [], fate: 'timeout' };
  if (one.exit === 0) return { id, killed: [], fate: 'survived' };
  const told = [...resultsIn(one.output ?? '')].filter(([, outcome]) => outcome === 'failed').map(([name]) => name);
  const inner = told.filter((name) => name.includes('/'));
  const killed = (inner.length > 0 ? inner : told).map((name) => idOf(fileOf.get(name.split('/')[0]!) ?? '', name));
  return { id, killed, fate: killed.length > 0 ? 'killed' : 'crashed' };
}

const WORDS: Record<string, string> = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' };

/** What `-test.v` prints of each test and row, in the order in which they began. */
function resultsIn(output: string): Map<string, string> {
  const outcomes = new Map<string, string>();
  for (const [, begun] of output.matchAll(/^=== RUN {3}(\S+)$/gm)) outcomes.set(begun!, 'failed');
  const failing = new Map([...output.matchAll(/^\s*--- (PASS|FAIL|SKIP): (\S+) \(/gm)].map((match) => [match[2]!, WORDS[match[1]!]!]));
  // What began and did not end was ended with the process: it counts as failed where nothing else did.
  const someFailed = [...failing.values()].includes('failed');
  return new Map([...outcomes.keys(), ...failing.keys()].flatMap((name) => (failing.has(name) ? [[name, failing.get(name)!] as const] : someFailed ? [] : [[name, 'failed'] as const])));
}

/** `TestArea/a_row` → `a_test.go::TestArea[a_row]` */
function idOf(file: string, name: string): string {
  const slash = name.indexOf('/');
  return `${file}::${slash < 0 ? name : `${name.slice(0, slash)}[${name.slice(slash + 1)}]`}`;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const pattern = (names: readonly string[]): string => `^(${names.map(escaped).join('|')})$`;

function rowPattern(id: string): string {
  const [, test, row] = /::([^[]+)(?:\[(.*)\])?$/s.exec(id)!;
  return row === undefined ? pattern([test!]) : `${pattern([test!])}/${row.split('/').map((part) => pattern([part])).join('/')}`;
}
