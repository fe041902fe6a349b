import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import { look, pathOf } from './look.ts';
import { nearestNames, scan, type Candidate } from './scan.ts';
import type { FindOptions, FoundModel } from './types.ts';

/**
 * The model on this machine that a name or path means: a file or folder; else the one that was registered under the name
 * (`untilgreen models add`); else the only one of that name among those that lie in the known places; else, for `a/b`, what lies at
 * that path.
 *
 * @param wanted  what `--model` was given
 * @returns undefined for a name that no file has: a server may have it
 * @throws `model_file_invalid` for a path that is no whole model, `model_ambiguous` when several models have the name (they are named)
 * @example
 * const found = await findModel('qwen2.5-coder-1.5b', { env: process.env });
 * found?.kind; // 'gguf'
 */
export async function findModel(wanted: string, options: FindOptions): Promise<FoundModel | undefined> {
  const name = wanted.trim();
  const path = await pathOf(name, options.env);
  if (path !== undefined) return look({ path, name: undefined, via: 'path' });
  const { candidates } = await scan(options);
  const fits = namedAs(name, candidates);
  const [only, second] = fits;
  if (only && second) {
    throw new UntilgreenError(
      'model_ambiguous',
      `'${name}' is the name of ${fits.length} models: ${fits.slice(0, 5).map((one) => `${one.name} (${one.path})`).join(', ')}${fits.length > 5 ? ', …' : ''}.`,
      { wanted: name, paths: fits.map((one) => one.path) },
      'Give the path of the one you mean, or name it with `untilgreen models add PATH --name NAME`.',
    );
  }
  if (only) return look(only);
  return name.includes('/') && (await isThere(name)) ? look({ path: resolve(name), name: undefined, via: 'path' }) : undefined;
}

const isThere = async (path: string): Promise<boolean> => path !== '' && stat(resolve(path)).then(() => true, () => false);

/** Candidates of a name: registered ones come before all others, whole names before those without their quantisation. */
function namedAs(wanted: string, candidates: readonly Candidate[]): Candidate[] {
  const low = wanted.toLowerCase();
  const having = (test: (one: Candidate) => boolean) => candidates.filter(test);
  for (const fits of [
    having((one) => one.via === 'registered' && one.name === wanted),
    having((one) => one.name.toLowerCase() === low),
    having((one) => one.aliases.some((alias) => alias.toLowerCase() === low)),
  ]) if (fits.length > 0) return fits;
  return [];
}

/** `no_model` for a name that nothing has, with the nearest ones. */
export async function unknownModel(wanted: string, options: FindOptions): Promise<UntilgreenError> {
  const near = nearestNames(wanted, (await scan(options)).candidates);
  return new UntilgreenError(
    'no_model',
    `There is no model '${wanted}' on this machine${near.length > 0 ? `; the nearest: ${near.join(', ')}` : ''}.`,
    { wanted, near },
    (await isThere(wanted)) ? `For what lies here under that name write ./${wanted}` : '`untilgreen models list` shows all, `untilgreen models get NAME` downloads one.',
  );
}
