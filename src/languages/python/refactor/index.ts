// Refactorings of Python: computed by an engine of our own on syntax trees, see engine/main.py.
import type { RefactorEngine } from '../../refactor/types.ts';
import { finished } from './finish.ts';
import { lint } from './lint.ts';
import { load } from './load.ts';
import { computeInPython } from './service.ts';
import { types } from './types-gate.ts';

export const pythonRefactor: RefactorEngine = {
  languages: ['python'],
  operations: new Set([
    'rename', 'move_symbols', 'move_module', 'merge_modules', 'split_module', 'extract_function', 'inline_function', 'change_signature', 'remove_unused', 'update_imports',
  ]),
  async compute(operation, { bench, signal }) {
    signal?.throwIfAborted();
    const refactoring = await computeInPython(operation, bench);
    signal?.throwIfAborted();
    return finished(operation, refactoring, bench);
  },
  lint: (paths, { bench }) => lint(paths, bench),
  load,
  types,
};
