import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import { isLaterPart, readGguf, stemOf } from './gguf.ts';
import { hubRepository } from './hub.ts';
import { fileProblem } from './problem.ts';
import { isSnapshot, readSnapshot } from './snapshot.ts';
import type { FindOptions, FoundModel, FoundVia } from './types.ts';

/**
 * A model at a path, whole and looked at: a GGUF file, a folder with one, the folder of a snapshot, or a repository of the hub's cache.
 *
 * Errors: `model_file_invalid` with what lies there and what to do, `model_ambiguous` for a folder with several models.
 */
export async function look({ path, name, via }: { path: string; name: string | undefined; via: FoundVia }): Promise<FoundModel> {
  let folder;
  try {
    folder = (await stat(path)).isDirectory();
  } catch (error) {
    throw fileProblem(path, error);
  }
  if (!folder) {
    const read = await readGguf(path);
    return { kind: 'gguf', name: name ?? stemOf(path), path: read.path, via, facts: read.facts };
  }
  const repository = await hubRepository(path);
  if (repository) return look({ path: repository.snapshot, name: name ?? repository.name, via });
  const names = await readdir(path).catch((error: unknown) => Promise.reject(fileProblem(path, error)));
  if (!isSnapshot(names)) {
    const files = names.filter((file) => /\.gguf$/i.test(file) && !isLaterPart(file));
    const [only, second] = files;
    if (only !== undefined && second === undefined) return look({ path: join(path, only), name, via });
    if (second !== undefined) {
      throw new UntilgreenError('model_ambiguous', `${path} holds ${files.length} models: ${files.slice(0, 5).join(', ')}${files.length > 5 ? ', …' : ''}.`, { path, files }, 'Give the path of one of them.');
    }
  }
  return { kind: 'snapshot', name: name ?? basename(path), path, via, facts: await readSnapshot(path) };
}

/** `~/x` as the shell would have it: in a variable or after `=` it comes unexpanded. */
export function expandHome(path: string, env: FindOptions['env']): string {
  return path === '~' || path.startsWith('~/') ? join(env['HOME'] || homedir(), path.slice(1)) : path;
}

/**
 * The path that a word means, absolute; undefined where it is a name. What is written as a path is one, also when nothing is there; so
 * is the name of a GGUF file that is there. Any other word is a name: whoever wrote the project one stands in could otherwise have a
 * folder of theirs taken for the model.
 */
export async function pathOf(word: string, env: FindOptions['env']): Promise<string | undefined> {
  const path = resolve(expandHome(word, env));
  if (/^(\.{0,2}\/|~(\/|$)|\.{1,2}$)/.test(word)) return path;
  return /\.gguf$/i.test(word) && (await stat(path).then(() => true, () => false)) ? path : undefined;
}
