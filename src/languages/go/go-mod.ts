import { posix } from 'node:path';
import type { RelativePath } from '../../workspace/types.ts';

/** Directives of a go.mod or go.work by their word, one text a line of a block: `replace` → `['a => ../a']`. */
export function directivesOf(source: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  let block: string | undefined;
  for (const raw of source.split(/\r?\n/)) {
    const line = raw.replace(/\/\/.*$/, '').trim();
    if (line === '') continue;
    if (block !== undefined) {
      if (line === ')') block = undefined;
      else (found[block] ??= []).push(line.replace(/\s+/g, ' '));
      continue;
    }
    const [, word, rest] = /^([a-z]+)\s*(.*)$/.exec(line) ?? [];
    if (word === undefined) continue;
    if (rest === '(') block = word;
    else (found[word] ??= []).push(rest!.replace(/\s+/g, ' '));
  }
  return found;
}

/** The module path of a go.mod: `example.com/calc`. */
export function modulePathOf(source: string): string | undefined {
  return directivesOf(source)['module']?.[0]?.replace(/^"(.*)"$|^`(.*)`$/, '$1$2');
}

/** What of a go.mod steers the tests: all but the versions that it asks for, which the module cache has to have with their checksums. */
const STEERING = ['module', 'replace', 'exclude', 'ignore', 'godebug', 'tool', 'toolchain'] as const;

/**
 * The directives of a go.mod that steer builds and tests, for comparison before and after a change.
 *
 * @returns undefined for other files
 * @example testConfigOf('go.mod', 'module a\n\nreplace b => ./b\n') // { module: ['a'], replace: ['b => ./b'] }
 */
export function testConfigOf(path: RelativePath, source: string): unknown {
  if (posix.basename(path) !== 'go.mod') return undefined;
  const all = directivesOf(source);
  return Object.fromEntries(STEERING.flatMap((word) => (all[word] ? [[word, all[word]]] : [])));
}
