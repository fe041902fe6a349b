type Job = () => Promise<void>;

/**
 * One lane to a connection that can do one thing at a time. Jobs of one client run in their order;
 * between clients turns go round, so a client with a thousand requests does not keep another waiting for all of them.
 */
export class Lane {
  readonly #queues = new Map<object, Job[]>();
  #busy = false;
  #closed: (() => Error) | undefined;
  #idle: (() => void)[] = [];

  /** Runs `work` when its turn comes; nothing else runs until it settles. Rejects without running it once the lane is closed. */
  run<T>(client: object, work: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closed());
    return new Promise<T>((resolve, reject) => {
      const job = async (): Promise<void> => {
        if (this.#closed) reject(this.#closed());
        else await work().then(resolve, reject);
      };
      const queue = this.#queues.get(client);
      if (queue) queue.push(job);
      else this.#queues.set(client, [job]);
      void this.#next();
    });
  }

  /** Jobs that have not begun are refused with `error`; resolves when the running one has ended. */
  async close(error: () => Error): Promise<void> {
    this.#closed ??= error;
    if (this.#busy) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #next(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (;;) {
      const turn = this.#queues.entries().next();
      if (turn.done) break;
      const [client, queue] = turn.value;
      const job = queue.shift();
      // Back to the end of the round, behind the clients that wait.
      this.#queues.delete(client);
      if (queue.length > 0) this.#queues.set(client, queue);
      if (job) await job();
    }
    this.#busy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
