import { readModule } from './present.ts';
import { compiler } from '../../languages/javascript/ast.ts';
import { prepareCheck } from '../../languages/javascript/checks/prepare.ts';
import { isCode, isTestPath } from '../../languages/javascript/test-paths.ts';
import type { LanguageName } from '../../languages/types.ts';
import type { Case, MutationLanguage, Outcome, Place, Struck, Target, TestRun } from '../types.ts';
import { emittedPath, overlayOf } from './emit.ts';
import { knowledgeOf } from './knowledge.ts';
import { mutationsOf } from './mutations.ts';
import { renderJavascript } from './render.ts';
import { callsIn, targetsOf } from './targets.ts';
import { javascriptWriter, positional } from './texts.ts';
import { askWorker, STAND_IN } from './worker.ts';

/** Seconds of CPU one call may take: unit-sized functions answer in milliseconds. */
const CALL_SECONDS = 0.5;
/** Seconds for a mutant on all its tests. */
const MUTANT_SECONDS = 12;
/** Seconds for one run of the tests on the present code. */
const SUITE_SECONDS = 300;
/** Files larger than this are not searched for calls. */
const SEARCHED_BYTES = 400_000;
/** Milliseconds that the second process is ahead: a thousand days. */
const AHEAD = 86_400_000_000;
const RUNNER = /['"](?:node:test|vitest)['"]/;

/** Mutation testing of JavaScript and TypeScript: threads of one Node process in the sandbox. */
const mutationIn = (name: LanguageName): MutationLanguage => ({
  name,
  writer: javascriptWriter,

  async targets(place) {
    if (/\.d\.[cm]?ts$/.test(place.path)) return { targets: [], classes: [], problem: 'it holds types alone' };
    const { problem } = await knowledgeOf(place);
    return { ...(await targetsOf(place.path, place.source)), ...(problem !== undefined && { problem }) };
  },

  mutations: ({ path, source }, functions) => mutationsOf(path, source, functions),

  async callsElsewhere({ bench, path }, names) {
    const ts = await compiler();
    const short = [...new Set(names.map((one) => one.split('.').pop()!))];
    const found: { name: string; arguments: [string | null, string][] }[] = [];
    for (const file of await bench.list()) {
      if (!(isCode(file.path) || /(^|\/)readme[^/]*\.md$/i.test(file.path)) || file.path === path || file.size > SEARCHED_BYTES || file.link !== undefined) continue;
      const { text } = await bench.readText(file.path);
      found.push(...callsIn(ts, text, short));
    }
    return found;
  },

  async observe(place, cases, targets, seed) {
    const { setting, names, probed } = await knowledgeOf(place);
    const outcomes = new Map<string, Outcome>();
    let problem: string | undefined;
    const { ended, why } = await askWorker(place, {
      mode: 'observe', module: emittedPath(place.path, setting), exported: [...names], seconds: CALL_SECONDS,
      ahead: seed === 2 ? AHEAD : 0, reversed: seed === 2,
      overlay: await overlayOf(place.bench, [place.path], setting, new Map([[place.path, probed]])),
      cases: cases.map((one) => callOf(one, targets)),
    }, (event) => {
      if (event.event === 'outcome') outcomes.set(String(event['id']), event as unknown as Outcome);
      if (event.event === 'unimportable') problem = `it cannot be imported: ${String(event['message'])}`;
    }, seed === 2 ? 'Asia/Kolkata' : 'UTC');
    return { outcomes, ...(problem !== undefined ? { problem } : ended ? {} : { problem: `the worker ended early (${why})` }) };
  },

  async strike(place, cases, targets, strikes) {
    const { setting, names } = await knowledgeOf(place);
    const present = await readModule(place, setting);
    const found: Struck[] = [];
    const mutants: object[] = [];
    for (const { mutation, cases: tried } of strikes) {
      const change = await present.change(mutation);
      if ('problem' in change) found.push({ id: mutation.id, killed: [], fate: change.problem });
      else mutants.push({ id: mutation.id, ...change, cases: tried });
    }
    await askWorker(place, {
      mode: 'strike', module: emittedPath(place.path, setting), exported: [...names], seconds: CALL_SECONDS,
      overlay: await overlayOf(place.bench, [place.path], setting, new Map()),
      cases: cases.map((one) => ({ ...callOf(one, targets), key: one.outcome.key })), mutants,
    }, (event) => {
      if (event.event === 'mutant') found.push(event as unknown as Struck);
    });
    return found;
  },

  render: renderJavascript,

  async runTests(place, { tests, mutations = [], prefer, seed, stop }) {
    const { setting, probed, executable, vitest } = await knowledgeOf(place);
    const run: TestRun = { code: -1, results: {}, rows: {}, broken: [], lines: [], executable, seconds: 0, mutants: [] };
    for (const path of tests) {
      const { text } = await place.bench.readText(path);
      if (!RUNNER.test(text)) run.broken.push(`${path} imports neither node:test nor vitest`);
    }
    if (run.broken.length > 0) return run;
    const present = await readModule(place, setting);
    const mutants: object[] = [];
    for (const mutation of mutations) {
      const change = await present.change(mutation);
      if ('problem' in change) run.mutants.push({ id: mutation.id, killed: [], fate: change.problem });
      else mutants.push({ id: mutation.id, line: mutation.line, ...change, prefer: prefer?.get(mutation.id) });
    }
    const emitted = emittedPath(place.path, setting);
    let real: Record<string, string> = vitest ? await ofVitest(place, vitest, tests, run) : {};
    const { ended, why } = await askWorker(place, {
      mode: 'tests', module: emitted, seed, stop, suiteSeconds: SUITE_SECONDS, mutantSeconds: MUTANT_SECONDS, mutants,
      tests: tests.map((path) => ({ path, file: emittedPath(path, setting) })),
      overlay: await overlayOf(place.bench, [place.path, ...tests], setting, new Map([[place.path, probed]]), STAND_IN),
      plain: { [emitted]: present.text },
      ...(!vitest && { real: await overlayOf(place.bench, [place.path, ...tests], setting, new Map()) }),
    }, (event) => {
      if (event.event === 'baseline') {
        Object.assign(run, { results: event['results'], rows: event['rows'], lines: event['lines'], seconds: event['seconds'] });
        run.broken.push(...(event['broken'] as string[]));
        real = (event['real'] as Record<string, string> | undefined) ?? real;
      }
      if (event.event === 'mutant') run.mutants.push(event as unknown as Struck);
    });
    if (!ended) run.broken.push(why);
    // Both have to agree: what the stand-in does not understand would seem to be killed by every mutant, or by none.
    const apart = Object.keys(real).filter((id) => real[id] === 'passed' && run.results[id] !== 'passed');
    if (apart.length > 0 && seed === undefined) {
      run.broken.push(`${apart.length} of its tests use more of their runner than is understood here: ${apart[0]}`);
      run.mutants = [];
    }
    for (const [id, outcome] of Object.entries(real)) if (outcome !== 'passed' || run.results[id] === undefined) run.results[id] = outcome === 'passed' ? 'failed' : outcome;
    run.code = run.broken.length > 0 || Object.values(run.results).includes('failed') ? 1 : 0;
    return run;
  },

  async testFiles({ files }) {
    return [...files].filter((path) => isTestPath(path));
  },
});

/** What vitest itself says of the tests, under the names of their outermost suites. */
async function ofVitest(place: Place, check: Parameters<typeof prepareCheck>[0], tests: string[], run: TestRun): Promise<Record<string, string>> {
  const { command, read, cleanup } = await prepareCheck(check, place.bench, { files: tests });
  try {
    const result = await place.sandbox.run({ ...command, workspace: place.bench.root, mountAt: place.bench.mountAt, mounts: [...place.bench.mounts, ...(command.mounts ?? [])], ...(place.signal ? { signal: place.signal } : {}) });
    const told = await read(result);
    run.broken.push(...told.errors.map(({ message }) => message));
    const counts = new Map<string, number>();
    return Object.fromEntries(told.tests.map(({ id, outcome }) => {
      const [file, group] = id.split(' > ');
      const key = `${file}::${group}`;
      const at = counts.get(key) ?? 0;
      counts.set(key, at + 1);
      return [`${key}[${at}]`, outcome];
    }));
  } finally {
    await cleanup();
  }
}

/** How the worker makes a call. */
function callOf(one: Case, targets: readonly Target[]): Record<string, unknown> {
  const target = targets.find(({ name }) => name === one.function)!;
  const dot = one.function.lastIndexOf('.');
  return { id: one.id, kind: target.kind, callee: one.function, owner: one.function.slice(0, Math.max(0, dot)), attribute: one.function.slice(dot + 1), receiver: one.receiver, arguments: positional(one.arguments) };
}

export const javascriptMutation = mutationIn('javascript');
export const typescriptMutation = mutationIn('typescript');
