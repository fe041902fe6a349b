import { outcomesOf } from '../../store/queries/asked.ts';
import type { LibraryStats } from '../interfaces.ts';
import { statsOf } from '../life/stats.ts';
import { ASK_KIND } from './ask.ts';
import type { Shared } from './open.ts';

/** Uses that are looked at for figures. */
const MOST_USES = 100_000;

/** What is in the library, and how requests ended. */
export async function libraryStats(shared: Shared): Promise<LibraryStats> {
  const { library } = shared;
  const { db } = await shared.store();
  const [{ tools }, uses, asked] = await Promise.all([library.list(), (await shared.catalogue()).uses({ limit: MOST_USES }), outcomesOf(db, { kind: ASK_KIND, directory: library.directory })]);
  const all = Object.entries(asked).filter(([outcome]) => outcome !== 'open');
  const made = tools.filter(({ tool }) => tool.made.by === 'model').length;
  const requests = all.reduce((sum, [, runs]) => sum + runs, 0);
  const answered = asked['answered'] ?? 0;
  return statsOf(tools.map(({ tool }) => tool), uses, { requests, made, reused: Math.max(0, answered - made), refused: (asked['impossible'] ?? 0) + (asked['not_made'] ?? 0) }, new Date());
}
