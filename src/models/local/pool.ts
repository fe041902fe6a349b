import { openEngine, type EngineOptions, type LocalEngine } from './engine.ts';

/** Milliseconds after the last request for which a model stays in memory. */
const IDLE_MS = 300_000;

interface Entry {
  engine: Promise<LocalEngine>;
  users: number;
  timer?: NodeJS.Timeout;
}

export interface EnginePool {
  /** Works with the model of a file, which is loaded when it is not yet. */
  use<T>(path: string, work: (engine: LocalEngine) => Promise<T>): Promise<T>;
  /** Frees all models. */
  close(): Promise<void>;
}

/**
 * Models that stay loaded between requests: one engine a file, freed after five idle minutes. It does not keep the process alive.
 *
 * @param open what loads a model; default `openEngine`
 */
export function enginePool(options: EngineOptions = {}, open: (path: string, options: EngineOptions) => Promise<LocalEngine> = openEngine, idleMs: number = IDLE_MS): EnginePool {
  const entries = new Map<string, Entry>();
  const free = async (path: string, entry: Entry): Promise<void> => {
    if (entries.get(path) === entry) entries.delete(path);
    clearTimeout(entry.timer);
    const engine = await entry.engine.catch(() => undefined); // one that did not load has nothing to free
    await engine?.close();
  };
  return {
    async use(path, work) {
      let entry = entries.get(path);
      if (!entry) {
        entry = { engine: open(path, options), users: 0 };
        entries.set(path, entry);
      }
      const mine = entry;
      clearTimeout(mine.timer);
      mine.users += 1;
      try {
        return await work(await mine.engine.catch((error: unknown) => {
          if (entries.get(path) === mine) entries.delete(path); // the file may be there the next time
          throw error;
        }));
      } finally {
        mine.users -= 1;
        if (mine.users === 0) mine.timer = setTimeout(() => void free(path, mine), idleMs).unref();
      }
    },
    async close() {
      await Promise.all([...entries].map(([path, entry]) => free(path, entry)));
    },
  };
}
