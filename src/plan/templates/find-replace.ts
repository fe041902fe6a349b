import { z } from 'zod';
import { UntilgreenError } from '../../core/errors.ts';
import { TaskPlan } from '../task-plan.ts';
import { addChanges, addTests, extent, placesOf, textFiles } from './changes.ts';
import { defineTemplate } from './types.ts';

/** A text as a summary quotes it. */
const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** Replaces a text, taken literally, everywhere. */
export const findReplace = defineTemplate({
  name: 'find-replace',
  says: 'Replace a text, taken literally, in all files or those of a pattern.',
  keys: z.strictObject({ find: z.string().min(1), replace: z.string(), glob: z.string().min(1).optional(), command: z.string().min(1).optional() }),
  async plan({ find, replace, glob, command }, project) {
    if (find === replace) throw new UntilgreenError('no_change', `\`find\` and \`replace\` are both ${quoted(find)}.`, { find });
    const files = await textFiles(project, glob);
    const changes = files.map((file) => ({ ...file, parts: placesOf(file.text, find, replace) })).filter((c) => c.parts.length);
    if (changes.length === 0) throw new UntilgreenError('not_found', `${quoted(find)} stands in none of ${files.length} text files${glob ? ` of ${glob}` : ''}.`, { find, glob }, 'Check the spelling and the pattern; upper and lower case count.');
    const plan = new TaskPlan(`Replace ${quoted(find)} by ${quoted(replace)}: ${extent(changes)}`);
    const ids = addChanges(plan, changes, `Replace ${quoted(find)}.`);
    return command ? addTests(plan, { command }, ids) : plan;
  },
});
