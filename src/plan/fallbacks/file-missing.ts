import { tidyPath } from '../../tools/paths.ts';
import type { Fallback } from './types.ts';

/** What takes a file away must be given the right path: that of another file of the same name is not what was asked. */
const TAKES_AWAY: ReadonlySet<string> = new Set(['delete_file', 'move_file']);

/** The arguments with one path put for another, wherever it stands. */
function withPath(args: Record<string, unknown>, from: string, to: string): Record<string, unknown> {
  const swap = (value: unknown): unknown => (typeof value === 'string' && tidyPath(value) === from ? to : Array.isArray(value) ? value.map(swap) : value);
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, swap(value)]));
}

/** A file that is not where it was thought to be: found by its name, when exactly one file has it. */
export const fileMissing: Fallback = {
  name: 'file_missing',
  async recover({ step, code, data }) {
    const path = (data as { path?: unknown } | undefined)?.path;
    if (code !== 'file_missing' || typeof path !== 'string' || TAKES_AWAY.has(step.action)) return undefined;
    return {
      step: { name: 'find', action: 'find_file', args: { name: path }, why: `${path} is not there; look for it by its name.` },
      next(result) {
        if (!result.ok) return { kind: 'say', text: `Looking for it failed: ${result.message}` };
        const { paths, near } = result.data as { paths: string[]; near: string[] };
        const [found] = paths;
        if (found !== undefined && paths.length === 1) return { kind: 'again', args: withPath(step.args, tidyPath(path), found), note: `${path} is ${found} here` };
        if (paths.length) return { kind: 'say', text: `${paths.length} files have this name: ${paths.join(', ')}. Say which one.` };
        return { kind: 'say', text: near.length ? `No file has this name; near it: ${near.join(', ')}.` : 'No file has this name, nor one like it.' };
      },
    };
  },
};
