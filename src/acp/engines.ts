import type { Engine } from '../agent/types.ts';
import type { LoadedConfig } from '../config/schema.ts';
import { canonicalJson, sha256 } from '../core/hash.ts';

interface Open {
  engine: Promise<Engine>;
  users: number;
}

/**
 * The engines of one process, one for each configuration in use. Opening the embedded store takes a second and more, so the one used last
 * stays open between prompts; an idle editor holds no others.
 */
export class Engines {
  private readonly open = new Map<string, Open>();

  constructor(private readonly start: (config: LoadedConfig) => Promise<Engine>) {}

  /** Work with the engine of a configuration; side by side where there are several. */
  async use<T>(config: LoadedConfig, work: (engine: Engine) => Promise<T>): Promise<T> {
    const key = sha256(canonicalJson([config.settings, config.env]));
    const entry = this.open.get(key) ?? { engine: this.start(config), users: 0 };
    // Moved to the end: it is the one used last.
    this.open.delete(key);
    this.open.set(key, entry);
    entry.users += 1;
    try {
      return await work(await entry.engine);
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
    for (const [key, { engine }] of idle.slice(0, Math.max(0, idle.length - keep))) {
      this.open.delete(key);
      // One that could not be opened has nothing to close; its user was told.
      await engine.then((opened) => opened.close(), () => {});
    }
  }
}
