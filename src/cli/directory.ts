import { existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve, sep } from 'node:path';
import { UntilgreenError } from '../core/errors.ts';

export interface DirectoryOptions {
  cwd?: string;
  /** It may be missing: it will be made. */
  mayBeMissing?: boolean;
  home?: string;
}

/**
 * The absolute, real path of the project's directory.
 * Errors: `directory_missing`, `not_a_directory`, and `directory_refused` for `/`, the home directory and those above it,
 * whose whole content would otherwise be copied into the workbench.
 */
export function projectDirectory(word: string | undefined, options: DirectoryOptions = {}): string {
  const path = resolve(options.cwd ?? process.cwd(), word ?? '.');
  if (!existsSync(path)) {
    if (options.mayBeMissing) return path;
    throw new UntilgreenError('directory_missing', `There is no directory ${path}.`, { path }, 'Check the path; -p web_app|data_pipeline|cli_tool makes a new project.');
  }
  if (!statSync(path).isDirectory()) {
    throw new UntilgreenError('not_a_directory', `${path} is a file.`, { path }, 'Give the directory of the project.');
  }
  const real = realpathSync(path);
  const home = options.home ?? homedir();
  const realHome = existsSync(home) ? realpathSync(home) : home;
  if (real === sep || `${realHome}${sep}`.startsWith(`${real}${sep}`)) {
    throw new UntilgreenError('directory_refused', `${real} is ${real === realHome ? 'your home directory' : real === sep ? 'the root of the file system' : 'above your home directory'}, not a project.`, { path: real }, 'Give the directory of one project.');
  }
  return real;
}
