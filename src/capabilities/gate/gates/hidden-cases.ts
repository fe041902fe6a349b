import { missOf } from '../cases.ts';
import { isVisible, type Gate, type Verdict } from '../types.ts';
import { counted } from '../words.ts';

/** Fewer are no second opinion. Source: the design of the gate, G3. */
const LEAST = 5;

/**
 * Does it give what a second role expects of it, which saw the contract and no code. Whoever writes the code may read what is said here, so it
 * tells in which ways cases were missed, and no value.
 */
export const hiddenCases: Gate = async ({ draft, cases, input, run }): Promise<Verdict> => {
  const hidden = cases.filter((one) => !isVisible(one));
  if (hidden.length < LEAST && !input.vouched) return { ok: false, says: `${counted(hidden.length, 'hidden case')}, and at least ${LEAST} are needed`, data: { cases: hidden.length, met: 0 } };
  if (hidden.length === 0) return { ok: true, says: 'none; a person vouches for it', data: { cases: 0, met: 0 } };
  const [report] = await run([draft.code], hidden.map(({ arguments: given }) => given));
  const { problem, results } = report!;
  if (problem) return { ok: false, says: 'it cannot be run', data: { cases: hidden.length, met: 0, class: problem.class } };
  const misses = new Map<string, number>();
  hidden.forEach((one, at) => {
    const miss = missOf(one, results[at]!);
    if (miss !== undefined) misses.set(miss, (misses.get(miss) ?? 0) + 1);
  });
  const missed = [...misses.values()].reduce((sum, count) => sum + count, 0);
  return {
    ok: missed === 0,
    says: missed === 0 ? `all of ${counted(hidden.length, 'hidden case')} met` : `${missed} of ${counted(hidden.length, 'hidden case')} not met: ${[...misses].map(([miss, count]) => `${miss} (${count})`).join(', ')}`,
    data: { cases: hidden.length, met: hidden.length - missed, missed: Object.fromEntries(misses) },
  };
};
