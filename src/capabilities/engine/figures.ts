import { outcomesOf } from '../../store/queries/asked.ts';
import type { LibraryStats, Suggestion } from '../interfaces.ts';
import { runnerOf } from '../life/effects.ts';
import { statsOf } from '../life/stats.ts';
import { suggestionsOf } from '../life/suggest.ts';
import { subsumed } from '../life/suggest/subsumed.ts';
import { ASK_KIND } from './ask.ts';
import type { Shared } from './open.ts';
import { pastAsks } from './past.ts';

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

/** What past requests say would be wanted, then tools that others could stand in for. */
export async function suggestions(shared: Shared, limit = 10): Promise<Suggestion[]> {
  const { tools: entries } = await shared.library.list();
  const tools = entries.map(({ tool }) => tool);
  const wanted = suggestionsOf({ asks: await pastAsks(shared), tools }, limit);
  if (wanted.length >= limit || tools.length < 2) return wanted;
  return [...wanted, ...(await subsumed(tools, runnerOf({ sandbox: await shared.sandbox() })))].slice(0, limit);
}
