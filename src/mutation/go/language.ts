import { createHash } from 'node:crypto';
import { ask } from '../../languages/go/reader/reader.ts';
import type { TypeShape } from '../../languages/function/value.ts';
import { UntilgreenError } from '../../core/errors.ts';
import type { Case, ClassHead, Mutation, MutationLanguage, Outcome, Place, Strike, Struck, Target } from '../types.ts';
import type { Build } from './build.ts';
import { buildOfCalls, keepMutations, mutationsOf } from './builds.ts';
import { callOf, type Call } from './harness.ts';
import { packageOf, withoutMark, type Callable, type GoPackage } from './package.ts';
import { renderGo } from './render.ts';
import { runJobs, type Job } from './run.ts';
import { runGoTests } from './tests.ts';
import { goWriter, makerOf, shapeFor } from './values.ts';

/** Seconds of processor time one call may take: unit-sized functions answer in microseconds. */
const CALL_SECONDS = 0.5;
/** Seconds for a mutant on all its cases. */
const MUTANT_SECONDS = 20;
/** Seconds for all cases on the present code. */
const OBSERVE_SECONDS = 300;
/** Files larger than this are not searched for calls. */
const SEARCHED_BYTES = 400_000;

/** Mutation testing of Go: the present code and all mutants are compiled into one test binary, of which each mutant is a process. */
export const goMutation: MutationLanguage = {
  name: 'go',
  writer: goWriter,

  async targets(place) {
    const known = await read(place);
    if ('nothing' in known) return { targets: [], classes: [], problem: known.nothing };
    if (known.problem) return { targets: [], classes: [], problem: `it does not parse: line ${known.problem.line}: ${known.problem.message}` };
    if (known.imports.some(({ path }) => path === 'C')) return { targets: [], classes: [], problem: 'it is bound to C' };
    return { targets: known.functions.map((one) => targetOf(one, known)), classes: classesOf(known) };
  },

  async mutations(place, functions) {
    const answer = await ask<{ mutations: Omit<Mutation, 'id'>[] }>('changes', { source: withoutMark(place.source), functions });
    const mutations = (answer?.mutations ?? []).map((mutation, id) => ({ id, ...mutation }));
    keepMutations(place, mutations);
    return mutations;
  },

  async callsElsewhere({ bench, path }, names) {
    const found: { name: string; arguments: [string | null, string][] }[] = [];
    const short = [...new Set(names.map((name) => name.split('.').pop()!))];
    for (const file of await bench.list()) {
      if (!file.path.endsWith('.go') || file.path === path || file.size > SEARCHED_BYTES || file.link !== undefined) continue;
      const { text } = await bench.readText(file.path);
      for (const name of short.filter((one) => new RegExp(`\\b${one}\\b`).test(text))) {
        const answer = await ask<{ examples?: { expression: string }[] }>('tests', { source: text, name });
        for (const { expression } of answer?.examples ?? []) {
          const args = goArguments(expression, name);
          if (args) found.push({ name, arguments: args.map((text) => [null, text]) });
        }
      }
    }
    return found;
  },

  async observe(place, cases, targets, seed) {
    const known = await packageOf(place);
    const calls = callsOf(cases, known);
    const built = await buildOfCalls(place, mutationsOf(place), calls);
    if ('problem' in built) return { outcomes: new Map(), problem: `it cannot be compiled: ${built.problem}` };
    const numbers = [...calls.keys()].filter((number) => built.cases.has(number));
    // In the other order, so that what one call leaves behind for the next is seen.
    const ordered = seed === 2 ? numbers.toReversed() : numbers;
    const { done, why } = await runJobs(place, built, ordered.length === 0 ? [] : [{ id: 0, mutant: 0, cases: ordered, resume: true, cpu: CALL_SECONDS, wall: OBSERVE_SECONDS }], true);
    const outcomes = new Map<string, Outcome>();
    const functionOf = new Map(cases.map((one) => [numberOf(one), one.function]));
    for (const line of (done.get(0)?.lines ?? []) as (Outcome & { hits: number[]; results: { form: string }[] | null })[]) {
      const number = Number(line['id']);
      const hidden = line.results?.some(({ form }) => form === 'hidden') ?? false;
      const nothing = line.kind === 'value' && (line.results ?? []).length === 0 && line['after'] === undefined;
      const { hits, ...rest } = line;
      const target = targets.find(({ name }) => name === functionOf.get(number));
      outcomes.set(`c${number}`, {
        ...rest, lines: [...new Set(hits.flatMap((hit) => built.marks[hit] ?? []))].sort((a, b) => a - b),
        effects: hidden ? ['gives something that cannot be compared'] : nothing && target ? ['gives nothing and changes nothing that is given'] : [], inside: true,
      });
    }
    for (const [number, kind] of Object.entries(done.get(0)?.ended ?? {})) outcomes.set(`c${number}`, { kind, key: kind, lines: [], effects: [] });
    return { outcomes, ...(why ? { problem: `its calls ended early (${why})` } : outcomes.size === 0 ? { problem: 'no made argument fits its parameters' } : {}) };
  },

  async strike(place, cases, targets, strikes) {
    const known = await packageOf(place);
    const tried = new Set(strikes.flatMap((one) => one.cases));
    const built = await buildOfCalls(place, strikes.map(({ mutation }) => mutation), callsOf(cases.filter(({ id }) => tried.has(id)), known));
    if ('problem' in built) return [];
    const expected = new Map(cases.map((one) => [numberOf(one), digest(one.outcome.key)]));
    const fits = strikes.filter(({ mutation }) => built.mutants.has(mutation.id));
    const jobs = fits.map(({ mutation, cases: mine }): Job => ({ id: mutation.id, mutant: mutation.id + 1, cases: mine.map((id) => Number(id.slice(1))).filter((number) => built.cases.has(number)), cpu: CALL_SECONDS, wall: MUTANT_SECONDS }));
    const { done } = await runJobs(place, built, jobs.filter((job) => job.cases!.length > 0));
    return strikes.flatMap((strike) => struckOf(strike, built, done.get(strike.mutation.id), expected) ?? []);
  },

  render: renderGo,
  runTests: runGoTests,

  async testFiles(place) {
    return (await packageOf(place)).testFiles;
  },
};

async function read(place: Place): Promise<GoPackage | { nothing: string }> {
  try {
    return await packageOf(place);
  } catch (thrown) {
    if (thrown instanceof UntilgreenError && thrown.code === 'file_missing') return { nothing: 'there is no Go on this machine to read it' };
    throw thrown;
  }
}

function targetOf(one: Callable, known: GoPackage): Target {
  return {
    name: one.name, kind: one.owner === '' ? 'function' : 'method', line: one.line, end: one.end, async: false, public: one.public,
    parameters: one.params.map(({ name, type, variadic }) => ({ name, type: shapeFor(type, known.types), typeText: type, optional: false, ...(variadic ? { rest: 'list' as const } : {}) })),
    constants: one.literals, calls: [], ...(one.impure === undefined ? {} : { impure: /^(has|belongs)/.test(one.impure) ? `it ${one.impure}` : one.impure }),
  };
}

/** How objects of each declared type are made: with its maker's parameters, by its fields, or of what it stands for. */
function classesOf(known: GoPackage): ClassHead[] {
  return Object.keys(known.types).flatMap((name): ClassHead[] => {
    const maker = makerOf(name, known);
    if (maker) return [{ name, parameters: targetOf(maker, known).parameters }];
    const shape: TypeShape = shapeFor(name, known.types);
    if (shape.kind === 'record') return [{ name, parameters: shape.fields.map((field) => ({ name: field.name, type: field.type, optional: true })) }];
    return shape.kind === 'other' ? [] : [{ name, parameters: [{ name: 'value', type: shape, optional: false }] }];
  });
}

/** `F(1, []int{2, 3})` → its arguments, as source. */
function goArguments(expression: string, name: string): string[] | undefined {
  if (!expression.startsWith(`${name}(`) || !expression.endsWith(')')) return undefined;
  const inner = expression.slice(name.length + 1, -1);
  const found: string[] = [];
  let [depth, last, quote] = [0, 0, ''];
  for (let at = 0; at < inner.length; at += 1) {
    const sign = inner[at]!;
    if (quote) {
      if (sign === '\\' && quote !== '`') at += 1;
      else if (sign === quote) quote = '';
    } else if (/["'`]/.test(sign)) quote = sign;
    else if (/[([{]/.test(sign)) depth += 1;
    else if (/[)\]}]/.test(sign)) depth -= 1;
    else if (sign === ',' && depth === 0) {
      found.push(inner.slice(last, at).trim());
      last = at + 1;
    }
  }
  const rest = inner.slice(last).trim();
  if (rest.endsWith('...')) return undefined;
  return rest === '' ? found : [...found, rest];
}

/** Cases are told by number inside the binary. */
const numberOf = (one: Pick<Case, 'id'>): number => Number(one.id.slice(1));

function callsOf(cases: readonly Case[], known: GoPackage): Map<number, Call> {
  return new Map(cases.flatMap((one) => {
    const call = callOf(one, known);
    return call ? [[numberOf(one), call] as const] : [];
  }));
}

const digest = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 16);

function struckOf({ mutation: { id } }: Strike, built: Build, done: { lines?: unknown[]; ended?: Record<string, 'timeout' | 'crashed'>; late: boolean } | undefined, expected: ReadonlyMap<number, string>): Struck | undefined {
  if (built.invalid.has(id)) return { id, killed: [], fate: 'invalid' };
  if (!done) return undefined;
  const killed = (done.lines as [number, string][] | undefined ?? []).filter(([number, sum]) => expected.get(number) !== sum).map(([number]) => `c${number}`);
  const ended = Object.entries(done.ended ?? {})[0];
  if (killed.length > 0) return { id, killed: ended ? [...killed, `c${ended[0]}`] : killed, fate: 'killed' };
  if (ended) return { id, killed: [`c${ended[0]}`], fate: ended[1] };
  return { id, killed: [], fate: done.late ? 'timeout' : 'survived' };
}
