import { posix } from 'node:path';
import { UntilgreenError } from '../core/errors.ts';
import type { Language } from '../languages/types.ts';
import type { RelativePath } from '../workspace/types.ts';

/** A path as the arguments give it, with `./`, doubled and backward slashes tidied. It may still lie outside; see `insidePath`. */
export function tidyPath(path: string): string {
  return posix.normalize(path.trim().replaceAll('\\', '/')).replace(/\/$/, '');
}

/** Why a path is not one of the project's, or undefined when it is. */
export function pathProblem(path: string): { code: 'path_outside' | 'path_unsafe'; message: string } | undefined {
  const tidy = tidyPath(path);
  if (path.trim() === '' || tidy === '.') return { code: 'path_unsafe', message: 'The path is empty. Give a file path relative to the project, such as `src/app.py`.' };
  if (/[\0\r\n]/.test(path)) return { code: 'path_unsafe', message: `The path ${JSON.stringify(path)} holds a control character. Give a plain path, such as src/app.py.` };
  if (posix.isAbsolute(tidy) || /^[A-Za-z]:/.test(tidy) || tidy.startsWith('~')) {
    return { code: 'path_outside', message: `${path} is not relative to the project. Give the path from the project's root, without a leading slash.` };
  }
  if (tidy === '..' || tidy.startsWith('../')) return { code: 'path_outside', message: `${path} leads out of the project. Give a path inside it, without "..".` };
  if (tidy.split('/').some((part) => part.toLowerCase() === '.git')) return { code: 'path_unsafe', message: `${path} lies inside .git, which is never touched. Leave version control to the user.` };
  return undefined;
}

/**
 * The tidy relative path.
 * @throws `path_outside` for absolute paths and `..`, `path_unsafe` for empty ones, control characters and `.git`.
 */
export function insidePath(path: string): RelativePath {
  const problem = pathProblem(path);
  if (problem) throw new UntilgreenError(problem.code, problem.message, { path });
  return tidyPath(path);
}

/** The language whose extension the path has, the longest one first. */
export function languageOf(path: RelativePath, languages: readonly Language[]): Language | undefined {
  return languages.find((language) => language.extensions.some((extension) => path.endsWith(extension)));
}
