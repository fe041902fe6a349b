import { UntilgreenError } from '../../core/errors.ts';
import type { Language } from '../../languages/types.ts';
import { pythonNames, type NamePlace } from './python-names.ts';
import type { Asked, Renamed, SourceFile } from './types.ts';

/** Whole words of a file of a language whose code nothing here tells from its comments and strings. */
function words(text: string): NamePlace[] {
  return [...text.matchAll(/[\p{L}_$][\p{L}\p{M}\p{N}_$]*/gu)].map((m) => ({ name: m[0], start: m.index, end: m.index + m[0].length }));
}

/**
 * The rename in languages without a refactoring of their own: every whole word of the name, in the code alone where the language's
 * strings can be told (Python), else everywhere. One answer for each language that declares the name.
 *
 * @throws `ambiguous` where the name is declared more than once, since nothing tells its uses apart; `conflict` where the new name is
 *   in use anywhere in that language
 */
export async function renameWords(all: readonly SourceFile[], { oldName, newName, path, languages }: Asked): Promise<Renamed[]> {
  const found: Renamed[] = [];
  for (const language of languages) {
    if (language.name === 'javascript' || language.name === 'typescript') continue;
    const files = all.filter((f) => f.language === language);
    const places = await declarations(files, oldName, language);
    if (!places.length || (path !== undefined && !places.some((p) => p.startsWith(`${path}:`)))) continue;
    if (places.length > 1) {
      throw new UntilgreenError('ambiguous', `${oldName} is declared in ${places.length} places (${places.slice(0, 10).join(', ')}), and for ${language.name} nothing tells their uses apart.`, { oldName, places }, 'find-replace changes all of them.');
    }
    const python = language.name === 'python';
    const named = files.map((file) => ({ ...file, names: python ? pythonNames(file.text) : words(file.text) }));
    const taken = named.find((file) => file.names.some((n) => n.name === newName));
    if (taken) throw new UntilgreenError('conflict', `${taken.path} uses the name ${newName} already.`, { path: taken.path, newName }, 'Choose a name that the project does not use.');
    const changes = named
      .map(({ path: file, text, names }) => ({ path: file, text, parts: names.filter((n) => n.name === oldName).map(({ start, end }) => ({ start, end, text: newName })) }))
      .filter((c) => c.parts.length);
    const where = python ? 'in the code was taken; comments and strings stay, but for the expressions of f-strings' : 'was taken, in comments and strings too';
    found.push({ changes, places, how: `There is no refactoring engine for ${language.name}: every whole word ${oldName} ${where}. Look at the diff where other things may have the same name.` });
  }
  return found;
}

async function declarations(files: readonly SourceFile[], name: string, language: Language): Promise<string[]> {
  const places: string[] = [];
  for (const { path, text } of files) {
    if (!text.includes(name)) continue;
    const { symbols } = await language.parse(path, text);
    places.push(...symbols.filter((s) => s.name === name).map((s) => `${path}:${s.fromLine}`));
  }
  return places;
}
