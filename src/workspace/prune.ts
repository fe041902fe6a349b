import type { Journal, JournalStore } from './journal.ts';

/** Bytes of contents kept for undo: enough for thousands of runs, little enough to forget about. */
export const DEFAULT_MAX_BYTES = 500_000_000;

/**
 * Removes the oldest finished journals, and the contents only they name, until the rest fits. The newest apply always stays, so that it can
 * be undone. The caller holds the store's lock.
 *
 * @returns ids of the journals that went
 */
export async function pruneJournals(store: JournalStore, maxBytes: number = DEFAULT_MAX_BYTES): Promise<string[]> {
  const sizes = new Map((await store.blobs.entries()).map(({ hash, bytes }) => [hash, bytes]));
  let total = 0;
  for (const bytes of sizes.values()) total += bytes;
  if (total <= maxBytes) return [];
  const { journals } = await store.all();
  const newest = journals.findLast((j) => j.kind === 'apply' && j.state === 'committed');
  const kept = new Set(journals);
  const removed: string[] = [];
  for (const journal of journals) {
    if (bytesOf(kept, sizes) <= maxBytes) break;
    const final = journal.state === 'committed' || journal.state === 'rolled_back';
    if (!final || journal === newest || journal.of === newest?.id) continue;
    kept.delete(journal);
    removed.push(journal.id);
    // The journal goes first: a content without a journal is swept next time, a journal without its content could not be undone.
    await store.remove(journal.id);
  }
  await store.blobs.sweep(named(kept));
  return removed;
}

function named(journals: Iterable<Journal>): Set<string> {
  const hashes = new Set<string>();
  for (const { operations } of journals) {
    for (const { before, after } of operations) {
      if (before) hashes.add(before.hash);
      if (after) hashes.add(after.hash);
    }
  }
  return hashes;
}

function bytesOf(journals: Iterable<Journal>, sizes: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const hash of named(journals)) total += sizes.get(hash) ?? 0;
  return total;
}
