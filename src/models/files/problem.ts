import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { UntilgreenError } from '../../core/errors.ts';

const REASONS: Record<string, [is: string, next: string]> = {
  ENOENT: ['does not exist', 'Check the spelling; `untilgreen models list` shows what was found.'],
  ENOTDIR: ['does not exist', 'Check the spelling; `untilgreen models list` shows what was found.'],
  EACCES: ['may not be read by you', 'Change its permissions, or copy it to where you may read it.'],
  EPERM: ['may not be read by you', 'Change its permissions, or copy it to where you may read it.'],
  ELOOP: ['is a symbolic link that leads in a circle', 'Give the file itself.'],
  EISDIR: ['is a folder', 'Give a GGUF file, or the folder of a snapshot (with config.json).'],
};

/** What the system said of a model's file as `model_file_invalid`; errors of ours go through as they are. */
export function fileProblem(path: string, thrown: unknown): UntilgreenError {
  if (thrown instanceof UntilgreenError) return thrown;
  const code = (thrown as NodeJS.ErrnoException).code ?? '';
  const [is, next] = REASONS[code] ?? [`cannot be read (${code || String(thrown)})`, undefined];
  return new UntilgreenError('model_file_invalid', `${path} ${is}.`, { path, reason: code }, next, { cause: thrown });
}

/** A file before it is opened: a pipe would make its reader wait for ever. Errors: `model_file_invalid`. */
export async function regularFile(path: string): Promise<Stats> {
  const info = await stat(path).catch((error: unknown) => Promise.reject(fileProblem(path, error)));
  if (!info.isFile()) throw new UntilgreenError('model_file_invalid', `${path} is not a regular file.`, { path }, 'Give a GGUF file, or the folder of a snapshot.');
  return info;
}
