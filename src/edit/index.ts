/** The edit engine by itself: `import { applyEdits } from 'untilgreen/edit'`. */
export { applyEdits } from './apply.ts';
export { unifiedDiff } from './diff.ts';
export { merge3 } from './merge.ts';
export type { FileDiff } from './diff.ts';
export type { MergeConflict, MergeOutcome } from './merge.ts';
export type { Edit, EditErrorCode, EditOutcome, EditTier } from './types.ts';
