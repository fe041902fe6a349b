import { UntilgreenError } from '../../core/errors.ts';
import type { RefusalReason } from './types.ts';

/**
 * The refusal of a refactoring.
 *
 * @param what one sentence: what stands in the way, where
 * @param data facts for programs (`path`, `line`, `places`, …)
 * @param next what the reader can do about it, one sentence
 * @example
 * throw refuse('name_clash', 'shapes.py declares surface already.', { path: 'shapes.py', line: 12 }, 'Choose another name.');
 */
export function refuse(reason: RefusalReason, what: string, data: Readonly<Record<string, unknown>> = {}, next?: string): UntilgreenError {
  return new UntilgreenError('refactoring_refused', what, { ...data, reason }, next);
}

/** The reason of a refusal, or undefined for any other error. */
export function refusalReason(thrown: unknown): RefusalReason | undefined {
  return thrown instanceof UntilgreenError && thrown.code === 'refactoring_refused' ? (thrown.data['reason'] as RefusalReason) : undefined;
}
