import { UntilgreenError } from '../../core/errors.ts';
import { nodeHasName, nodeMeanings } from './node-rename.ts';
import type { Asked, Renamed, SourceFile } from './types.ts';

const isNode = ({ language }: SourceFile): boolean => language.name === 'javascript' || language.name === 'typescript';

/**
 * The rename in JavaScript and TypeScript, by TypeScript's own refactoring.
 *
 * @returns undefined where these files declare no such name, or none in the file asked for
 * @throws `ambiguous` where several things have it, `conflict` where the new name is used already in a file that would change
 */
export async function renameNode(all: readonly SourceFile[], { oldName, newName, path }: Asked): Promise<Renamed | undefined> {
  const files = new Map(all.filter(isNode).map((f) => [f.path, f.text]));
  if (![...files.values()].some((text) => text.includes(oldName))) return undefined;
  const meanings = await nodeMeanings(files, oldName, newName);
  const meant = meanings.filter((m) => m.outer && (path === undefined || m.parts.has(path)));
  const here = meant.length > 1 && path !== undefined ? meant.filter((m) => m.path === path) : meant;
  const [one] = here;
  if (!one) return undefined;
  if (here.length > 1) throw new UntilgreenError('ambiguous', `${oldName} is declared in several places: ${here.map((m) => m.place).join(', ')}.`, { oldName, places: here.map((m) => m.place) }, 'Say with `path` which file declares the one that is meant; in one file, rename by hand.');
  const changes = [...one.parts].map(([file, parts]) => ({ path: file, text: files.get(file) ?? '', parts }));
  for (const change of changes) {
    if (await nodeHasName(change.path, change.text, newName)) throw new UntilgreenError('conflict', `${change.path} uses the name ${newName} already.`, { path: change.path, newName }, 'Choose a name that these files do not use.');
  }
  const others = meanings.length - 1;
  const left = others ? ` ${others} other ${others === 1 ? 'thing' : 'things'} of this name ${others === 1 ? 'stays' : 'stay'}.` : '';
  return { changes, places: [one.place], how: `The places were found by TypeScript's own refactoring; comments and strings stay.${left}` };
}
