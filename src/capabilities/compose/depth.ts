import type { Part } from './parts.ts';

/** Calls from the first part down to one that calls no other; part of a circle counts as deeper than anything. */
export function depthOf(parts: readonly Part[]): number {
  const depth = (part: Part, above: readonly Part[]): number => {
    if (above.includes(part)) return Number.POSITIVE_INFINITY;
    const called = parts.filter((other) => other.use && part.top.free.includes(other.use.name));
    return Math.max(0, ...called.map((other) => 1 + depth(other, [...above, part])));
  };
  return parts.length === 0 ? 0 : depth(parts[0]!, []);
}
