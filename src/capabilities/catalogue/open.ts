import { UntilgreenError } from '../../core/errors.ts';
import type { Embedder } from '../../models/types.ts';
import { addCapabilityUse, capabilityEvidence, capabilityUses, markUseWrong, setCapabilityEvidence } from '../../store/queries/capability-uses.ts';
import { addFailedSynthesis, nearestFailedSyntheses } from '../../store/queries/syntheses.ts';
import type { Db } from '../../store/types.ts';
import type { Catalogue, FailedSynthesis, Library } from '../interfaces.ts';
import type { Evidence, UseRecord } from '../types.ts';
import { keptContents } from './contents.ts';
import { claimMaking } from './making.ts';
import { emptyMemory, refresh } from './memory.ts';
import { nearTools } from './near.ts';
import { syncIndex, type Changes } from './sync.ts';

export interface CatalogueOptions {
  db: Db;
  /** Or how it is opened: with the first search, for calling a tool by its name needs none. */
  embedder: Embedder | (() => Promise<Embedder>);
  library: Library;
}

/**
 * The database's index of a library, with a copy of its words and vectors in memory. It shows the folder as it was at the last `sync`, which
 * whoever looks for tools calls before. Rows of several libraries may lie in one database: each sees its own.
 *
 * @example
 * const catalogue = await openCatalogue({ db: store.db, embedder, library: await openLibrary(directory) });
 * await catalogue.sync();
 * const near = await catalogue.near({ request: 'What is 15 percent of 300?' });
 */
export async function openCatalogue({ db, embedder, library }: CatalogueOptions): Promise<Catalogue> {
  const { directory } = library;
  const opened = async (): Promise<Embedder> => (typeof embedder === 'function' ? embedder() : embedder);
  const memory = emptyMemory();
  const contents = keptContents(db, directory, memory);
  let seen: string | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const embedded = async (text: string): Promise<{ vector: number[]; model: string }> => {
    const words = await opened();
    const [vector] = await words.embed([text]);
    return { vector: vector!, model: words.model };
  };

  const sync = async (): Promise<Changes> => {
    const revision = await library.revision();
    if (revision === seen) return { added: [], changed: [], removed: [] };
    const words = await opened();
    const changes = await syncIndex(db, library, words, revision);
    await refresh(memory, db, directory, words.model);
    seen = revision;
    return changes;
  };

  return {
    // One after the other: each sees what the one before it found.
    sync() {
      const next = last.then(sync);
      last = next.catch(() => {});
      return next;
    },
    near: async (query, options = {}) => nearTools({ memory, embedder: await opened(), contents: contents.of }, query, options),
    evidenceOf: async (hash) => (await capabilityEvidence(db, hash)) as Evidence | undefined,
    setEvidence: (name, evidence) => setCapabilityEvidence(db, name, evidence.hash, evidence as unknown as Record<string, unknown>),
    addUse: (use) => addCapabilityUse(db, directory, use),
    async markWrong(id) {
      if (!(await markUseWrong(db, directory, id))) throw new UntilgreenError('not_found', `There is no use ${id} of a tool.`, { use: id });
    },
    uses: async (filter) => (await capabilityUses(db, directory, filter)) as unknown as UseRecord[],
    async addFailedSynthesis({ need, stoppedBy, reason }) {
      await addFailedSynthesis(db, directory, { ...need, stoppedBy: stoppedBy ?? null, reason }, await embedded(need.description));
    },
    async nearFailedSyntheses({ description }, limit = 3) {
      const near = await nearestFailedSyntheses(db, directory, await embedded(description), limit);
      return near.map(({ name, description: wanted, stoppedBy, reason, at, similarity }) => ({
        need: { name, description: wanted }, ...(stoppedBy ? { stoppedBy: stoppedBy as NonNullable<FailedSynthesis['stoppedBy']> } : {}), reason, at, similarity,
      }));
    },
    claimMaking: async (need, signal) => claimMaking({ db, library: directory, embedder: await opened() }, need, signal),
  };
}
