import { missOf } from '../cases.ts';
import { isVisible, type Gate, type Verdict } from '../types.ts';
import { brief, counted, listed } from '../words.ts';

/** Does it give what everybody knows it has to: what the user stated, the specification says, a failure taught, and others agreed on. */
export const visibleCases: Gate = async ({ draft, cases, input, run }): Promise<Verdict> => {
  const visible = cases.filter(isVisible);
  if (visible.length === 0 && !input.vouched) return { ok: false, says: 'there is no visible case, and without one nobody knows what is meant', data: { cases: 0, met: 0 } };
  const [report] = await run([draft.code], visible.map(({ arguments: given }) => given));
  const { problem, results } = report!;
  if (problem) return { ok: false, says: `it cannot be run: ${problem.message}${problem.line === undefined ? '' : ` (line ${problem.line})`}`, data: { cases: visible.length, met: 0, class: problem.class } };
  const missed = visible.flatMap((one, at) => {
    const miss = missOf(one, results[at]!);
    if (miss === undefined) return [];
    const got = results[at]!;
    return [`${brief(one.arguments)} is to give ${one.error === undefined ? brief(one.result) : one.error === true ? 'an error' : one.error}, and gives ${got.ok ? brief(got.result) : `${got.error ?? got.kind}: ${got.message}`}`];
  });
  return {
    ok: missed.length === 0,
    says: missed.length === 0 ? `all of ${counted(visible.length, 'case')} met` : `${missed.length} of ${counted(visible.length, 'case')} not met: ${listed(missed)}`,
    data: { cases: visible.length, met: visible.length - missed.length },
  };
};
