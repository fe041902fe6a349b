import { wordsOf } from './words.ts';

// Robertson and Zaragoza 2009, section 3.5: values that do well on most collections.
const K1 = 1.2;
const B = 0.75;

/**
 * Full text over the tools by BM25, with scores as a share of what a text made of the query's own words would get: a figure from 0 to 1 that
 * means the same for long and short queries, which a library's plain score does not.
 */
export class TextIndex {
  readonly #documents = new Map<string, { counts: Map<string, number>; length: number }>();
  readonly #holders = new Map<string, Set<string>>();
  #length = 0;

  set(id: string, text: string): void {
    this.delete(id);
    const words = wordsOf(text);
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const word of counts.keys()) {
      const holders = this.#holders.get(word) ?? new Set();
      this.#holders.set(word, holders.add(id));
    }
    this.#documents.set(id, { counts, length: words.length });
    this.#length += words.length;
  }

  delete(id: string): void {
    const old = this.#documents.get(id);
    if (!old) return;
    for (const word of old.counts.keys()) {
      const holders = this.#holders.get(word)!;
      holders.delete(id);
      if (holders.size === 0) this.#holders.delete(word);
    }
    this.#documents.delete(id);
    this.#length -= old.length;
  }

  /** Scores of all documents that share a word with the query. */
  scores(query: string): Map<string, number> {
    const scores = new Map<string, number>();
    const size = this.#documents.size;
    const mean = this.#length / Math.max(size, 1);
    let most = 0;
    for (const word of new Set(wordsOf(query))) {
      const holders = this.#holders.get(word);
      const idf = Math.log(1 + (size - (holders?.size ?? 0) + 0.5) / ((holders?.size ?? 0) + 0.5));
      // Words that no tool has count as well: a request of which nothing is known is far from every tool.
      most += idf;
      for (const id of holders ?? []) {
        const { counts, length } = this.#documents.get(id)!;
        const times = counts.get(word)!;
        const weight = (times * (K1 + 1)) / (times + K1 * (1 - B + (B * length) / mean));
        scores.set(id, (scores.get(id) ?? 0) + idf * weight);
      }
    }
    for (const [id, score] of scores) scores.set(id, Math.min(1, score / (most * (K1 + 1) || 1)));
    return scores;
  }
}
