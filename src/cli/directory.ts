import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkDirectory } from '../workspace/paths.ts';

/**
 * The absolute, real path of the project's directory; one that is to be made may be missing.
 * Errors: `directory_missing`, `not_a_directory`, `directory_refused` for `/` and the home directory.
 */
export async function projectDirectory(word: string | undefined, options: { mayBeMissing?: boolean } = {}): Promise<string> {
  const path = resolve(word ?? '.');
  return options.mayBeMissing && !existsSync(path) ? path : checkDirectory(path);
}
