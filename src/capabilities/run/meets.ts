import { sameValue } from '../../languages/function/expect.ts';
import type { Json, ToolCase, UseResult } from '../types.ts';
import { isA } from './errors.ts';
import { toValue } from './values.ts';

/**
 * Is a result what a case says? Floats with the tolerance of examples. An expected error has to come from the tool's own code, so arguments that
 * do not fit its parameters meet none.
 */
export function meetsCase(expected: ToolCase, got: UseResult): boolean {
  if (expected.error === undefined) return got.ok && sameJson(expected.result ?? null, got.result);
  if (got.ok || (got.kind !== 'declared_error' && got.kind !== 'undeclared')) return false;
  return expected.error === true || isA(got.error ?? '', expected.error);
}

/** Are two values of JSON the same: numbers with a tolerance where one has a fraction, objects in any order. */
export function sameJson(a: Json, b: Json): boolean {
  const [one, other] = [toValue(a, { kind: 'any' }), toValue(b, { kind: 'any' })];
  return one !== undefined && other !== undefined && sameValue(one, other);
}
