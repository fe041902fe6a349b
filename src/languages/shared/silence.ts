/**
 * Notices a program in the sandbox that has gone silent although it is to say something now and then.
 *
 * @param firstMs milliseconds until its first word: it has to be started
 * @param thenMs milliseconds between two words
 * @param outer what else ends it
 * @returns `signal` for the command; `heard` is to be called for each word, `stop` at the end; `silent` tells whether this ended it
 */
export function watchSilence(firstMs: number, thenMs: number, outer?: AbortSignal): { signal: AbortSignal; heard(): void; stop(): void; readonly silent: boolean } {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), firstMs);
  return {
    signal: outer ? AbortSignal.any([outer, silence.signal]) : silence.signal,
    heard() {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), thenMs);
    },
    stop: () => clearTimeout(timer),
    get silent() {
      return silence.signal.aborted;
    },
  };
}
