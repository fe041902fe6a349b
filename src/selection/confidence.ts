import type { Confidence, Evidence } from './types.ts';

/**
 * Share of right answers by how many candidates agree (rows from `MEMBERS`) and which share of the passers they are (columns from `SHARES`),
 * with trusted examples and without.
 *
 * Measured on 82 HumanEval tasks with 40 samples each of a weak model (CodeGen-16B, temperature 0.8), 100 orders and three sets of inputs, as the job ends with
 * two that agree and at 20 samples: `bench/selection/replay.mts --calibrate` prints such tables. Right means: passes the official tests, meets the
 * examples and does what the reference does on 25 further inputs; the official tests alone are passed 2 to 16 points more often. Where fewer than six in ten agree
 * the rows do not differ beyond chance and are one number, and so are one passer by itself and one of several. Values above 0.6 without
 * trusted examples (up to 0.9) are cut there: HumanEval's texts say more than most requests do. Stronger models are right more often than this says.
 */
const MEASURED = {
  trusted: [[0.55, 0.55, 0.55], [0.55, 0.67, 0.86], [0.55, 0.72, 0.91], [0.55, 0.8, 0.97]],
  untrusted: [[0.12, 0.12, 0.12], [0.28, 0.31, 0.35], [0.28, 0.48, 0.54], [0.28, 0.6, 0.6]],
} as const;

/** Least members of each row. */
export const MEMBERS = [1, 2, 3, 4] as const;
/** Least share of each column. */
export const SHARES = [0, 0.6, 0.9] as const;

/** Where the bands begin: high takes three that agree and nine in ten of the passers, medium two and six in ten. */
const HIGH = 0.88;
const MEDIUM = 0.65;

/**
 * How sure a choice is: the measured share of right answers among answers with such evidence. It never falls when more candidates agree or when they
 * are a larger share. Without an example or test that the user vouches for the band is low, whatever agrees: candidates can all
 * misread a task in the same way.
 *
 * @example
 * confidence({ trustedExamples: 2, sampled: 13, distinct: 9, passers: 9, agreeing: 9, agreement: 1, inputs: 25 });
 * // { value: 0.97, band: 'high', why: '9 of 9 candidates that passed agree on 25 inputs; 2 trusted examples met' }
 */
export function confidence(evidence: Evidence): Confidence {
  const { passers, agreeing, agreement, inputs, sampled } = evidence;
  if (passers === 0 || agreeing === 0) return { value: 0, band: 'low', why: sampled === 0 ? 'nothing was sampled' : 'no candidate passed' };
  const trusted = isTrusted(evidence);
  // Where no input tells them apart, any number of candidates says as much as one.
  const cell = inputs === 0 ? { row: 0, column: SHARES.length - 1 } : cellOf(agreeing, agreement);
  const value = MEASURED[trusted ? 'trusted' : 'untrusted'][cell.row]![cell.column]!;
  return { value, band: value >= HIGH ? 'high' : value >= MEDIUM ? 'medium' : 'low', why: whyOf(evidence, trusted) };
}

/** Row and column of the measured table. */
export function cellOf(agreeing: number, agreement: number): { row: number; column: number } {
  return { row: Math.max(0, MEMBERS.findLastIndex((least) => agreeing >= least)), column: Math.max(0, SHARES.findLastIndex((least) => agreement >= least)) };
}

const isTrusted = ({ trustedExamples, tests }: Evidence): boolean => trustedExamples > 0 || (tests ?? 0) > 0;

function whyOf({ passers, agreeing, inputs, trustedExamples, tests, guessed }: Evidence, trusted: boolean): string {
  const agreed =
    passers === 1 ? 'one candidate passed, none to compare it with'
    : inputs === 0 ? `${passers} candidates passed, no inputs to compare them on`
    : `${agreeing} of ${passers} candidates that passed agree on ${inputs} ${inputs === 1 ? 'input' : 'inputs'}`;
  const gate = [
    ...(trustedExamples > 0 ? [`${trustedExamples} trusted ${trustedExamples === 1 ? 'example' : 'examples'} met`] : []),
    ...(tests ? [`${tests} ${tests === 1 ? 'test' : 'tests'} passed`] : []),
    ...(trusted ? [] : ['no trusted example']),
    ...(guessed && guessed.of > 0 ? [`${guessed.met} of ${guessed.of} guessed ones met`] : []),
  ];
  return [agreed, ...gate].join('; ');
}
