import { ambiguousEdit } from './ambiguous-edit.ts';
import { fileMissing } from './file-missing.ts';
import { missingModule } from './missing-module.ts';
import { timeout } from './timeout.ts';
import type { Fallback } from './types.ts';

/** Ways on after a failure, tried in this order, each once a step. A new one is a file and an entry here. */
export const fallbacks: readonly Fallback[] = [fileMissing, ambiguousEdit, timeout, missingModule];
