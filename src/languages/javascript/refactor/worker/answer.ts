import type { Operation, Problem, Refactoring } from '../../../refactor/types.ts';
import { lintProblems } from '../gates/lint.ts';
import { typeProblems } from '../gates/types.ts';
import { changeSignature } from '../operations/change-signature.ts';
import { extractFunction } from '../operations/extract.ts';
import { inlineFunction } from '../operations/inline.ts';
import { mergeModules } from '../operations/merge.ts';
import { moveModule } from '../operations/move-module.ts';
import { moveSymbols, splitModule } from '../operations/move-symbols.ts';
import { type Outcome, refactoringOf } from '../operations/outcome.ts';
import { rename } from '../operations/rename.ts';
import { removeUnused } from '../operations/unused.ts';
import { updateImports } from '../operations/update-imports.ts';
import type { Project } from '../project/project.ts';
import type { Question } from './messages.ts';

/** Answers one question about a project that is in step with its files. Changes in memory are the caller's to forget. */
export function answered(project: Project, question: Question): Refactoring | Problem[] | undefined {
  if (question.kind === 'lint') return lintProblems(project, question.paths);
  if (question.kind === 'types') return typeProblems(project);
  return refactoringOf(project, outcomeOf(project, question.operation));
}

function outcomeOf(project: Project, operation: Operation): Outcome {
  switch (operation.kind) {
    case 'rename':
      return rename(project, operation);
    case 'move_module':
      return moveModule(project, operation);
    case 'move_symbols':
      return moveSymbols(project, operation);
    case 'split_module':
      return splitModule(project, operation);
    case 'merge_modules':
      return mergeModules(project, operation);
    case 'extract_function':
      return extractFunction(project, operation);
    case 'remove_unused':
      return removeUnused(project, operation);
    case 'update_imports':
      return updateImports(project, operation);
    case 'change_signature':
      return changeSignature(project, operation);
    case 'inline_function':
      return inlineFunction(project, operation);
  }
}
