import { behaviourOf } from '../../../selection/behaviour.ts';
import { schemaProblem } from '../../run/schemas.ts';
import { CASE_MS, meetsCase, type CodeReport } from '../../run/run.ts';
import type { JsonObject, ToolCase } from '../../types.ts';
import { meetsAll } from '../cases.ts';
import { mutantsOf, type Mutant } from '../mutants.ts';
import type { Gate, GateContext, Verdict } from '../types.ts';
import { counted, listed } from '../words.ts';

/** Share of mutants that have to be noticed. Source: the design of the gate, G6. */
const SCORE = 0.75;
/** Made inputs on which a mutant that does the same throughout counts as the same program. */
const INPUTS = 60;
/** Share of the mutants that may be left out for that. Measured: at most 0.25 in 51 admitted tools (those that come along, and twelve that a model made). */
const MOST_ALIKE = 0.5;
/** With fewer mutants a share says nothing. */
const LEAST_MUTANTS = 4;
/** Codes that have to agree on a value before it becomes a case. */
const VOICES = 3;
/** Cases that are added at most: more is no longer read. */
const MOST_CASES = 10;
/** The inputs are others than those of the agreement. */
const SEED_OFFSET = 7_000;

/** What became of the mutants so far. */
interface Tally {
  noticed: number;
  survivors: Mutant[];
  /** Mutants that count: they load, and are not the same program as far as can be seen. */
  counted: number;
}

/**
 * Do the cases notice when the code is changed. Changes that no made input tells from the code are left out, and so are those that do not load.
 * Before it is refused, inputs that tell a change apart become cases, where what they give is sure; then whoever writes tests is asked once for more.
 */
export const mutation: Gate = async (context): Promise<Verdict> => {
  const { input } = context;
  const wanted = input.mutationScore ?? SCORE;
  const { mutants, all, unseen } = await mutantsOf(context);
  if (unseen) return { ok: false, says: `${context.draft.name} is not declared as a function, so that nothing of it can be changed and noticed`, data: { mutants: 0 } };
  const { loaded, survivors } = await strike(context, mutants, context.cases);
  const told = await toldApart(context, survivors);
  const doubtful = doubtfulOf(survivors, told, loaded);
  const equivalent = survivors.length - told.apart.length - doubtful.length;
  const counts = loaded - equivalent;
  const before = context.cases.length;
  let alive = [...told.apart.map(({ mutant }) => mutant), ...doubtful];
  const addCases = (cases: readonly ToolCase[], left: readonly Mutant[]): void => {
    context.cases = [...context.cases, ...cases];
    alive = [...left];
  };
  const first = score(counts, alive);
  if (alive.length > 0) {
    const agreed = agreedCases(context, told);
    if (agreed.length > 0) addCases(agreed, (await strike(context, alive, agreed)).survivors);
  }
  let unmet = 0;
  if (score(counts, alive) < wanted && input.killers) {
    const known = new Set(context.cases.map(({ arguments: given }) => JSON.stringify(given)));
    const given = (await input.killers(alive.map(({ change }) => change))).filter((one) => !known.has(JSON.stringify(one.arguments)) && fits(context, one));
    const [report] = await context.run([context.draft.code], given.map((one) => one.arguments));
    const met = given.filter((one, at) => meetsCase(one, report!.results[at]!));
    unmet = given.length - met.length;
    if (met.length > 0) addCases(met, (await strike(context, alive, met)).survivors);
  }
  const final = score(counts, alive);
  const tally: Tally = { noticed: counts - alive.length, survivors: alive, counted: counts };
  const data = { mutants: all, tried: mutants.length, loaded, equivalent, counted: counts, noticed: tally.noticed, score: rounded(final), atFirst: rounded(first), added: context.cases.length - before, unmet };
  return { ok: final >= wanted, says: said(tally, final, wanted, context.cases.length - before), data };
};

/**
 * Changes that no made input tells from the code, beyond what may be left out: a branch that only a rare input reaches looks so too, and nobody has
 * seen what it does.
 */
function doubtfulOf(survivors: readonly Mutant[], { apart }: ToldApart, loaded: number): Mutant[] {
  const alike = survivors.filter((mutant) => !apart.some((one) => one.mutant === mutant));
  return loaded < LEAST_MUTANTS ? [] : alike.slice(Math.floor(loaded * MOST_ALIKE));
}

const score = (counts: number, alive: readonly Mutant[]): number => (counts === 0 ? 1 : (counts - alive.length) / counts);
const rounded = (figure: number): number => Math.round(figure * 1000) / 1000;

function said({ noticed, survivors, counted: counts }: Tally, final: number, wanted: number, added: number): string {
  if (counts === 0) return 'there is nothing in it that could be changed and noticed';
  const seen = `${noticed} of ${counted(counts, 'mutant')} noticed (${final.toFixed(2)})${added > 0 ? `, with ${counted(added, 'case')} added` : ''}`;
  // Lines of code alone, and nothing of a case: whoever writes code may read this.
  return final >= wanted ? seen : `${seen}, and ${wanted} is needed: ${listed(survivors.map(({ change, description }) => `line ${change.line}, ${description}`))}`;
}

/** Milliseconds of one call of a mutant: one that does not end is to cost little. */
const MUTANT_MS = 1_000;

const NOT_LOADED = new Set(['syntax', 'indentation', 'no_function', 'signature', 'compile', 'import']);

/** Those that no case notices, and how many could be loaded at all. A mutant that ends its process or never ends is noticed. */
async function strike({ run, draft }: GateContext, mutants: readonly Mutant[], cases: readonly ToolCase[]): Promise<{ loaded: number; survivors: Mutant[] }> {
  if (mutants.length === 0 || cases.length === 0) return { loaded: mutants.length, survivors: [...mutants] };
  const survived = (report: CodeReport): boolean => meetsAll(report, cases);
  const wave = (caseMs: number): Promise<CodeReport[]> => run([draft.code, ...mutants.map(({ code }) => code)], cases.map(({ arguments: given }) => given), { caseMs });
  const quick = await wave(MUTANT_MS);
  // A tool that takes longer itself must not have its mutants noticed for that.
  const [, ...reports] = survived(quick[0]!) ? quick : await wave(CASE_MS);
  return { loaded: reports.filter(({ problem }) => !problem || !NOT_LOADED.has(problem.class)).length, survivors: mutants.filter((_, at) => survived(reports[at]!)) };
}

interface ToldApart {
  inputs: JsonObject[];
  /** What the draft, and after it the others that agree with it, made of the inputs; equal texts once, with how often they were drawn. */
  voices: { report: CodeReport; drawn: number }[];
  /** Mutants that do something else somewhere, and where: indexes of inputs. */
  apart: { mutant: Mutant; at: number[] }[];
}

async function toldApart(context: GateContext, survivors: readonly Mutant[]): Promise<ToldApart> {
  const inputs = survivors.length === 0 ? [] : context.inputs(INPUTS, SEED_OFFSET);
  if (inputs.length === 0) return { inputs, voices: [], apart: [] };
  const drawn = new Map([[context.draft.code, 0]]);
  for (const code of context.voices) drawn.set(code, (drawn.get(code) ?? 0) + 1);
  const voices = [...drawn].slice(0, VOICES + 2);
  const reports = await context.run([...voices.map(([code]) => code), ...survivors.map(({ code }) => code)], inputs, { caseMs: MUTANT_MS });
  const own = reports[0]!.outcomes.map(behaviourOf);
  const apart = survivors.flatMap((mutant, index) => {
    const theirs = reports[voices.length + index]!.outcomes.map(behaviourOf);
    const at = inputs.flatMap((_, number) => (theirs[number] === own[number] ? [] : [number]));
    return at.length > 0 ? [{ mutant, at }] : [];
  });
  return { inputs, voices: voices.map(([, count], at) => ({ report: reports[at]!, drawn: count })), apart };
}

/** The fewest inputs that tell most of the mutants apart, as cases with the value that is agreed on: by three codes, or by whoever vouches for the one. */
function agreedCases({ input, cases }: GateContext, { inputs, voices, apart }: ToldApart): ToolCase[] {
  const known = new Set(cases.map(({ arguments: given }) => JSON.stringify(given)));
  const usable = inputs.map((given, at) => {
    const own = voices[0]!.report;
    const result = own.results[at]!;
    const same = voices.filter(({ report }) => behaviourOf(report.outcomes[at]) === behaviourOf(own.outcomes[at])).reduce((sum, { drawn }) => sum + drawn, 0);
    return !known.has(JSON.stringify(given)) && (input.vouched || same >= VOICES) ? caseOf(given, result) : undefined;
  });
  const found: ToolCase[] = [];
  let left = [...apart];
  while (found.length < MOST_CASES && left.length > 0) {
    const counts = usable.map((one, at) => (one ? left.filter((each) => each.at.includes(at)).length : 0));
    const best = counts.indexOf(Math.max(...counts));
    if (counts[best] === 0) break;
    found.push(usable[best]!);
    left = left.filter(({ at }) => !at.includes(best));
  }
  return found;
}

/** Only what the contract promises becomes a case: a result, or an error that it names. */
function caseOf(given: JsonObject, result: CodeReport['results'][number]): ToolCase | undefined {
  if (result.ok) return { arguments: given, result: result.result, from: 'agreed' };
  return result.kind === 'declared_error' && result.error !== undefined ? { arguments: given, error: result.error, from: 'agreed' } : undefined;
}

/** Whoever writes cases may write one that the contract does not take. */
function fits({ draft, schemas }: GateContext, one: ToolCase): boolean {
  if (schemaProblem(one.error === undefined ? draft.parameters : schemas.parameters, one.arguments) !== undefined) return false;
  return one.error !== undefined || (one.result !== undefined && schemaProblem(draft.returns, one.result) === undefined);
}
