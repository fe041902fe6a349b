import { UntilgreenError } from '../../../core/errors.ts';
import { refuse } from '../../refactor/refuse.ts';
import type { Operation, OperationKind, Problem, RefactorContext, RefactorEngine, Refactoring } from '../../refactor/types.ts';
import { toolchain } from '../toolchain.ts';
import { checkModules, checkPackages } from './gates.ts';
import { ask } from './refactorer.ts';

const OPERATIONS: ReadonlySet<OperationKind> = new Set([
  'rename', 'move_symbols', 'move_module', 'merge_modules', 'split_module', 'extract_function', 'inline_function', 'change_signature', 'remove_unused', 'update_imports',
]);

/** The refactorings of Go: on the syntax trees and types of Go's own packages, in every way to build that the files ask for. */
export const goRefactor: RefactorEngine = {
  languages: ['go'],
  operations: OPERATIONS,
  compute: (operation: Operation, context: RefactorContext) => {
    if (!OPERATIONS.has(operation.kind)) throw refuse('unsupported', `Go is not refactored by ${operation.kind}.`);
    return ask<Refactoring>(operation.kind, operation, context);
  },
  lint: async (paths, context) => (paths.length ? ask<Problem[]>('lint', { paths }, context) : []),
  load: checkPackages,
  async types(context) {
    try {
      await toolchain();
    } catch (thrown) {
      if (thrown instanceof UntilgreenError && thrown.code === 'file_missing') return undefined;
      throw thrown;
    }
    return checkModules(context);
  },
};
