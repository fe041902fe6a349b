import { join } from 'node:path';
import { dataDir } from '../config/paths.ts';
import type { LoadedConfig } from '../config/schema.ts';
import type { RunRow } from '../store/types.ts';

/** How a run stands as people are told of it: more than its row says. */
export interface Standing {
  /** The outcome of a run that is done, else `running`, `waiting`, or `interrupted` where no process works on it. */
  state: string;
  /** What became of a green run's change in the user's directory. */
  change?: 'applied' | 'not applied' | 'undone';
}

/** What the rows do not tell by themselves. */
export interface Known {
  /** Runs that a living process holds. */
  live: ReadonlySet<string>;
  /** Journals of applied changes that were taken back. */
  undone: ReadonlySet<string>;
}

/** The standing of one run. */
export function standingOf(row: RunRow, known: Known): Standing {
  if (row.status === 'waiting') return { state: 'waiting' };
  if (row.status !== 'done') return { state: known.live.has(row.id) ? 'running' : 'interrupted' };
  const state = row.outcome ?? 'done';
  const applied = row.output?.['applied'] as { journal?: string } | null | undefined;
  if (applied) return { state, change: applied.journal !== undefined && known.undone.has(applied.journal) ? 'undone' : 'applied' };
  return state === 'green' ? { state, change: 'not applied' } : { state };
}

/** `green, not applied`. */
export function standingText({ state, change }: Standing): string {
  return [state.replaceAll('_', ' '), change].filter(Boolean).join(', ');
}

/** What to type to go on with a run; undefined for one that is done or at work. */
export function goOn(row: Pick<RunRow, 'id'>, { state }: Standing): string | undefined {
  if (state === 'interrupted') return `untilgreen resume ${row.id}`;
  return state === 'waiting' ? `untilgreen resume ${row.id} --approve all` : undefined;
}

/** Looks up what the standing of these runs depends on: the journals, and the leases where a run says that it is running. */
export async function whatIsKnown(config: LoadedConfig, rows: readonly RunRow[]): Promise<Known> {
  const home = dataDir(config.env);
  const { JournalStore } = await import('../workspace/journal.ts');
  const { journals } = await new JournalStore(join(home, 'journals')).all();
  return {
    undone: new Set(journals.flatMap((journal) => (journal.kind === 'undo' && journal.state === 'committed' ? (journal.of ?? []) : []))),
    live: rows.some((row) => row.status === 'running') ? await liveRuns(config.env['DATABASE_URL'], join(home, 'db')) : new Set(),
  };
}

/** Opening the store ends the leases of processes that are gone; those of other machines run out by themselves. */
async function liveRuns(url: string | undefined, directory: string): Promise<ReadonlySet<string>> {
  const { openStore } = await import('../store/store.ts');
  const store = await openStore({ url, directory });
  try {
    const rows = await store.db.query<{ id: string }>("select id from untilgreen.tasks where status = 'running' and lease_until >= now()");
    return new Set(rows.map((row) => row.id));
  } finally {
    await store.close();
  }
}
