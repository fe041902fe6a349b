import { UntilgreenError } from '../../core/errors.ts';
import { languageOf } from '../../languages/registry.ts';
import type { Project } from './types.ts';

/** Whether a word is written as a module of Python is: names with dots between them. */
const DOTTED = /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u;
const extensionOf = (path: string): string | undefined => /\.\w+$/.exec(path)?.[0];

/**
 * The file or folder that a person means by a word: its path, the end of its path, its name without extension, or a dotted module.
 *
 * @throws `ambiguous` where several fit
 * @returns undefined where none does
 */
export async function moduleNamed(word: string, { bench }: Pick<Project, 'bench'>): Promise<string | undefined> {
  const wanted = word.replace(/^\.\//, '').replace(/\/$/, '');
  const files = (await bench.list()).filter((file) => file.link === undefined).map((file) => file.path);
  const places = [...new Set([...files, ...files.flatMap(foldersOf)])];
  const known = places.filter((place) => files.includes(place) === false || languageOf(place) !== undefined);
  const dotted = DOTTED.test(wanted) ? wanted.replaceAll('.', '/') : wanted;
  const ways: ((place: string) => boolean)[] = [
    (place) => place === wanted,
    (place) => place.endsWith(`/${wanted}`),
    (place) => stem(place) === dotted || stem(place).endsWith(`/${dotted}`),
  ];
  for (const fits of ways) {
    const found = known.filter(fits);
    if (found.length > 1) throw new UntilgreenError('ambiguous', `${word} may be ${found.slice(0, 5).join(', ')}.`, { word, places: found }, 'Give the path.');
    if (found[0] !== undefined) return found[0];
  }
  return undefined;
}

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

const stem = (place: string): string => place.replace(/\.\w+$/, '');

/** @throws `not_found` where the project has no such module */
export async function existingModule(word: string, project: Pick<Project, 'bench'>): Promise<string> {
  const found = await moduleNamed(word, project);
  if (found === undefined) throw new UntilgreenError('not_found', `The project has no file or module ${word}.`, { word }, 'Give its path.');
  return found;
}

/** A module that may be new: then beside `beside` unless the word has a folder, with its extension. */
export async function moduleOrNew(word: string, beside: string, project: Pick<Project, 'bench'>): Promise<string> {
  const found = await moduleNamed(word, project);
  if (found !== undefined) return found;
  if (await project.bench.exists(word.replace(/^\.\//, ''))) throw new UntilgreenError('file_exists', `${word} is there, and holds no code that could be joined.`, { path: word }, 'Give another path.');
  const extension = extensionOf(beside) ?? '';
  const language = languageOf(word);
  const path = language || extensionOf(word) === extension ? word : `${DOTTED.test(word) ? word.replaceAll('.', '/') : word}${extension}`;
  const folder = beside.includes('/') ? beside.slice(0, beside.lastIndexOf('/') + 1) : '';
  return path.includes('/') ? path : folder + path;
}

/**
 * Where a file or folder goes that is moved to a word: into a folder that is there or ends with `/`, keeping its name; else to that place.
 *
 * @throws `ambiguous`, `file_exists` as `moduleOrNew`
 */
export async function movedTo(word: string, from: string, project: Pick<Project, 'bench'>): Promise<string> {
  const files = (await project.bench.list()).map((file) => file.path);
  const folder = word.replace(/\/$/, '');
  const holds = (place: string): boolean => files.some((path) => path.startsWith(`${place}/`));
  if ((word.endsWith('/') || holds(folder)) && !files.includes(folder)) return `${folder}/${from.split('/').at(-1)}`;
  return holds(from) ? folder : moduleOrNew(word, from, project);
}

/** The only file whose top level declares a name. @throws `not_found`, `ambiguous` */
export async function fileDeclaring(name: string, { bench, languages }: Pick<Project, 'bench' | 'languages'>): Promise<string> {
  const found: string[] = [];
  for (const { path, link } of await bench.list()) {
    const language = link === undefined ? languages.find((l) => l.extensions.some((e) => path.endsWith(e))) : undefined;
    if (!language) continue;
    const { text } = await bench.readText(path);
    if (text.includes(name) && (await language.parse(path, text)).symbols.some((s) => s.name === name && s.parents.length === 0)) found.push(path);
  }
  const [one, ...others] = found;
  if (one === undefined) throw new UntilgreenError('not_found', `No file of the project declares ${name}.`, { name }, 'Check the spelling.');
  if (others.length) throw new UntilgreenError('ambiguous', `${name} is declared in ${found.slice(0, 5).join(', ')}.`, { name, places: found }, 'Say from which file it is to move.');
  return one;
}
