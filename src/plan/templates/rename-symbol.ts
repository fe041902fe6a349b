import { z } from 'zod';
import { UntilgreenError } from '../../core/errors.ts';
import { languageOf, tidyPath } from '../../tools/paths.ts';
import { renameNode } from '../rename/in-node.ts';
import { renameWords } from '../rename/in-words.ts';
import { TaskPlan } from '../task-plan.ts';
import { addChanges, addTests, extent, textFiles } from './changes.ts';
import { defineTemplate } from './types.ts';

const NAME = /^[\p{L}_$][\p{L}\p{M}\p{N}_$]*$/u;
const name = z.string().regex(NAME, 'expected one name as it stands in the code');

/** Renames what the code declares, wherever it is used. */
export const renameSymbol = defineTemplate({
  name: 'rename-symbol',
  says: 'Rename a function, class, method, constant or type everywhere; `path` names the file that declares it, where several do.',
  keys: z.strictObject({ oldName: name, newName: name, path: z.string().min(1).optional(), command: z.string().min(1).optional() }),
  async plan({ oldName, newName, path, command }, project) {
    if (oldName === newName) throw new UntilgreenError('no_change', `\`oldName\` and \`newName\` are both ${oldName}.`, { oldName });
    if (path !== undefined && !(await project.bench.exists(tidyPath(path)))) throw new UntilgreenError('file_missing', `${path} is not in the project.`, { path });
    const files = (await textFiles(project)).flatMap((file) => {
      const language = languageOf(file.path, project.languages);
      return language ? [{ ...file, language }] : [];
    });
    const asked = { oldName, newName, path: path === undefined ? undefined : tidyPath(path), languages: project.languages };
    const ways = [await renameNode(files, asked), ...(await renameWords(files, asked))].filter((way) => way !== undefined);
    const [way] = ways;
    if (!way) throw new UntilgreenError('not_found', `${path ?? 'No file of the project'} ${path === undefined ? 'declares' : 'does not declare'} ${oldName}.`, { oldName, path }, 'Check the spelling; find-replace changes any text.');
    if (ways.length > 1) {
      const places = ways.flatMap((w) => w.places);
      throw new UntilgreenError('ambiguous', `${oldName} is declared in several languages: ${places.join(', ')}.`, { oldName, places }, 'Say with `path` which file declares the one that is meant.');
    }
    const plan = new TaskPlan(`Rename ${oldName} to ${newName}: ${extent(way.changes)}. ${way.how}`);
    const ids = addChanges(plan, way.changes, `Rename ${oldName} to ${newName}.`);
    return command ? addTests(plan, { command }, ids) : plan;
  },
});
