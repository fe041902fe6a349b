import { behaviourOf } from '../../../selection/behaviour.ts';
import type { JsonObject } from '../../types.ts';
import { effectsOf } from '../effects.ts';
import { perturbed, SURROUNDINGS } from '../perturbed.ts';
import type { Gate, Verdict } from '../types.ts';
import { brief, counted, listed } from '../words.ts';

/** Made inputs beside the cases. */
const INPUTS = 15;
/** Calls that are watched: each takes several times as long. */
const WATCHED = 8;

/**
 * Does it give the same for the same. Four processes: two beside each other, one elsewhere with the calls in the other order, one elsewhere in which
 * each call is made twice. So what hangs on the hash seed, the time zone, the locale, an address, or on calls before it gives something else.
 */
export const determinism: Gate = async (context): Promise<Verdict> => {
  const { draft, cases, input, run } = context;
  const calls = [...cases.map(({ arguments: given }) => given), ...context.inputs(INPUTS)];
  const [first, second] = await run([draft.code, draft.code], calls);
  const [backwards] = await run([draft.code], calls.toReversed(), { sandbox: perturbed(input.sandbox, SURROUNDINGS[0]!) });
  const [twice] = await run([draft.code], calls.flatMap((call) => [call, call]), { sandbox: perturbed(input.sandbox, SURROUNDINGS[1]!) });
  const runs = [first!.outcomes, second!.outcomes, backwards!.outcomes.toReversed(), twice!.outcomes.filter((_, at) => at % 2 === 0), twice!.outcomes.filter((_, at) => at % 2 === 1)];
  // Whoever writes the code may read this, and hidden cases are not for them.
  const shown = (call: JsonObject, at: number): string => (cases[at]?.from === 'hidden' ? 'a hidden case' : brief(call));
  const unlike = calls.flatMap((call, at) => {
    const seen = [...new Set(runs.map((outcomes) => behaviourOf(outcomes[at])))];
    return seen.length === 1 ? [] : [`${shown(call, at)} gave ${cases[at]?.from === 'hidden' ? `${seen.length} results` : seen.map((one) => brief(one, 60)).join(' and ')}`];
  });
  const data = { calls: calls.length, processes: 4, runs: runs.length, unlike: unlike.length };
  if (unlike.length > 0) return { ok: false, says: `${unlike.length} of ${counted(calls.length, 'call')} gave another result in another process, place or order: ${listed(unlike, 2)}`, data };
  const effects = await effectsOf(context, calls.slice(0, WATCHED));
  if (effects.length > 0) return { ok: false, says: `while it ran it was seen to do more than compute: it ${effects.join(', ')}`, data: { ...data, effects } };
  const prints = first!.outcomes.some((outcome) => 'printed' in outcome && (outcome.printed ?? '').trim() !== '');
  return { ok: true, says: `${counted(calls.length, 'call')} gave the same in ${runs.length} runs of 4 processes${prints ? '; it prints, which nobody will see' : ''}`, data: { ...data, effects, prints } };
};
