import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where programs of the system lie. The user's PATH may hold a project's folder. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const known = new Map<string, string>();

/** Absolute path of a program of the system, found in system directories only. What was found once stays. */
export function systemProgram(name: string): string | undefined {
  const before = known.get(name);
  if (before !== undefined) return before;
  const found = SYSTEM_PATH.split(delimiter)
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  if (found !== undefined) known.set(name, found);
  return found;
}
