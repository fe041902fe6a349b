import { asError } from '../../core/errors.ts';
import { killPoint } from '../../core/killpoint.ts';
import { clusterPassers } from '../../selection/behaviour.ts';
import { makeInputs } from '../../selection/inputs.ts';
import { link, usesIn, usesOf } from '../compose/link.ts';
import { admit } from '../gate/admit.ts';
import type { GateReport, MakeResult } from '../interfaces.ts';
import { runnerOf } from '../life/effects.ts';
import { mergeDuplicate } from '../life/merge.ts';
import { meetsCase, runCases, type CodeReport } from '../run/run.ts';
import { toJson, toValue } from '../run/values.ts';
import type { Capability, CapabilityDraft, JsonObject, Need, ToolCase, ToolProperty } from '../types.ts';
import type { SynthesisDeps } from './deps.ts';
import { settleDisputes } from './disputes.ts';
import { settleLaws } from './laws.ts';
import { specify, type Specification } from './specify.ts';
import { writeKillers, writeTests } from './test.ts';
import { WAVE, write, type Feedback } from './write.ts';

export type Synthesised = MakeResult & {
  /** Arguments of the request that it was made for. */
  call?: JsonObject;
};

/** What is known around a need before a tool for it is made. */
export interface Surroundings {
  /** Tools that are near it, the nearest first: what it could be built of. */
  near: readonly Capability[];
  /** All tools, for names and duplicates. */
  tools: readonly Capability[];
  /** Why earlier tries failed. */
  failures: readonly string[];
}

/** Inputs on which implementations are compared before the gate compares them once more. */
const INPUTS = 25;
/** Waves that may fail a hidden case: the second shows that the writer misreads the contract, and more tries would only fit the cases. */
const HIDDEN_FAILURES = 2;
/** Near tools that a writer is told of. */
const HELPERS = 3;

/** An implementation that can be run, with the tools that it calls put in. */
interface Attempt {
  id: string;
  /** As it was written. */
  source: string;
  code: string;
  uses: Capability[];
}

/**
 * Makes a tool: specification, tests by a role that never sees code, implementations in waves, each written on its own, then the gate. What passes
 * is saved; what does not is remembered with its reason. Everything that a model said is kept by key, so that a job that was killed goes on.
 *
 * @returns never rejects for what a model wrote; the reason is in the result
 * @throws as `Models.ask`, `no_sandbox`, `cancelled`
 */
export async function synthesise(need: Need, around: Surroundings, deps: SynthesisDeps): Promise<Synthesised> {
  const { emit, settings } = deps;
  emit('specifying', { need: need.description });
  killPoint('synthesis begins');
  const taken = new Set(around.tools.flatMap(({ name, aliases }) => [name, ...aliases]));
  let spec: Specification;
  try {
    spec = await specify(need, { tools: around.near, taken, failures: around.failures }, deps, settings.language);
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code !== 'model_reply_invalid') throw thrown;
    return refused(need, { reason: error.what, gates: [] }, deps);
  }
  emit('specified', { tool: spec.contract.name, signature: spec.contract.signature, description: spec.contract.description, examples: spec.visible.length });
  killPoint('synthesis specified');
  const tests = await writeTests(spec.contract, deps);
  emit('tests_written', { tool: spec.contract.name, cases: tests.hidden.length, laws: tests.properties.length });
  killPoint('synthesis tested');
  const made = await implement(spec, tests, need, around, deps);
  if (made.ok) return { ...made, call: spec.call };
  return refused(need, made, deps);
}

/** Remembers why nothing came of it. */
async function refused(need: Need, made: Omit<Extract<MakeResult, { ok: false }>, 'ok'>, deps: SynthesisDeps): Promise<Synthesised> {
  await deps.catalogue.addFailedSynthesis({ need: { description: need.description, name: need.name }, reason: made.reason, ...(made.stoppedBy ? { stoppedBy: made.stoppedBy } : {}) });
  deps.emit('not_made', { need: need.description, reason: made.reason, gate: made.stoppedBy ?? null }, 'warn');
  return { ok: false, ...made };
}

async function implement(spec: Specification, tests: { hidden: ToolCase[]; properties: ToolProperty[] }, need: Need, around: Surroundings, deps: SynthesisDeps): Promise<MakeResult> {
  const { contract, language } = spec;
  const known = new Set(spec.visible.map(({ arguments: given }) => JSON.stringify(given)));
  let cases = [...spec.visible, ...tests.hidden.filter(({ arguments: given }) => !known.has(JSON.stringify(given)))];
  let laws = distinct([...spec.properties, ...tests.properties]);
  const helpers = around.near.filter((tool) => tool.language === language.name && tool.status === 'active').slice(0, HELPERS);
  const inputs = inputsOf(spec, cases);
  const attempts: Attempt[] = [];
  let feedback: Feedback | undefined;
  let hiddenFailures = 0;
  let last: { reason: string; report?: GateReport } = { reason: 'no implementation was written' };
  const waves = Math.ceil(deps.settings.candidates / WAVE);
  for (let number = 1; number <= waves; number += 1) {
    const written = await write(spec, { number, helpers, failures: around.failures, ...(feedback ? { feedback } : {}) }, deps);
    killPoint(`synthesis wave ${number}`);
    feedback = undefined;
    for (const { code, problem } of written) {
      if (code === undefined || problem) {
        last = { reason: problem?.message ?? 'the reply holds no function' };
        if (code !== undefined) feedback = { code, says: last.reason };
        continue;
      }
      const attempt = await linked(code, helpers, spec, `c${attempts.length + 1}`);
      if ('problem' in attempt) [feedback, last] = [{ code, says: attempt.problem }, { reason: attempt.problem }];
      else attempts.push(attempt);
    }
    if (attempts.length === 0) continue;
    const reports = await run(spec, attempts, [...cases.map(({ arguments: given }) => given), ...inputs], deps);
    cases = await settleDisputes(contract, cases, reports.filter(({ problem }) => !problem).map(({ results }) => results.slice(0, cases.length)), { ...deps, key: `${deps.key}/wave${number}` }).then((settled) => keepOrder(cases, settled, reports));
    const judged = attempts.map((attempt, at) => judge(attempt, reports[at]!, cases));
    const passers = judged.filter(({ missed }) => missed === undefined);
    deps.emit('wave_checked', { tool: contract.name, wave: number, implementations: attempts.length, passing: passers.length });
    if (passers.length < WAVE) {
      const closest = judged.filter(({ missed }) => missed !== undefined).sort((a, b) => b.met - a.met)[0];
      if (closest) {
        last = { reason: `only ${passers.length} of ${attempts.length} implementations meet the examples; the closest: ${closest.missed!}` };
        feedback = { code: closest.attempt.source, says: closest.missed! };
      }
      continue;
    }
    const chosen = choose(passers, cases.length);
    laws = await settleLaws(spec, laws, passers.map(({ attempt }) => attempt.code), cases, { ...deps, key: `${deps.key}/wave${number}` });
    const draft = draftOf(spec, chosen.attempt, cases, laws, need, deps);
    deps.emit('verifying', { tool: contract.name, implementations: passers.length });
    const report = await admit({
      draft, candidates: passers.map(({ attempt }) => attempt.code), tools: around.tools.filter(({ status }) => status !== 'deprecated'), product: deps.product, mutationScore: deps.settings.mutationScore, sandbox: deps.sandbox,
      ...(deps.signal ? { signal: deps.signal } : {}),
      killers: (survivors) => writeKillers(contract, survivors, { ...deps, key: `${deps.key}/wave${number}` }),
      onGate: ({ gate, ok, says, ms }) => deps.emit('gate', { tool: contract.name, gate, ok, says, ms }, ok ? 'info' : 'warn'),
    });
    killPoint('synthesis verified');
    if (report.duplicateOf !== undefined) return joined(report.duplicateOf, draft, report, around, deps);
    if (report.ok) return save({ ...draft, cases: report.cases }, report, around, deps);
    last = { reason: reasonOf(report), report };
    if (report.stoppedBy === 'contract') break;
    if (report.stoppedBy === 'hidden_cases' && ++hiddenFailures >= HIDDEN_FAILURES) break;
    if (report.stoppedBy !== 'agreement') feedback = { code: chosen.attempt.source, says: `${last.reason} Keep what is right and answer with the whole function.` };
  }
  const { reason, report } = last;
  return { ok: false, reason, gates: report?.gates ?? [], ...(report?.stoppedBy ? { stoppedBy: report.stoppedBy } : {}) };
}

const distinct = (laws: readonly ToolProperty[]): ToolProperty[] => [...new Map(laws.map((law) => [law.expression, law])).values()];

/** The last gate's word. */
const reasonOf = ({ gates }: GateReport): string => gates.at(-1)?.says ?? 'the gate was not passed';

/** Made inputs, as arguments. */
function inputsOf({ signature }: Specification, cases: readonly ToolCase[]): JsonObject[] {
  const { parameters } = signature;
  const examples = cases.filter(({ error }) => error === undefined).flatMap(({ arguments: given }) => {
    const values = parameters.filter(({ name }) => name in given).map(({ name, type }) => toValue(given[name]!, type));
    return values.every((value) => value !== undefined) ? [values] : [];
  });
  return makeInputs(examples, parameters, { count: INPUTS, seed: 1 }).flatMap((values) => {
    const given = values.map((value, at) => [parameters[at]!.name, toJson(value)] as const);
    return given.every(([, value]) => value !== undefined) ? [Object.fromEntries(given) as JsonObject] : [];
  });
}

/** An implementation with the tools that it calls, or why they cannot be put in. */
async function linked(code: string, helpers: readonly Capability[], { language }: Specification, id: string): Promise<Attempt | { problem: string }> {
  try {
    const uses = helpers.length === 0 ? [] : await usesIn(code, helpers, language.name);
    return { id, source: code, code: uses.length === 0 ? code : await link(code, uses, language.name), uses: [...uses] };
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code !== 'bad_arguments') throw thrown;
    return { problem: error.message };
  }
}

function run({ contract, language }: Specification, attempts: readonly Attempt[], cases: readonly JsonObject[], deps: SynthesisDeps): Promise<CodeReport[]> {
  return runCases({ language: language.name, signature: contract.signature, name: contract.name, codes: attempts.map(({ code }) => code), cases, contract: { errors: contract.errors }, sandbox: deps.sandbox, ...(deps.signal ? { signal: deps.signal } : {}) });
}

/** Takes results of cases that were dropped out of the reports, so that both go on side by side. */
function keepOrder(before: readonly ToolCase[], settled: readonly ToolCase[], reports: readonly CodeReport[]): ToolCase[] {
  const kept = new Set(settled.map(({ arguments: given }) => JSON.stringify(given)));
  const dropped = before.flatMap(({ arguments: given }, at) => (kept.has(JSON.stringify(given)) ? [] : [at])).reverse();
  for (const report of reports) for (const at of dropped) if (!report.problem) [report.results, report.outcomes].forEach((list) => list.splice(at, 1));
  return [...settled];
}

interface Judged {
  attempt: Attempt;
  report: CodeReport;
  /** Visible cases met. */
  met: number;
  /** Hidden cases met. */
  hidden: number;
  /** The first visible case that it misses, in words. */
  missed?: string;
}

function judge(attempt: Attempt, report: CodeReport, cases: readonly ToolCase[]): Judged {
  if (report.problem) return { attempt, report, met: 0, hidden: 0, missed: report.problem.message };
  const fits = cases.map((one, at) => meetsCase(one, report.results[at]!));
  const visible = cases.flatMap(({ from }, at) => (from === 'hidden' ? [] : [at]));
  const miss = visible.find((at) => !fits[at]);
  return {
    attempt, report, met: visible.filter((at) => fits[at]).length, hidden: cases.filter(({ from }, at) => from === 'hidden' && fits[at]).length,
    ...(miss === undefined ? {} : { missed: missText(cases[miss]!, report.results[miss]!) }),
  };
}

function missText(one: ToolCase, got: CodeReport['results'][number]): string {
  const expected = one.error === undefined ? JSON.stringify(one.result) : `an error${one.error === true ? '' : ` (${one.error})`}`;
  return `${JSON.stringify(one.arguments).slice(0, 200)} must give ${expected.slice(0, 200)}, it gave ${(got.ok ? JSON.stringify(got.result) : got.message).slice(0, 200)}.`;
}

/** The first of the largest group that does the same; groups that meet more hidden cases come first. */
function choose(passers: readonly Judged[], cases: number): Judged {
  const most = Math.max(...passers.map(({ hidden }) => hidden));
  const best = passers.filter(({ hidden }) => hidden === most);
  const [cluster] = clusterPassers(best.map(({ attempt, report }) => ({ id: attempt.id, outcomes: report.outcomes.slice(cases) })));
  return best.find(({ attempt }) => attempt.id === cluster?.members[0]) ?? best[0]!;
}

function draftOf({ contract }: Specification, { code, uses }: Attempt, cases: ToolCase[], properties: ToolProperty[], need: Need, { sampler }: SynthesisDeps): CapabilityDraft {
  return {
    ...contract, code, cases, properties, aliases: [], requests: [need.request],
    uses: usesOf(uses),
    made: { at: new Date().toISOString(), by: 'model', model: sampler.describe().model, request: need.request },
  };
}

/** There is a tool that does the same: it is known by the new name and request too, and has the new cases as well. */
async function joined(name: string, draft: CapabilityDraft, report: GateReport, { tools }: Surroundings, deps: SynthesisDeps): Promise<MakeResult> {
  const { library, sandbox, signal } = deps;
  const entry = await library.read(name);
  if (!entry) return { ok: false, reason: `${name} does the same, and is no longer there.`, gates: report.gates, stoppedBy: 'duplicate' };
  const merged = await mergeDuplicate({
    kept: entry.tool, duplicate: draft, taken: (await library.versions(entry.tool.name)).map(({ version }) => version), run: runnerOf({ sandbox, ...(signal ? { signal } : {}) }), update: (of, change) => library.update(of, change),
    admit: (wider, candidates) => admit({
      draft: wider, candidates, vouched: true, tools: tools.filter((tool) => tool.name !== name), product: deps.product, mutationScore: deps.settings.mutationScore, sandbox, ...(signal ? { signal } : {}),
    }),
    async save(wider, version, evidence) {
      const saved = await library.save(wider, version, evidence);
      await deps.catalogue.setEvidence(saved.name, evidence);
      return saved;
    },
  });
  // On made inputs it did the same, and on a case it does not: then it is no duplicate, and the case would have to be decided by a person.
  if (merged.outcome === 'differs') return { ok: false, reason: `${name} does nearly the same, and otherwise for ${JSON.stringify(merged.failing.arguments)}: expected ${JSON.stringify(merged.failing.result ?? merged.failing.error)}.`, gates: report.gates, stoppedBy: 'duplicate' };
  // An archived one that is wanted again.
  const tool = merged.tool.status === 'active' ? merged.tool : await library.update(merged.tool.name, { status: 'active' });
  return { ok: true, made: false, tool, gates: report.gates };
}

/** Requests a tool is found by: three at most, the newest in place of the oldest but one. */
export function withRequest(requests: readonly string[], request: string): string[] {
  if (requests.includes(request)) return [...requests];
  return requests.length < 3 ? [...requests, request] : [requests[0]!, requests[2]!, request];
}

/** Writes the tool under a name of its own. */
async function save(draft: CapabilityDraft, report: GateReport, { tools }: Surroundings, deps: SynthesisDeps): Promise<MakeResult> {
  const tool = await deps.library.save(draft, '1.0.0', report.evidence);
  killPoint('synthesis saved');
  await deps.catalogue.setEvidence(tool.name, report.evidence);
  deps.emit('registered', { tool: tool.name, version: tool.version, hash: tool.hash, tools: tools.length + 1 });
  return { ok: true, made: true, tool, gates: report.gates };
}
