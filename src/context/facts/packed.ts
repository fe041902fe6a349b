import type { CallFact } from './types.ts';

/**
 * Thousands of files have hundreds of thousands of calls and words. As objects they take longer to load than to use, and several
 * times the memory; so each file's lie in one text until they are asked for.
 */
export type PackedCalls = string;
export type PackedCounts = string;

/** @example packCounts(new Map([['area', 2]])) // 'area 2' */
export function packCounts(counts: ReadonlyMap<string, number>): PackedCounts {
  return [...counts].map(([word, count]) => (count === 1 ? word : `${word} ${count}`)).join('\n');
}

/** Hands each word with its count on, in the order in which they were packed. */
export function eachCount(packed: PackedCounts, visit: (word: string, count: number) => void): void {
  if (packed === '') return;
  for (const line of packed.split('\n')) {
    const space = line.indexOf(' ');
    if (space < 0) visit(line, 1);
    else visit(line.slice(0, space), Number(line.slice(space + 1)));
  }
}

export function unpackCounts(packed: PackedCounts): [word: string, count: number][] {
  const counts: [string, number][] = [];
  eachCount(packed, (word, count) => counts.push([word, count]));
  return counts;
}

export function packCalls(calls: Iterable<CallFact>): PackedCalls {
  return Array.from(calls, ({ from, line, count, on, name }) => `${from} ${line} ${count} ${on} ${name}`).join('\n');
}

export function unpackCalls(packed: PackedCalls): CallFact[] {
  if (packed === '') return [];
  return packed.split('\n').map((text) => {
    const [from, line, count, on, name] = text.split(' ');
    return { name: name!, on: on!, from: Number(from), line: Number(line), count: Number(count) };
  });
}
