import type { LoadedConfig } from '../config/schema.ts';
import { canonicalJson, sha256 } from '../core/hash.ts';

/** An engine, or the library of tools: opened for a configuration, safe for many users at once, closed when it is over. */
interface Closable {
  close(): Promise<void>;
}
interface Open<T> {
  what: Promise<T>;
  users: number;
}

/**
 * What one process holds open, one for each configuration in use. Opening the embedded store takes a second and more, so the one used last
 * stays open between prompts; an idle editor holds no others.
 */
export class Warm<T extends Closable> {
  private readonly open = new Map<string, Open<T>>();

  constructor(private readonly start: (config: LoadedConfig) => Promise<T>) {}

  /** Work with the one of a configuration; side by side where there are several. */
  async use<R>(config: LoadedConfig, work: (what: T) => Promise<R>): Promise<R> {
    const key = sha256(canonicalJson([config.settings, config.env]));
    const entry = this.open.get(key) ?? { what: this.start(config), users: 0 };
    // Moved to the end: it is the one used last.
    this.open.delete(key);
    this.open.set(key, entry);
    entry.users += 1;
    try {
      return await work(await entry.what);
    } catch (error) {
      // What could not be opened is tried anew next time.
      await entry.what.catch(() => this.open.delete(key));
      throw error;
    } finally {
      entry.users -= 1;
      await this.closeIdle(1);
    }
  }

  /** Closes all; nothing may be at work. */
  async close(): Promise<void> {
    await this.closeIdle(0);
  }

  private async closeIdle(keep: number): Promise<void> {
    const idle = [...this.open].filter(([, { users }]) => users === 0);
    for (const [key, { what }] of idle.slice(0, Math.max(0, idle.length - keep))) {
      this.open.delete(key);
      // One that could not be opened has nothing to close; its user was told.
      await what.then((opened) => opened.close(), () => {});
    }
  }
}
