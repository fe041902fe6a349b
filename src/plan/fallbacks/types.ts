import type { ErrorCode } from '../../core/errors.ts';
import type { Tool, ToolContext, ToolResult } from '../../tools/types.ts';
import type { PlanStep } from '../types.ts';

/** A step that failed, and what there is to find a way on. */
export interface Failure {
  step: PlanStep;
  code: ErrorCode;
  message: string;
  data?: unknown;
  tools: readonly Tool[];
  /** For looking only. What changes files is a step. */
  context: ToolContext;
}

/** What follows from the result of the added step. */
export type Next =
  /** Call the failed tool again with these arguments. */
  | { kind: 'again'; args: Record<string, unknown>; note: string }
  /** The step's result is this one. */
  | { kind: 'instead'; result: ToolResult }
  /** It stays a failure, of which this is to be said too. */
  | { kind: 'say'; text: string; code?: ErrorCode };

export interface Recovery {
  /** The step that is added in the reader's sight; `name` ends its id. */
  step: { name: string; action: string; args: Record<string, unknown>; why: string };
  next(result: ToolResult): Next;
}

/** A way on after one kind of failure. It never guesses: where it cannot know, it says what it found. */
export interface Fallback {
  readonly name: string;
  /** Undefined where this is another kind of failure, or nothing can be done about it. */
  recover(failure: Failure): Promise<Recovery | undefined>;
}
