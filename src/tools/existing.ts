import { UntilgreenError } from '../core/errors.ts';
import type { RelativePath, Skipped } from '../workspace/types.ts';
import type { ToolContext } from './types.ts';

/** Why an entry of the project's directory is none of its files. A file that is too large is shown, and refused where it is read. */
const LEFT_OUT: Record<Exclude<Skipped['reason'], 'too large'>, { code: 'not_a_file' | 'path_unsafe'; what: string; next: string }> = {
  special: { code: 'not_a_file', what: 'is a fifo, a socket or a device', next: 'Give the path of a regular file.' },
  secret: { code: 'path_unsafe', what: 'is ignored by git and may hold secrets, so it is not read or changed', next: 'Change it yourself, if it must be.' },
  unreadable: { code: 'path_unsafe', what: 'cannot be read by this user', next: 'Allow it with `chmod u+r`, or leave it.' },
  name: { code: 'path_unsafe', what: 'has a name that is not UTF-8', next: 'Rename it first.' },
  'too many': { code: 'path_unsafe', what: 'is a dependency folder or large file beyond the number that can be shown', next: 'Name what is not needed under workspace.ignore.' },
};

/**
 * Refuses a path at which the project has something that tools never read or write, before the copy, in which it is missing, is
 * changed in vain.
 * @throws `not_a_file`, `path_unsafe`
 */
export function assertTaken(path: RelativePath, context: Pick<ToolContext, 'bench'>): void {
  const reason = context.bench.skipped.find((skipped) => path === skipped.path || path.startsWith(`${skipped.path}/`))?.reason;
  if (reason === undefined || reason === 'too large') return;
  const { code, what, next } = LEFT_OUT[reason];
  throw new UntilgreenError(code, `${path} ${what}.`, { path }, next);
}

/**
 * Refuses a path at which there is no file to read, with the reason: missing, behind a link, or left out of the copy. Whether what is
 * there is a text, or too large, shows when it is read.
 *
 * @param next what to do when it is missing
 * @throws `file_missing`, `path_unsafe`, `not_a_file`
 */
export async function assertThere(path: RelativePath, context: Pick<ToolContext, 'bench'>, next: string): Promise<void> {
  if (await context.bench.exists(path)) return;
  assertTaken(path, context);
  await context.bench.readBytes(path).catch((error: unknown) => {
    // A link on the way is a reason of its own; that it is missing is said with what this tool advises.
    if (error instanceof UntilgreenError && error.code !== 'file_missing') throw error;
  });
  throw new UntilgreenError('file_missing', `${path} is not in the project.`, { path }, next);
}
