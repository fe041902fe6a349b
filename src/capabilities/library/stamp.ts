import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/** What running a tool's tests leaves in its folder; it is no part of it. */
const LEFT_BY_TESTS = new Set(['__pycache__', '.pytest_cache', '.hypothesis', 'node_modules']);
export const isPart = (name: string): boolean => !LEFT_BY_TESTS.has(name) && !name.endsWith('.pyc');

/**
 * Another text whenever something in a folder has changed: names, sizes and times of its entries; undefined where there is no folder.
 * Synchronous, because that takes a tenth of the time here, and a library is asked for it before each request.
 */
export function stampOf(folder: string): string | undefined {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
    const { ino } = lstatSync(folder);
    const parts = entries.filter(({ name }) => isPart(name)).map(({ name }) => {
      const info = lstatSync(join(folder, name), { throwIfNoEntry: false });
      return info ? `${name}:${info.ino}:${info.size}:${info.mtimeMs}:${info.ctimeMs}` : name;
    });
    return `${ino} ${parts.toSorted().join(' ')}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
