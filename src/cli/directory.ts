import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { usage } from './arguments.ts';
import { checkDirectory } from '../workspace/paths.ts';

/**
 * The absolute, real path of the project's directory; one that is to be made may be missing.
 * Errors: `usage` for an empty word, `directory_missing`, `not_a_directory`, `directory_refused` for `/` and the home directory.
 */
export async function projectDirectory(word: string | undefined, options: { mayBeMissing?: boolean } = {}): Promise<string> {
  // A script's unset variable must not mean the directory that it happens to stand in.
  if (word === '') throw usage('The directory is empty.', 'Give a path, or leave it out for the current directory.');
  const path = resolve(word ?? '.');
  return options.mayBeMissing && !existsSync(path) ? path : checkDirectory(path);
}
