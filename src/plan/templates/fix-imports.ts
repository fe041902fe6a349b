import { z } from 'zod';
import { UntilgreenError } from '../../core/errors.ts';
import type { ParsedFile } from '../../languages/types.ts';
import { languageOf, tidyPath } from '../../tools/paths.ts';
import type { Replacement } from '../edits-for.ts';
import { TaskPlan } from '../task-plan.ts';
import { addChanges, addTests, extent, textFiles, type TextChange } from './changes.ts';
import { defineTemplate } from './types.ts';

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The part of one import's line that names the module, as it should become. */
function pythonPart(line: string, from: string, to: string): Replacement | 'binds' | undefined {
  const module = new RegExp(`^(\\s*from\\s+)${escaped(from)}(?=[\\s.])`).exec(line);
  if (module) return { start: module[1]!.length, end: module[0].length, text: to };
  const plain = new RegExp(`^(\\s*import\\s+)${escaped(from)}(\\s+as\\s+\\w+)?\\s*(?:#.*)?$`).exec(line);
  // `import a.b` makes the name `a`; another module under it would need every use changed.
  if (plain) {
    if (!plain[2] && from.includes('.')) return 'binds';
    const start = plain[1]!.length;
    return { start, end: start + from.length, text: plain[2] ? to : `${to} as ${from}` };
  }
  return new RegExp(`^\\s*import\\b.*\\b${escaped(from)}\\b`).test(line) ? 'binds' : undefined;
}

/** Every quoted module of a line of JavaScript or TypeScript that is the one asked for. */
function nodeParts(line: string, from: string, to: string): Replacement[] {
  return [...line.matchAll(new RegExp(`(['"])${escaped(from)}\\1`, 'g'))].map((m) => ({ start: m.index + 1, end: m.index + 1 + from.length, text: to }));
}

function partsOf(path: string, text: string, imports: ParsedFile['imports'], python: boolean, from: string, to: string): Replacement[] {
  const lines = text.split('\n');
  const starts = lines.reduce<number[]>((all, line) => [...all, (all.at(-1) ?? 0) + line.length + 1], [0]);
  const parts = new Map<number, Replacement>();
  for (const { module, line } of imports) {
    if (module !== from && !(python && module.startsWith(`${from}.`))) continue;
    // An import over several lines names its module on the last of them.
    for (let i = line - 1, open = true; open && i < Math.min(lines.length, line + 200); i += 1) {
      const found = python ? [pythonPart(lines[i] ?? '', from, to)] : nodeParts(lines[i] ?? '', from, to);
      for (const part of found) {
        if (part === 'binds') throw new UntilgreenError('ambiguous', `${path}:${i + 1} imports ${from} by a name that its uses need: ${(lines[i] ?? '').trim()}`, { path, line: i + 1 }, `Write it as \`from … import …\` or with \`as\` first.`);
        if (part) parts.set((starts[i] ?? 0) + part.start, { ...part, start: (starts[i] ?? 0) + part.start, end: (starts[i] ?? 0) + part.end });
      }
      open = !python && !found.length;
    }
  }
  return [...parts.values()];
}

/** Imports of a module that was moved or renamed put right, and the imports of the files concerned put in order. */
export const fixImports = defineTemplate({
  name: 'fix-imports',
  says: 'Import from `newModule` what was imported from `oldModule`, then sort and repair the imports of the changed files; with `path` alone, and imports named in the task, only the latter.',
  keys: z
    .strictObject({ path: z.string().min(1).optional(), oldModule: z.string().min(1).optional(), newModule: z.string().min(1).optional(), command: z.string().min(1).optional() }),
  means: (task, { path, oldModule }) => oldModule !== undefined || (path !== undefined && /\bimports?\b/i.test(task)),
  async plan({ path, oldModule, newModule, command }, project) {
    if ((oldModule === undefined) !== (newModule === undefined) || (path === undefined && oldModule === undefined)) {
      throw new UntilgreenError('bad_arguments', 'Expected `oldModule` and `newModule`, or `path` alone.', { path, oldModule, newModule });
    }
    const only = path === undefined ? undefined : tidyPath(path);
    if (only !== undefined && !(await project.bench.exists(only))) throw new UntilgreenError('file_missing', `${path} is not in the project.`, { path });
    if (oldModule === undefined || newModule === undefined) {
      const plan = new TaskPlan(`Put the imports of ${only} in order`).addStep('update_imports', { paths: [only] }, { id: 'imports' });
      return command ? addTests(plan, { command }, ['imports']) : plan;
    }
    const changes: TextChange[] = [];
    for (const { path: file, text } of await textFiles(project)) {
      const language = only === undefined || file === only ? languageOf(file, project.languages) : undefined;
      if (!language || !text.includes(oldModule)) continue;
      const parts = partsOf(file, text, (await language.parse(file, text)).imports, language.name === 'python', oldModule, newModule);
      if (parts.length) changes.push({ path: file, text, parts });
    }
    if (!changes.length) throw new UntilgreenError('not_found', `${only ?? 'No file of the project'} ${only === undefined ? 'imports' : 'does not import'} ${oldModule}.`, { oldModule }, 'Give the module as the imports spell it.');
    const plan = new TaskPlan(`Import ${newModule} instead of ${oldModule}: ${extent(changes)}`);
    const ids = addChanges(plan, changes, `Import ${newModule} instead of ${oldModule}.`);
    plan.addStep('update_imports', { paths: changes.map((c) => c.path) }, { id: 'order', dependsOn: ids, why: 'Put the imports in order.' });
    return command ? addTests(plan, { command }, ['order']) : plan;
  },
});
