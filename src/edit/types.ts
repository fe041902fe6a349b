import type { ErrorCode } from '../core/errors.ts';

export interface Edit {
  oldText: string;
  newText: string;
}

export type EditTier = 'exact' | 'whitespace' | 'indentation';
export type EditErrorCode = Extract<
  ErrorCode,
  'not_found' | 'ambiguous' | 'split_token' | 'omission' | 'empty_old' | 'no_change' | 'overlap' | 'indentation'
>;

export type EditOutcome =
  | { ok: true; content: string; edits: { tier: EditTier; fromLine: number; toLine: number }[] }
  | { ok: false; code: EditErrorCode; message: string; editIndex: number; lines?: number[] };
