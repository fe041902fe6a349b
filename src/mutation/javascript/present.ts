import type { Fate, Mutation, Place } from '../types.ts';
import { changed } from '../score.ts';
import { emit, type Setting } from './emit.ts';

/** A change of the emitted text: what stands from `from` to `to`, in UTF-16 units, becomes `put`. */
export interface Patch {
  from: number;
  to: number;
  put: string;
}

/** The module under test as Node runs it, and what mutations make of that. */
export interface Present {
  text: string;
  change(mutation: Mutation): Promise<Patch | { problem: Extract<Fate, 'invalid' | 'equivalent'> }>;
}

const known = new WeakMap<Place, Promise<Present>>();

export function readModule(place: Place, setting: Setting): Promise<Present> {
  const before = known.get(place);
  if (before) return before;
  const made = emit(place.path, place.source, setting).then(({ text }): Present => {
    const patches = new Map<number, Patch | { problem: 'invalid' | 'equivalent' }>();
    return {
      text,
      async change(mutation) {
        const earlier = patches.get(mutation.id);
        if (earlier) return earlier;
        const other = await emit(place.path, changed(place.source, mutation), setting);
        const found = other.problem !== undefined ? { problem: 'invalid' as const } : other.text === text ? { problem: 'equivalent' as const } : difference(text, other.text);
        patches.set(mutation.id, found);
        return found;
      },
    };
  });
  known.set(place, made);
  return made;
}

/** What is between the longest common beginning and end of two texts. */
function difference(one: string, other: string): Patch {
  const shorter = Math.min(one.length, other.length);
  let from = 0;
  while (from < shorter && one[from] === other[from]) from += 1;
  let end = 0;
  while (end < shorter - from && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  return { from, to: one.length - end, put: other.slice(from, other.length - end) };
}
