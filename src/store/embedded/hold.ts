// The longest delay that a timer takes; it never comes to that.
const NEVER_MS = 2 ** 31 - 1;

/**
 * Keeps the process alive until `work` has settled. The store's sockets and its thread do not, so that a process may end
 * while its store is open and idle; but one that waits for its turn behind a transaction of another process has nothing
 * else to stay for, and node would end it (exit code 13) together with the database that the other one is using.
 */
export async function held<T>(work: Promise<T>): Promise<T> {
  const hold = setInterval(() => {}, NEVER_MS);
  try {
    return await work;
  } finally {
    clearInterval(hold);
  }
}
