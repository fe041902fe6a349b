import type { Property } from '../../../languages/function/types.ts';
import type { Gate, GateContext, Verdict } from '../types.ts';
import { emptyLaw } from '../empty-law.ts';
import { lawsOnInputs } from '../../run/laws.ts';
import { inputsFor, recombined } from '../inputs.ts';
import { counted } from '../words.ts';

const LEAST = 2;
const RUNS = 100;
/** Milliseconds of one call; a law makes several. */
const CASE_MS = 1_000;

/**
 * Do the laws hold that the contract states, on generated inputs; where those say nothing of a law, on inputs near the cases. A law that cannot be run,
 * or would hold of any function, says nothing and does not count. A broken one is a
 * refusal; `brokenByAll` tells whether every candidate that agrees with the draft breaks it too, in which case the law is likelier wrong than the code.
 */
export const properties: Gate = async (context): Promise<Verdict> => {
  const { draft, language, signature, input, voices } = context;
  const stated = draft.properties;
  if (stated.length < LEAST && !input.vouched) return { ok: false, says: `${counted(stated.length, 'law', 'laws')}, and at least ${LEAST} are needed`, data: { stated: stated.length, held: 0 } };
  if (stated.length === 0) return { ok: true, says: 'none; a person vouches for it', data: { stated: 0, held: 0 } };
  const laws = stated.map(({ text, expression }): Property => ({ text, expression, trust: 'guessed' }));
  const codes = [...new Set([draft.code, ...voices])];
  const { sandbox, signal, seed = 1 } = input;
  const reports = await language.checkProperties({ sandbox, signature, candidates: codes.map((code, at) => ({ id: String(at), code })), properties: laws, caseMs: CASE_MS, runs: RUNS, seed, ...(signal ? { signal } : {}) });
  const generated = reports[0]!.results;
  const empty = laws.map(({ expression }) => emptyLaw(expression, draft.name));
  const near = generated.some(({ kind }) => kind === 'unusable') ? await onNearInputs(laws, codes, context) : undefined;
  const own = generated.map((result, at): (typeof generated)[number] => {
    if (result.kind !== 'unusable' || !near) return result;
    const { evaluated, counterexample } = near[0]![at]!;
    if (counterexample !== undefined) return { kind: 'broken', counterexample, detail: 'it is false' };
    return evaluated >= LEAST_NEAR ? { kind: 'held' } : result;
  });
  const held = own.filter(({ kind }, at) => kind === 'held' && empty[at] === undefined).length;
  const unusable = own.flatMap((result, at) => {
    const reason = result.kind === 'unusable' ? result.reason : empty[at];
    return reason === undefined ? [] : [`${laws[at]!.expression}: ${reason}`];
  });
  const data = { stated: laws.length, held, nearby: own.filter((result, at) => result.kind === 'held' && generated[at]!.kind === 'unusable').length, runs: RUNS, unusable };
  const at = own.findIndex(({ kind }) => kind === 'broken');
  const broken = own[at];
  if (broken?.kind === 'broken') {
    const brokenByAll = generated[at]!.kind === 'broken' ? reports.every(({ results }) => results[at]?.kind === 'broken') : near!.every((fates) => fates[at]?.counterexample !== undefined);
    return { ok: false, says: `the law '${laws[at]!.text}' (${laws[at]!.expression}) does not hold for ${broken.counterexample}: ${broken.detail}`, data: { ...data, broken: laws[at]!.expression, counterexample: broken.counterexample, brokenByAll } };
  }
  const { nearby } = data;
  const where = nearby === 0 ? `on ${RUNS} inputs each` : nearby === held ? 'on inputs near the cases, since generated ones are none that it takes' : `${held - nearby} on ${RUNS} inputs each, ${nearby} on inputs near the cases`;
  const seen = `${held} of ${counted(laws.length, 'law')} held${nearby > 0 && nearby < held ? ', ' : ' '}${where}`;
  if (held < LEAST && !input.vouched) return { ok: false, says: `${seen}, and ${LEAST} are needed; ${unusable[0] ?? ''}`, data };
  return { ok: true, says: unusable.length === 0 ? seen : `${seen}, ${unusable.length} could not be run or say nothing`, data };
};

/** Inputs like those of the cases, and how many of them a law has to be evaluated on. */
const NEAR = 40;
const LEAST_NEAR = 8;

/** Laws of which no generated input says anything, for the function takes only a few texts: on the cases' own arguments, joined anew, and on ones made from them. */
function onNearInputs(laws: readonly Property[], codes: readonly string[], { cases, language, signature, draft, input }: GateContext): ReturnType<typeof lawsOnInputs> {
  const { sandbox, signal, seed = 1 } = input;
  const inputs = [...recombined(cases, NEAR, seed), ...inputsFor(signature, draft.parameters, cases, NEAR, seed)];
  return lawsOnInputs({ language, signature, codes, laws, inputs }, { sandbox, ...(signal ? { signal } : {}) });
}
