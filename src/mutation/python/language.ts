import { ask, isUnparsable } from '../../languages/python/service.ts';
import { isTestFile } from '../../languages/python/paths.ts';
import type { ClassHead, Mutation, MutationLanguage, Outcome, Struck, Target, TestRun } from '../types.ts';
import { heldLaws, renderLaws, withoutTests } from './properties.ts';
import { renderPython } from './render.ts';
import { pythonWriter } from './texts.ts';
import { askWorker, moduleOf } from './worker.ts';

/** Seconds of CPU one call may take: unit-sized functions answer in milliseconds. */
const CALL_SECONDS = 0.5;
/** Seconds for a mutant on all its cases. */
const MUTANT_SECONDS = 12;
/** Seconds for one run of the tests on the present code. */
const SUITE_SECONDS = 300;
/** Files larger than this are not searched for calls. */
const SEARCHED_BYTES = 400_000;

/** Mutation testing of Python: one warmed interpreter in the sandbox forks for each mutant. */
export const pythonMutation: MutationLanguage = {
  name: 'python',
  writer: pythonWriter,

  async targets({ path, source, files }) {
    const answer = await ask<{ targets: Target[]; classes: ClassHead[] }>('targets', source);
    if (!answer) return { targets: [], classes: [], problem: 'there is no Python on this machine to read it' };
    if (isUnparsable(answer)) return { targets: [], classes: [], problem: `it does not parse: line ${answer.unparsable.line}: ${answer.unparsable.message}` };
    if (files.has(path.replace(/\.py$/, '/__init__.py'))) return { ...answer, problem: 'a package of the same name beside it is imported in its place' };
    if (!moduleOf(path, files)) return { ...answer, problem: 'its name cannot be imported' };
    return { ...answer, targets: answer.targets.map((target) => (target.name.endsWith('.__init__') ? { ...target, kind: 'constructor' as const } : target)) };
  },

  async mutations({ source }, functions) {
    const answer = await ask<{ mutations: Omit<Mutation, 'id'>[] }>('mutations', source, { functions });
    if (!answer || isUnparsable(answer)) return [];
    return answer.mutations.map((mutation, id) => ({ id, ...mutation }));
  },

  async callsElsewhere({ bench, path }, names) {
    const found: { name: string; arguments: [string | null, string][] }[] = [];
    const short = [...new Set(names.map((name) => name.split('.').pop()!))];
    const wanted = new RegExp(`\\b(${short.join('|')})\\s*\\(`);
    for (const file of await bench.list()) {
      if (!file.path.endsWith('.py') || file.path === path || file.size > SEARCHED_BYTES || file.link !== undefined) continue;
      const { text } = await bench.readText(file.path);
      if (!wanted.test(text) && !/parametrize/.test(text)) continue;
      const answer = await ask<{ calls: { name: string; arguments: [string | null, string][] }[] }>('calls', text, { names: short });
      if (answer && !isUnparsable(answer)) found.push(...answer.calls);
    }
    return found;
  },

  async observe(place, cases, targets, seed) {
    const outcomes = new Map<string, Outcome>();
    let problem: string | undefined;
    const { ended, why } = await askWorker(place, { mode: 'calls', later: seed === 2, module: moduleOf(place.path, place.files)!.module, seconds: CALL_SECONDS, mutantSeconds: MUTANT_SECONDS, cases: cases.map((one) => ({ id: one.id, arguments: one.arguments.map(({ name, text }) => [name ?? null, text]), receiver: one.receiver, ...callee(one.function, targets) })) }, seed, (event) => {
      if (event.event === 'outcome') outcomes.set(String(event['id']), event as unknown as Outcome);
      if (event.event === 'unimportable') problem = `it cannot be imported: ${String(event['message'])}`;
    });
    return { outcomes, ...(problem !== undefined ? { problem } : ended ? {} : { problem: `the worker ended early (${why})` }) };
  },

  async strike(place, cases, targets, strikes) {
    const found = new Map<number, Struck>();
    const request = {
      mode: 'calls', module: moduleOf(place.path, place.files)!.module, seconds: CALL_SECONDS, mutantSeconds: MUTANT_SECONDS, observe: false,
      cases: cases.map((one) => ({ id: one.id, key: one.outcome.key, took: one.outcome.seconds, arguments: one.arguments.map(({ name, text }) => [name ?? null, text]), receiver: one.receiver, ...callee(one.function, targets) })),
      mutants: strikes.map(({ mutation: { id, begin, end, text }, cases: tried }) => ({ id, begin, end, text, cases: tried })),
    };
    await askWorker(place, request, 0, (event) => {
      if (event.event === 'mutant') found.set(Number(event['id']), event as unknown as Struck);
    });
    return [...found.values()];
  },

  render: renderPython,

  async runTests(place, { tests, mutations = [], prefer, seed, stop }) {
    const run: TestRun = { code: -1, results: {}, rows: {}, broken: [], lines: [], executable: [], seconds: 0, mutants: [] };
    const { ended, why } = await askWorker(place, {
      mode: 'tests', tests, seed, stop, suiteSeconds: SUITE_SECONDS, mutantSeconds: MUTANT_SECONDS,
      mutants: mutations.map(({ id, line, begin, end, text, header }) => ({ id, line, begin, end, text, head: header, prefer: prefer?.get(id) })),
    }, seed ?? 0, (event) => {
      if (event.event === 'baseline') Object.assign(run, { code: event['code'], results: event['results'], rows: event['rows'], broken: event['broken'], lines: event['lines'], executable: event['executable'], seconds: event['seconds'] });
      if (event.event === 'mutant') run.mutants.push(event as unknown as Struck);
    });
    if (!ended) run.broken.push(why);
    return run;
  },

  async testFiles({ files }) {
    return [...files].filter((path) => isTestFile(path) && /(^|\/)(test_[^/]*|[^/]*_test)\.py$/.test(path));
  },

  laws: {
    held: (place, targets, cases) => heldLaws(place, targets, cases, pythonMutation.observe),
    render: renderLaws,
  },
  withoutTests,
};

/** How the worker reaches a target. */
function callee(name: string, targets: readonly Target[]): Record<string, unknown> {
  const target = targets.find((one) => one.name === name)!;
  const owner = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
  const attribute = name.slice(name.lastIndexOf('.') + 1);
  return { kind: target.kind, attribute, callee: target.kind === 'constructor' ? owner : name, awaited: target.async };
}
