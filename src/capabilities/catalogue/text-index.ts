import { wordsOf } from './words.ts';

// Robertson and Zaragoza 2009, section 3.5: values that do well on most collections.
const K1 = 1.2;
const B = 0.75;

/** What a query found. Scores are shares of what a text made of the query's own words would get: 0 to 1, the same for long and short queries. */
export interface TextHits {
  of(id: string): number;
  /** The best first. */
  best(limit: number, wanted: (id: string) => boolean): string[];
}

/**
 * Full text over the tools by BM25. Written out here because the scores of a library are sums without an upper end, and what a probability is made
 * from has to mean the same for every query.
 */
export class TextIndex {
  readonly #slots = new Map<string, number>();
  readonly #names: (string | undefined)[] = [];
  readonly #lengths: number[] = [];
  /** Words of a document, to take them out again. */
  readonly #words: string[][] = [];
  /** For each word the documents that have it, and how often. Numbers, because this is what a search spends its time on. */
  readonly #postings = new Map<string, Map<number, number>>();
  readonly #free: number[] = [];
  #total = 0;

  set(id: string, text: string): void {
    this.delete(id);
    const slot = this.#free.pop() ?? this.#names.length;
    const words = wordsOf(text);
    for (const word of words) {
      const holders = this.#postings.get(word) ?? new Map<number, number>();
      this.#postings.set(word, holders.set(slot, (holders.get(slot) ?? 0) + 1));
    }
    this.#slots.set(id, slot);
    this.#names[slot] = id;
    this.#lengths[slot] = words.length;
    this.#words[slot] = words;
    this.#total += words.length;
  }

  delete(id: string): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    for (const word of new Set(this.#words[slot])) {
      const holders = this.#postings.get(word)!;
      holders.delete(slot);
      if (holders.size === 0) this.#postings.delete(word);
    }
    this.#total -= this.#lengths[slot]!;
    this.#slots.delete(id);
    this.#names[slot] = undefined;
    this.#words[slot] = [];
    this.#free.push(slot);
  }

  search(query: string): TextHits {
    const scores = new Float64Array(this.#names.length);
    const size = this.#slots.size;
    const mean = this.#total / Math.max(size, 1) || 1;
    let most = 0;
    for (const word of new Set(wordsOf(query))) {
      const holders = this.#postings.get(word);
      const idf = Math.log(1 + (size - (holders?.size ?? 0) + 0.5) / ((holders?.size ?? 0) + 0.5));
      // Words that no tool has count as well: a request of which nothing is known is far from every tool.
      most += idf;
      for (const [slot, times] of holders ?? []) scores[slot]! += (idf * times * (K1 + 1)) / (times + K1 * (1 - B + (B * this.#lengths[slot]!) / mean));
    }
    const whole = most * (K1 + 1) || 1;
    return {
      of: (id) => Math.min(1, (scores[this.#slots.get(id) ?? -1] ?? 0) / whole),
      best: (limit, wanted) => {
        const found: { id: string; score: number }[] = [];
        // Twice as many as wanted, so that the few that are not active leave enough; sorted as plain numbers, which is fast.
        const least = scores.toSorted().at(-2 * limit) ?? 0;
        for (const [slot, id] of this.#names.entries()) if (id !== undefined && scores[slot]! > 0 && scores[slot]! >= least && wanted(id)) found.push({ id, score: scores[slot]! });
        return found.toSorted((a, b) => b.score - a.score).slice(0, limit).map(({ id }) => id);
      },
    };
  }
}
