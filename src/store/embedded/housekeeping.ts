import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onlyReads } from '../session.ts';

/** Limits from measurement: without checkpoints the log grew to the 1 GB that Postgres allows by default. */
export const HOUSEKEEPING = {
  /** WAL segments of 16 MiB after which a checkpoint recycles them. */
  segments: 5,
  /** Milliseconds of writing without a checkpoint. */
  checkpointMs: 5 * 60_000,
  /** Milliseconds between looks. */
  everyMs: 30_000,
  /** Bytes of parameters after which to look at once. */
  bytes: 16 * 2 ** 20,
  /** Writing statements after which dead rows are swept and statistics renewed. */
  vacuumAfter: 5_000,
} as const;

/** Does what a Postgres server's background processes would do, which PGlite has not. */
export class Housekeeping {
  readonly #directory: string;
  readonly #run: (sql: string) => Promise<unknown>;
  readonly #timer: NodeJS.Timeout;
  #bytes = 0;
  #sinceCheckpoint = 0;
  #sinceVacuum = 0;
  #checkpointAt = Date.now();
  #working: Promise<void> | undefined;

  /** @param run  runs one statement between those of others */
  constructor(directory: string, run: (sql: string) => Promise<unknown>, onError: (error: unknown) => void) {
    this.#directory = directory;
    this.#run = run;
    const look = (): void => void this.look().catch(onError);
    this.#timer = setInterval(look, HOUSEKEEPING.everyMs).unref();
    this.#look = look;
  }
  readonly #look: () => void;

  /** Told of every statement and the bytes of its parameters. */
  note(sql: string, bytes: number): void {
    if (onlyReads(sql)) return;
    this.#sinceCheckpoint += 1;
    this.#sinceVacuum += 1;
    this.#bytes += bytes;
    if (this.#bytes > HOUSEKEEPING.bytes) {
      this.#bytes = 0;
      this.#look();
    }
  }

  /** Checkpoints and sweeps where it is due. */
  look(now = Date.now()): Promise<void> {
    this.#working ??= this.#tidy(now).finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  /** Ends the looks and waits for one that runs. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#working?.catch(() => {});
  }

  async #tidy(now: number): Promise<void> {
    if (this.#sinceVacuum >= HOUSEKEEPING.vacuumAfter) {
      this.#sinceVacuum = 0;
      await this.#run('vacuum (analyze)');
    }
    if (this.#sinceCheckpoint === 0) return;
    const segments = (await readdir(join(this.#directory, 'pg_wal'))).filter((name) => /^[0-9A-F]{24}$/.test(name)).length;
    if (segments <= HOUSEKEEPING.segments && now - this.#checkpointAt < HOUSEKEEPING.checkpointMs) return;
    this.#checkpointAt = now;
    this.#sinceCheckpoint = 0;
    await this.#run('checkpoint');
  }
}
