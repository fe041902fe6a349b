/**
 * Passes text on up to the first stop string. What could be the beginning of one is held back until it is known not to be, so
 * that no part of a stop string is ever seen.
 */
export class StopFilter {
  readonly #stops: readonly string[];
  #held = '';
  #text = '';
  #stopped = false;

  /** @param stops texts that end the reply; empty ones are ignored */
  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '');
  }

  /** All that was passed on. */
  get text(): string {
    return this.#text;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** @returns what may be shown of the text so far and was not yet */
  push(piece: string): string {
    if (this.#stopped) return '';
    const text = this.#held + piece;
    const at = Math.min(...this.#stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0));
    if (at !== Infinity) {
      this.#stopped = true;
      this.#held = '';
      return this.#pass(text.slice(0, at));
    }
    const held = Math.max(0, ...this.#stops.map((stop) => overlap(text, stop)));
    this.#held = text.slice(text.length - held);
    return this.#pass(text.slice(0, text.length - held));
  }

  /** The reply ended: what was held back was no stop string. */
  end(): string {
    const rest = this.#held;
    this.#held = '';
    return this.#pass(rest);
  }

  #pass(text: string): string {
    this.#text += text;
    return text;
  }
}

/** Characters at the end of the text with which the stop string could begin. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length -= 1) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
