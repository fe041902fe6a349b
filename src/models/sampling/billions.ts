/** `7B`, `1.5b`, `135M`, `8x7b`, at the end of a word or between marks; `q4_k_m`, `v2.5` and `fp16` are no sizes. */
const SIZE = /(?<![a-z0-9.])(?:(\d+)x)?(\d+(?:\.\d+)?)([bm])(?![a-z0-9])/gi;

/**
 * Billions of parameters that a model's name tells, undefined where it tells none. A mixture of experts is counted as it is written:
 * `8x7b` is 56. Of several sizes the first counts, for what follows is what it was made from (`0.5b-draft-of-7b`).
 *
 * @example
 * billionsOf('Qwen2.5-Coder-1.5B-Instruct'); // 1.5
 */
export function billionsOf(name: string): number | undefined {
  const [first] = name.matchAll(SIZE);
  if (!first) return undefined;
  const [, experts, size, unit] = first;
  return Number(experts ?? 1) * (unit!.toLowerCase() === 'm' ? Number(size) / 1_000 : Number(size));
}
