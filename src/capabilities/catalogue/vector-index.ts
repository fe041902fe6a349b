import { VIEW_KINDS, type ViewKind } from './views.ts';

export interface ViewVector {
  kind: ViewKind;
  vector: Float32Array;
}
/** Cosine of each kind of view (of the best one, where there are several), and their best; 0 where a tool has no such view. */
export type ViewScores = Record<ViewKind | 'best', number>;

/**
 * Tools that are looked at closely. All are compared by the mean of their views first, which is a quarter of the work; measured by
 * bench/capabilities/retrieval.mts, the best of all views at 10,000 tools is among these.
 */
const CLOSE_LOOK = 200;

/** The views' vectors of one model, in memory: exact, and at 10,000 tools faster than the database (see bench/capabilities/README.md). */
export class VectorIndex {
  /** Known from the first vector: a server's model does not say it before. */
  #dimensions = 0;
  readonly #slots = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #views: ViewVector[][] = [];
  /** Means of the views, of unit length, one after the other. */
  #means = new Float32Array();

  set(name: string, views: ViewVector[]): void {
    this.#dimensions ||= views[0]?.vector.length ?? 0;
    let slot = this.#slots.get(name);
    if (slot === undefined) {
      slot = this.#names.push(name) - 1;
      this.#slots.set(name, slot);
      if (this.#means.length < this.#names.length * this.#dimensions) {
        const larger = new Float32Array(Math.max(64, this.#names.length * 2) * this.#dimensions);
        larger.set(this.#means);
        this.#means = larger;
      }
    }
    this.#views[slot] = views;
    this.#means.set(meanOf(views, this.#dimensions), slot * this.#dimensions);
  }

  delete(name: string): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    // The last one takes its place.
    const last = this.#names.length - 1;
    const moved = this.#names[last]!;
    this.#means.copyWithin(slot * this.#dimensions, last * this.#dimensions, (last + 1) * this.#dimensions);
    this.#views[slot] = this.#views[last]!;
    this.#names[slot] = moved;
    this.#slots.set(moved, slot);
    this.#names.pop();
    this.#views.pop();
    this.#slots.delete(name);
  }

  /**
   * The nearest tools by their best view, and how all of them are spread.
   *
   * @param queries texts of the query as vectors; each view counts with the one that is nearest
   */
  nearest(queries: readonly ArrayLike<number>[], limit: number, wanted: (name: string) => boolean): { names: string[]; count: number; mean: number; deviation: number } {
    const query = queries.map((one) => Float32Array.from(one));
    const slots: number[] = [];
    for (const [slot, name] of this.#names.entries()) if (wanted(name)) slots.push(slot);
    const rough = Float32Array.from(slots, (slot) => {
      let score = -1;
      for (const one of query) score = Math.max(score, dot(this.#means, slot * this.#dimensions, one));
      return score;
    });
    // Sorting plain numbers is ten times as fast as sorting objects by a function.
    const least = rough.toSorted().at(-CLOSE_LOOK) ?? -1;
    const close = slots.filter((_, i) => rough[i]! >= least).map((slot) => ({ slot, score: this.#scores(slot, query).best }));
    const names = close.toSorted((a, b) => b.score - a.score).slice(0, limit).map(({ slot }) => this.#names[slot]!);
    return { names, count: slots.length, ...spreadOf(rough) };
  }

  /** The cosines of one tool. */
  scores(name: string, queries: readonly ArrayLike<number>[]): ViewScores {
    const slot = this.#slots.get(name);
    return slot === undefined ? zero() : this.#scores(slot, queries);
  }

  #scores(slot: number, queries: readonly ArrayLike<number>[]): ViewScores {
    const scores = zero();
    for (const { kind, vector } of this.#views[slot]!) {
      for (const query of queries) scores[kind] = Math.max(scores[kind], dot(vector, 0, query));
      scores.best = Math.max(scores.best, scores[kind]);
    }
    return scores;
  }
}

const zero = (): ViewScores => ({ ...(Object.fromEntries(VIEW_KINDS.map((kind) => [kind, 0])) as Record<ViewKind, number>), best: 0 });

function spreadOf(scores: Float32Array): { mean: number; deviation: number } {
  const count = Math.max(scores.length, 1);
  const mean = scores.reduce((sum, score) => sum + score, 0) / count;
  return { mean, deviation: Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / count) };
}

/** Four sums at once: half the time of one, because an addition need not wait for the one before. */
function dot(matrix: Float32Array, offset: number, query: ArrayLike<number>): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 4 <= query.length; i += 4) {
    a += matrix[offset + i]! * query[i]!;
    b += matrix[offset + i + 1]! * query[i + 1]!;
    c += matrix[offset + i + 2]! * query[i + 2]!;
    d += matrix[offset + i + 3]! * query[i + 3]!;
  }
  for (; i < query.length; i += 1) a += matrix[offset + i]! * query[i]!;
  return a + b + c + d;
}

function meanOf(views: readonly ViewVector[], dimensions: number): Float32Array {
  const mean = new Float32Array(dimensions);
  for (const { vector } of views) for (let i = 0; i < dimensions; i += 1) mean[i]! += vector[i]!;
  const length = Math.hypot(...mean);
  return length === 0 ? mean : mean.map((x) => x / length);
}
