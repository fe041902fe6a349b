import type { Confidence, Evidence } from './types.ts';

/** Placeholder rows; see below. */
const MEASURED: readonly { members: number; shares: readonly [number, number][] }[] = [
  { members: 10, shares: [[0.9, 0.92], [0.6, 0.82], [0, 0.34]] },
  { members: 3, shares: [[0.9, 0.9], [0.6, 0.8], [0, 0.3]] },
  { members: 2, shares: [[0.9, 0.75], [0.6, 0.7], [0, 0.25]] },
  { members: 1, shares: [[0.9, 0.61], [0.6, 0.5], [0, 0.23]] },
];

const HIGH = 0.85;
const MEDIUM = 0.6;

/**
 * How sure the choice is.
 */
export function confidence(evidence: Evidence): Confidence {
  const { passers, agreeing, agreement, inputs, trustedExamples } = evidence;
  if (passers === 0) return { value: 0, band: 'low', why: 'no candidate passed' };
  const members = inputs === 0 ? 1 : agreeing;
  const row = MEASURED.find((one) => members >= one.members) ?? MEASURED.at(-1)!;
  const value = row.shares.find(([share]) => (inputs === 0 ? 1 : agreement) >= share)?.[1] ?? 0;
  const capped = trustedExamples === 0 && evidence.tests === undefined ? Math.min(value, 0.4) : value;
  return { value: capped, band: capped >= HIGH ? 'high' : capped >= MEDIUM ? 'medium' : 'low', why: `${agreeing} of ${passers} candidates that passed agree on ${inputs} inputs` };
}
