/** One after the other, in the order asked. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all that was asked for before has ended, however it ended. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {}); // its caller sees the error; the next one only waits for its end
    return mine;
  }

  /** Resolves when nothing is under way that was asked for until now. */
  async done(): Promise<void> {
    await this.#last;
  }
}
