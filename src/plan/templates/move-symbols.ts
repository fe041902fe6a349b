import { z } from 'zod';
import { existingModule, fileDeclaring, moduleOrNew } from './modules.ts';
import { refactoringPlan } from './refactoring.ts';
import { defineTemplate } from './types.ts';

/** Moves functions, classes or constants into another module. */
export const moveSymbols = defineTemplate({
  name: 'move-symbols',
  says: 'Move functions, classes or constants of a module into another one, existing or new; imports everywhere follow.',
  keys: z.strictObject({ symbols: z.array(z.string().min(1)).min(1), to: z.string().min(1), from: z.string().min(1).optional(), command: z.string().min(1).optional() }),
  async plan({ symbols, to, from, command }, project) {
    const source = from === undefined ? await fileDeclaring(symbols[0] ?? '', project) : await existingModule(from, project);
    return refactoringPlan({ kind: 'move_symbols', symbols, from: source, to: await moduleOrNew(to, source, project) }, project, command);
  },
});
