import type { Entry, Library } from '../../capabilities/interfaces.ts';
import { nearest } from '../../config/shape.ts';
import { UntilgreenError } from '../../core/errors.ts';
import { usage } from '../arguments.ts';

/** `name` or `name@1.0.0`. @throws `usage` */
export function nameAndVersion(word: string): { name: string; version?: string } {
  const [name = '', version, ...rest] = word.split('@');
  if (name === '' || version === '' || rest.length > 0) throw usage(`${JSON.stringify(word)} names no tool.`, 'Expected NAME or NAME@VERSION, as calculate_percentage@1.0.0.');
  return version === undefined ? { name } : { name, version };
}

/** The tool that a word names. @throws `not_found` with the names that are near, or the versions that there are */
export async function entryOf(library: Library, word: string): Promise<Entry> {
  const { name, version } = nameAndVersion(word);
  const entry = await library.read(name, version);
  if (entry) return entry;
  if (version !== undefined && (await library.read(name))) {
    const versions = (await library.versions(name)).map((each) => each.version).join(', ');
    throw new UntilgreenError('not_found', `${name} has no version ${version}.`, { name, version }, `There are: ${versions}.`);
  }
  const { tools } = await library.list();
  const meant = nearest(name, tools.flatMap(({ tool }) => [tool.name, ...tool.aliases]));
  throw new UntilgreenError('not_found', `There is no tool ${JSON.stringify(name)}${meant ? `; did you mean ${meant}?` : '.'}`, { name, ...(meant && { meant }) }, tools.length === 0 ? '`untilgreen library seed` brings some.' : '`untilgreen library list` shows them all.');
}
