import type { Operation, Problem, Refactoring } from '../../../refactor/types.ts';
import type { RelativePath } from '../../../../workspace/types.ts';
import type { Listing } from '../project/files.ts';

export type Question =
  | { kind: 'compute'; operation: Operation }
  | { kind: 'lint'; paths: readonly RelativePath[] }
  | { kind: 'types' };

export interface Request {
  id: number;
  listing: Listing;
  question: Question;
}

export type Reply =
  | { id: number; answer: Refactoring | Problem[] | undefined }
  | { id: number; error: { code?: string; what: string; data: Readonly<Record<string, unknown>>; next?: string } };
