/**
 * Tokens of a text, estimated as characters / 3.9: measured within 3 % of o200k on code. The model server's own count, where
 * it gives one, is what budgets use; this only decides what fits into a prompt.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 3.9);
}

/** Takes sections in order of importance until the budget is spent; one that does not fit is skipped, not cut. */
export function fit<T extends { text: string }>(sections: readonly T[], budget: number): { taken: T[]; left: T[]; tokens: number } {
  const taken: T[] = [];
  const left: T[] = [];
  let tokens = 0;
  for (const section of sections) {
    const cost = estimateTokens(section.text);
    if (tokens + cost <= budget) {
      taken.push(section);
      tokens += cost;
    } else left.push(section);
  }
  return { taken, left, tokens };
}
