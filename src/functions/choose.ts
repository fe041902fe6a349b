import { meets } from '../languages/function/expect.ts';
import type { Example } from '../languages/function/types.ts';
import { clusterPassers, comparedInputs } from '../selection/behaviour.ts';
import { confidence } from '../selection/confidence.ts';
import { differenceBetween } from '../selection/difference.ts';
import { agreedExamples } from '../selection/promote.ts';
import { enough } from '../selection/stop.ts';
import type { Cluster, Confidence, Difference, Evidence, Passer } from '../selection/types.ts';
import { outcomesOf, type Attempt, type Session } from './session.ts';

/** How the candidates stand. */
export interface Ranking {
  passers: Attempt[];
  /** The best first. */
  clusters: Cluster[];
  /** As many agree as were asked for. */
  agreed: boolean;
  /** The two best weigh the same. */
  tied: boolean;
  /** Where the two best part. */
  difference: Difference | undefined;
}

/** The answer, and what speaks for it. */
export interface Choice {
  attempt: Attempt | undefined;
  cluster: Cluster | undefined;
  confidence: Confidence;
  evidence: Evidence;
}

/** Is there nothing that the user vouches for. */
export const untrusted = ({ trusted, tests }: Pick<Session, 'trusted' | 'tests'>): boolean => trusted.length === 0 && tests === undefined;

/** Share of the passers that has to agree where nothing is trusted and nobody can be asked: below it one answer in three is right. */
const UNTRUSTED_SHARE = 0.6;

/** Groups the candidates that pass by what they do on the inputs. */
export function rank(session: Session): Ranking {
  const passers = session.attempts.filter(({ passed }) => passed);
  const [first, second, ...rest] = clusterPassers(passers.map((attempt) => passerOf(session, attempt)), { trusted: !untrusted(session) });
  const clusters = [first, second, ...rest].filter((cluster) => cluster !== undefined);
  const [one, other] = [first, second].map((cluster) => passers.find(({ id }) => id === cluster?.members[0]));
  const alone = untrusted(session) && (session.asked || session.deps.ask === undefined);
  return {
    passers, clusters,
    agreed: session.options.test && enough(clusters, { members: session.options.agree, share: alone ? UNTRUSTED_SHARE : 0 }),
    tied: first !== undefined && second !== undefined && first.members.length === second.members.length,
    difference: one && other && differenceBetween(passerOf(session, one), passerOf(session, other), session.inputs),
  };
}

function passerOf(session: Session, attempt: Attempt): Passer {
  return { id: attempt.id, outcomes: outcomesOf(attempt, session.inputs), votes: votesOf(session, attempt) };
}

/** Guessed examples that it meets, then guessed properties that held, by index. */
function votesOf(session: Session, attempt: Attempt): Set<number> {
  const outcomes = outcomesOf(attempt, session.guessed);
  const met = session.guessed.flatMap(({ expected }, index) => (meets(expected, outcomes[index]!) ? [index] : []));
  return new Set([...met, ...[...(attempt.held ?? [])].map((index) => session.guessed.length + index)]);
}

/** Runs the guessed properties on one member of each cluster; their votes count for all of it. */
export async function vote(session: Session): Promise<void> {
  const { language, signature, deps, options, properties, signal } = session;
  if (properties.length === 0) return;
  const { clusters } = rank(session);
  const open = clusters.flatMap(({ members }) => session.attempts.filter(({ id, held }) => id === members[0] && held === undefined));
  if (open.length === 0) return;
  const candidates = open.map(({ id, code }) => ({ id, code: code ?? '' }));
  const reports = await language.checkProperties({ sandbox: deps.sandbox, signature, candidates, caseMs: options.caseMs, properties, seed: options.seed, signal });
  for (const { members } of clusters) {
    const report = reports.find(({ id }) => id === members[0]);
    if (!report) continue;
    const held = new Set(report.results.flatMap(({ kind }, index) => (kind === 'held' ? [index] : [])));
    for (const attempt of session.attempts) if (members.includes(attempt.id)) attempt.held = held;
  }
}

/** Of code that nothing was run on: a weak model's first try was right on 22 % of HumanEval (CodeGen-16B). */
const NOT_RUN = 0.2;

/** The best member of the best cluster, with its evidence; without one, what there is to say about that. */
export function choose(session: Session | undefined): Choice {
  if (!session) return choiceOf(undefined, undefined, { trustedExamples: 0, sampled: 0, distinct: 0, passers: 0, agreeing: 0, agreement: 0, inputs: 0 });
  const { passers, clusters } = rank(session);
  const [cluster] = clusters;
  const attempt = passers.find(({ id }) => id === cluster?.members[0]);
  const guesses = session.guessed.length + session.properties.length;
  const { test } = session.options;
  const choice = choiceOf(attempt, cluster, {
    trustedExamples: test ? session.trusted.length : 0,
    sampled: session.attempts.filter(({ repairOf }) => repairOf === undefined).length,
    distinct: session.attempts.filter(({ sameAs }) => sameAs === undefined).length,
    passers: passers.length,
    agreeing: cluster?.members.length ?? 0,
    agreement: cluster?.share ?? 0,
    inputs: test ? comparedInputs(passers.map((passer) => passerOf(session, passer))).length : 0,
    ...(attempt?.tests ? { tests: attempt.tests.ran } : {}),
    ...(attempt && test && guesses > 0 ? { guessed: { met: votesOf(session, attempt).size, of: guesses } } : {}),
  });
  if (test || !attempt) return choice;
  return { ...choice, confidence: { value: NOT_RUN, band: 'low', why: 'nothing was run, it is the first candidate that parses' } };
}

const choiceOf = (attempt: Attempt | undefined, cluster: Cluster | undefined, evidence: Evidence): Choice => ({ attempt, cluster, evidence, confidence: confidence(evidence) });

/** What the winning cluster agrees on, as examples for people and for the test file. */
export function promoted(session: Session, { attempt, cluster }: Choice): Example[] {
  if (!attempt || !cluster || !session.options.test) return [];
  const known = new Set(session.trusted.map(({ expression }) => expression));
  return agreedExamples(cluster, passerOf(session, attempt), session.inputs).filter(({ expression }) => !known.has(expression));
}
