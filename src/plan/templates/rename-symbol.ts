import { z } from 'zod';
import { UntilgreenError } from '../../core/errors.ts';
import { refactoringPlan } from './refactoring.ts';
import { defineTemplate } from './types.ts';

const name = z.string().regex(/^[\p{L}_$][\p{L}\p{M}\p{N}_$]*(\.[\p{L}_$][\p{L}\p{M}\p{N}_$]*)*$/u, 'expected one name as it stands in the code, such as area or Circle.area');

/** Renames what the code declares, wherever it is used. */
export const renameSymbol = defineTemplate({
  name: 'rename-symbol',
  says: 'Rename a function, class, method, constant or type everywhere; `path` names the file that declares it, where several do.',
  keys: z.strictObject({ oldName: name, newName: name, path: z.string().min(1).optional(), command: z.string().min(1).optional() }),
  async plan({ oldName, newName, path, command }, project) {
    if (oldName === newName) throw new UntilgreenError('no_change', `\`oldName\` and \`newName\` are both ${oldName}.`, { oldName });
    const to = newName.slice(newName.lastIndexOf('.') + 1);
    return refactoringPlan({ kind: 'rename', symbol: oldName, to, ...(path !== undefined && { path }) }, project, command);
  },
});
