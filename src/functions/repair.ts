import type { Samples } from '../models/sampler.ts';
import { check } from './check.ts';
import { addAttempt, otherWay, sampled } from './generate.ts';
import { abilityOf, REPAIRS_A_ROUND, repairRounds, restartAfter, type Repaired } from './policy.ts';
import { repairMessage, repairPrompt } from './prompt.ts';
import { enter, outcomesOf, type Attempt, type Session } from './session.ts';
import { shownOutcome } from '../languages/function/expect.ts';

/**
 * Failed candidates that a model of this size may be handed back: of each behaviour the closest, the best first. None for base models: they only
 * continue the stub, and would write the greedy candidate again.
 */
export function repairable(session: Session): Attempt[] {
  if (session.form === 'completion' || !session.options.test) return [];
  const ability = abilityOf(session.deps.sampler.describe());
  const open = session.attempts.filter(
    ({ code, problem, sameAs, reverted, repairs }) => code !== undefined && problem !== undefined && sameAs === undefined && !reverted && repairs < repairRounds(problem.class, ability),
  );
  const mended = new Set(session.attempts.flatMap(({ repairOf }) => (repairOf === undefined ? [] : [repairOf])));
  const closest = new Map<string, Attempt>();
  for (const attempt of open.filter(({ id }) => !mended.has(id))) {
    const key = signatureOf(session, attempt);
    const other = closest.get(key);
    if (!other || attempt.met.size > other.met.size) closest.set(key, attempt);
  }
  return [...closest.values()].sort((a, b) => b.met.size - a.met.size).slice(0, REPAIRS_A_ROUND);
}

/** What a candidate's failure is known by: what it did on the trusted examples, or why it could not run. */
function signatureOf(session: Session, attempt: Attempt): string {
  if (!attempt.outcomes) return `${attempt.problem?.class}: ${attempt.problem?.message}`;
  return `${attempt.problem?.class} ${JSON.stringify(outcomesOf(attempt, session.trusted).map((outcome) => shownOutcome(outcome)))}`;
}

/**
 * One round: each target is shown its failure once, greedily; the answers run together. A repair that loses an example its original met is
 * reverted. Where the round leads nowhere the next wave asks for another approach, unless the model is tiny.
 */
export async function repair(session: Session, targets: readonly Attempt[], wave: number): Promise<void> {
  enter(session, 'repair');
  const made: { original: Attempt; attempt: Attempt }[] = [];
  for (const original of targets) {
    const { id, problem, code } = original;
    if (!problem || code === undefined) continue;
    session.emit('repair_started', { of: id, class: problem.class, message: problem.message });
    const result: Samples = await sampled(session, {
      ...repairPrompt(session.spec, code, repairMessage(problem)), n: 1, temperature: 0, maxTokens: session.options.maxNewTokens,
      seed: session.options.seed * 1_000 + 999, key: `repair/${id}`,
    }, 'repairTokens');
    const [sample] = result.samples;
    if (sample) made.push({ original, attempt: await addAttempt(session, sample, result.form, { wave, repairOf: original }) });
  }
  await check(session, made.map(({ attempt }) => attempt));
  const repaired = made.map(({ original, attempt }) => judged(session, original, attempt));
  const why = restartAfter(repaired, { sampled: session.spent.sampledTokens, repaired: session.spent.repairTokens });
  if (why === undefined) return;
  session.restarts += 1;
  // A model that is too small to mend is too small for another approach: it samples on, from the prompt that it knows.
  if (abilityOf(session.deps.sampler.describe()) === 'tiny') return;
  otherWay(session);
  session.emit('restarted', { why });
}

function judged(session: Session, original: Attempt, attempt: Attempt): Repaired {
  const lost = [...original.met].some((index) => !attempt.met.has(index));
  if (lost && attempt.sameAs === undefined) {
    attempt.reverted = true;
    attempt.passed = false;
  }
  session.emit('repair_finished', { id: attempt.id, of: original.id, kept: !lost, passed: attempt.passed, met: attempt.met.size });
  return {
    before: signatureOf(session, original), after: attempt.passed ? undefined : signatureOf(session, attempt),
    seen: attempt.sameAs !== undefined, metBefore: original.met.size, metAfter: attempt.met.size,
  };
}
