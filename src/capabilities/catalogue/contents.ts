import { readCapabilities } from '../../store/queries/capabilities.ts';
import type { Db } from '../../store/types.ts';
import type { IndexMemory } from './memory.ts';

type Content = Record<string, unknown>;

/** Contents of tools that were found lately: reading and parsing twenty of them takes longer than finding them. */
const MOST_KEPT = 500;

/** Reads contents from the database once for each digest. */
export function keptContents(db: Db, library: string, memory: IndexMemory): { of(names: string[]): Promise<{ name: string; content: Content }[]> } {
  const kept = new Map<string, { digest: string; content: Content }>();
  const current = (name: string) => {
    const one = kept.get(name);
    return one && one.digest === memory.tools.get(name)?.digest ? one : undefined;
  };
  return {
    async of(names) {
      const missing = names.filter((name) => !current(name));
      const read = missing.length > 0 ? await readCapabilities(db, library, missing) : [];
      const found = new Map(read.map((row) => [row.name, row]));
      const all = names.flatMap((name) => {
        const one = found.get(name) ?? current(name);
        return one ? [{ name, digest: one.digest, content: one.content }] : [];
      });
      // Those that were asked for last stand last; the first are dropped.
      for (const { name, digest, content } of all) {
        kept.delete(name);
        kept.set(name, { digest, content });
      }
      for (const name of [...kept.keys()].slice(0, Math.max(0, kept.size - MOST_KEPT))) kept.delete(name);
      return all.map(({ name, content }) => ({ name, content }));
    },
  };
}
