import { asError } from '../../core/errors.ts';
import { killPoint } from '../../core/killpoint.ts';
import { link, usesIn, usesOf } from '../compose/link.ts';
import { admit } from '../gate/admit.ts';
import { inputsFor } from '../gate/inputs.ts';
import type { GateReport } from '../interfaces.ts';
import { runCases, type CodeReport } from '../run/run.ts';
import type { Capability, CapabilityDraft, GateName, GateResult, JsonObject, Need, ToolCase, ToolProperty } from '../types.ts';
import type { SynthesisDeps } from './deps.ts';
import { settleDisputes } from './disputes.ts';
import { choose, judge, type Attempt } from './judge.ts';
import { settleLaws } from './laws.ts';
import type { Specification } from './specify.ts';
import type { Surroundings } from './synthesise.ts';
import { writeKillers, writeLaws } from './test.ts';
import { WAVE, write, type Feedback } from './write.ts';

/** Inputs on which implementations are compared before the gate compares them once more. */
const INPUTS = 25;
/** Waves that may fail a hidden case: the second shows that the writer misreads the contract, and more tries would only fit the cases. */
const HIDDEN_FAILURES = 2;
/** Near tools that a writer is told of. */
const HELPERS = 3;
/** Laws that the gate asks for. Where fewer can be tried, the tester is asked once for others. */
const LEAST_LAWS = 2;

/** What the waves came to. */
export type Implemented =
  | { kind: 'admitted'; draft: CapabilityDraft; report: GateReport }
  /** There is a tool that does the same. */
  | { kind: 'duplicate'; of: string; draft: CapabilityDraft; report: GateReport }
  | { kind: 'refused'; reason: string; stoppedBy?: GateName; gates: GateResult[] };

/**
 * Has a specification implemented, in waves, until one implementation passes the gate: three that meet the visible cases have to be there, written
 * independently; what a wave failed of is told to the next, of hidden cases only that there was one.
 *
 * @throws as `Models.ask`, `no_sandbox`, `cancelled`
 */
export async function implement(spec: Specification, tests: { hidden: ToolCase[]; properties: ToolProperty[] }, need: Need, around: Surroundings, deps: SynthesisDeps): Promise<Implemented> {
  const { contract, language } = spec;
  const known = new Set(spec.visible.map(({ arguments: given }) => JSON.stringify(given)));
  let cases = [...spec.visible, ...tests.hidden.filter(({ arguments: given }) => !known.has(JSON.stringify(given)))];
  let laws = distinct([...spec.properties, ...tests.properties]);
  const helpers = around.near.filter((tool) => tool.language === language.name && tool.status === 'active').slice(0, HELPERS);
  const inputs = inputsFor(spec.signature, contract.parameters, cases, INPUTS, 1);
  const attempts: Attempt[] = [];
  let feedback: Feedback | undefined;
  let hiddenFailures = 0;
  let moreLaws = false;
  let last: { reason: string; report?: GateReport } = { reason: 'no implementation was written' };
  const waves = Math.ceil(deps.settings.candidates / WAVE);
  for (let number = 1; number <= waves; number += 1) {
    const written = await write(spec, { number, helpers, failures: around.failures, ...(feedback ? { feedback } : {}) }, deps);
    killPoint(`synthesis wave ${number}`);
    feedback = undefined;
    for (const { code, problem, model } of written) {
      if (code === undefined || problem) {
        last = { reason: problem?.message ?? 'the reply holds no function' };
        if (code !== undefined) feedback = { code, says: last.reason };
        continue;
      }
      const attempt = await linked({ code, model, id: `c${attempts.length + 1}` }, helpers, spec);
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
    const wave = { ...deps, key: `${deps.key}/wave${number}` };
    const codes = passers.map(({ attempt }) => attempt.code);
    laws = await settleLaws(spec, laws, codes, cases, wave);
    if (laws.length < LEAST_LAWS && !moreLaws) {
      moreLaws = true;
      laws = await settleLaws(spec, distinct([...laws, ...(await writeLaws(contract, laws, wave))]), codes, cases, wave);
    }
    const draft = draftOf(spec, chosen.attempt, cases, laws, need);
    deps.emit('verifying', { tool: contract.name, implementations: passers.length });
    const report = await admit({
      draft, candidates: codes, tools: around.tools.filter(({ status }) => status !== 'deprecated'), product: deps.product, mutationScore: deps.settings.mutationScore, sandbox: deps.sandbox,
      ...(deps.signal ? { signal: deps.signal } : {}),
      killers: (survivors) => writeKillers(contract, survivors, wave),
      onGate: ({ gate, ok, says, ms }) => deps.emit('gate', { tool: contract.name, gate, ok, says, ms }, ok ? 'info' : 'warn'),
    });
    killPoint('synthesis verified');
    if (report.duplicateOf !== undefined) return { kind: 'duplicate', of: report.duplicateOf, draft, report };
    if (report.ok) return { kind: 'admitted', draft: { ...draft, cases: report.cases }, report };
    last = { reason: reasonOf(report), report };
    // What is wrong here is not the code.
    if (report.stoppedBy === 'contract' || (report.stoppedBy === 'properties' && laws.length < LEAST_LAWS)) break;
    if (report.stoppedBy === 'hidden_cases' && ++hiddenFailures >= HIDDEN_FAILURES) break;
    if (report.stoppedBy !== 'agreement') feedback = { code: chosen.attempt.source, says: `${last.reason.replace(/[.\s]*$/, '.')} Keep what is right and answer with the whole function.` };
  }
  const { reason, report } = last;
  return { kind: 'refused', reason, gates: report?.gates ?? [], ...(report?.stoppedBy ? { stoppedBy: report.stoppedBy } : {}) };
}

const distinct = (laws: readonly ToolProperty[]): ToolProperty[] => [...new Map(laws.map((law) => [law.expression, law])).values()];

/** The last gate's word. */
const reasonOf = ({ gates }: GateReport): string => gates.at(-1)?.says ?? 'the gate was not passed';

/** An implementation with the tools that it calls, or why they cannot be put in. */
async function linked({ code, model, id }: { code: string; model: string; id: string }, helpers: readonly Capability[], { language }: Specification): Promise<Attempt | { problem: string }> {
  try {
    const uses = helpers.length === 0 ? [] : await usesIn(code, helpers, language.name);
    return { id, model, source: code, code: uses.length === 0 ? code : await link(code, uses, language.name), uses: [...uses] };
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

function draftOf({ contract }: Specification, { code, uses, model }: Attempt, cases: ToolCase[], properties: ToolProperty[], need: Need): CapabilityDraft {
  return {
    ...contract, code, cases, properties, aliases: [], requests: [need.request],
    uses: usesOf(uses),
    made: { at: new Date().toISOString(), by: 'model', model, request: need.request },
  };
}
