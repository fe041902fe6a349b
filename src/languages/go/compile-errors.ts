import { posix } from 'node:path';
import type { RelativePath } from '../../workspace/types.ts';

/** Where the workspace and the check stand inside the sandbox. */
export interface Place {
  mountAt: string;
  /** Where it stands without a sandbox that has a tree of its own. */
  root: string;
  cwd: string;
}

export interface CompileError {
  file?: RelativePath;
  line?: number;
  message: string;
  errorClass: 'CompileError' | 'SyntaxError';
}

const PLACED = /^(?:vet: )?(\S[^:]*\.go):(\d+)(?::\d+)?: (.+)$/;
const SYNTAX = /^syntax error|^expected .*found |non-declaration statement/;

/** The errors in what `go build`, `go vet` and `go list` print; lines that are indented go on with the one above. */
export function compileErrors(lines: readonly string[], place: Place): CompileError[] {
  const errors: CompileError[] = [];
  for (const line of lines) {
    const placed = PLACED.exec(line);
    if (placed) {
      const file = inWorkspace(placed[1]!, place);
      const message = placed[3]!;
      errors.push({ ...(file === undefined ? {} : { file }), line: Number(placed[2]), message, errorClass: SYNTAX.test(message) ? 'SyntaxError' : 'CompileError' });
    } else if (/^\s/.test(line) && errors.length) errors.at(-1)!.message += `\n${line.trim()}`;
    else if (line !== '' && !line.startsWith('#') && !line.endsWith('too many errors')) errors.push({ message: line, errorClass: 'CompileError' });
  }
  return errors;
}

/** A path that a Go tool prints (absolute, or seen from the check's folder) as a path of the workspace; undefined for files outside. */
export function inWorkspace(path: string, place: Place): RelativePath | undefined {
  if (!path.startsWith('/')) {
    const joined = posix.normalize(posix.join(place.cwd, path));
    return joined.startsWith('../') ? undefined : joined;
  }
  const at = [place.mountAt, place.root].find((root) => path.startsWith(`${root}/`));
  return at === undefined ? undefined : path.slice(at.length + 1);
}
