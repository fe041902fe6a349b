import type { Property } from '../../../languages/function/types.ts';
import type { Gate, Verdict } from '../types.ts';
import { counted } from '../words.ts';

const LEAST = 2;
const RUNS = 100;
/** Milliseconds of one call; a law makes several. */
const CASE_MS = 1_000;

/**
 * Do the laws hold that the contract states, on generated inputs. A law that cannot be run says nothing and does not count. A broken one is a
 * refusal; `brokenByAll` tells whether every candidate that agrees with the draft breaks it too, in which case the law is likelier wrong than the code.
 */
export const properties: Gate = async ({ draft, language, signature, input, voices }): Promise<Verdict> => {
  const stated = draft.properties;
  if (stated.length < LEAST && !input.vouched) return { ok: false, says: `${counted(stated.length, 'law', 'laws')}, and at least ${LEAST} are needed`, data: { stated: stated.length, held: 0 } };
  if (stated.length === 0) return { ok: true, says: 'none; a person vouches for it', data: { stated: 0, held: 0 } };
  const laws = stated.map(({ text, expression }): Property => ({ text, expression, trust: 'guessed' }));
  const codes = [...new Set([draft.code, ...voices])];
  const { sandbox, signal, seed = 1 } = input;
  const reports = await language.checkProperties({ sandbox, signature, candidates: codes.map((code, at) => ({ id: String(at), code })), properties: laws, caseMs: CASE_MS, runs: RUNS, seed, ...(signal ? { signal } : {}) });
  const own = reports[0]!.results;
  const held = own.filter(({ kind }) => kind === 'held').length;
  const unusable = own.flatMap((result, at) => (result.kind === 'unusable' ? [`${laws[at]!.expression}: ${result.reason}`] : []));
  const data = { stated: laws.length, held, runs: RUNS, unusable };
  const at = own.findIndex(({ kind }) => kind === 'broken');
  const broken = own[at];
  if (broken?.kind === 'broken') {
    const brokenByAll = reports.every(({ results }) => results[at]?.kind === 'broken');
    return { ok: false, says: `the law '${laws[at]!.text}' (${laws[at]!.expression}) does not hold for ${broken.counterexample}: ${broken.detail}`, data: { ...data, broken: laws[at]!.expression, counterexample: broken.counterexample, brokenByAll } };
  }
  const seen = `${held} of ${counted(laws.length, 'law')} held on ${RUNS} inputs each`;
  if (held < LEAST && !input.vouched) return { ok: false, says: `${seen}, and ${LEAST} are needed; ${unusable[0] ?? ''}`, data };
  return { ok: true, says: unusable.length === 0 ? seen : `${seen}, ${unusable.length} could not be run`, data };
};
