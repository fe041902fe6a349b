import { RequestError, type ListSessionsRequest, type ListSessionsResponse, type SessionInfo } from '@agentclientprotocol/sdk';
import type { Engine } from '../agent/types.ts';
import { UntilgreenError } from '../core/errors.ts';
import type { RunRow } from '../store/types.ts';
import { checkDirectory } from '../workspace/paths.ts';
import { refuse } from './errors.ts';
import { firstMode, inMode } from './modes.ts';
import type { Records, SessionRecord } from './records.ts';
import { oneLine } from './text.ts';
import type { AcpOptions } from './types.ts';
import type { Warm } from './warm.ts';

const PAGE = 50;
/** Runs that are looked through for those that belong to no session. */
const LOOK_BACK = 500;

/** The sessions of editors, and the runs that were started elsewhere (each as a session of its own), the newest first. */
export async function listSessions(records: Records, engines: Warm<Engine>, configFor: AcpOptions['configFor'], params: ListSessionsRequest): Promise<ListSessionsResponse> {
  const directory = params.cwd ? await checkDirectory(params.cwd) : undefined;
  const from = params.cursor ? Number(params.cursor) : 0;
  if (!Number.isInteger(from) || from < 0) throw refuse(`Expected a cursor of this list, got ${JSON.stringify(params.cursor)}.`);
  const kept = await records.list();
  const config = await configFor(directory ?? process.cwd());
  const rows = await engines.use(inMode(config, firstMode(config)), (engine) => engine.history({ directory, limit: LOOK_BACK }));
  const owned = new Set(kept.flatMap(({ turns }) => turns.flatMap((turn) => turn.run ?? [])));
  const all = [
    ...kept.filter((record) => directory === undefined || record.directory === directory).map(infoOf),
    ...rows.filter(({ id }) => !owned.has(id)).map((row) => infoOf(recordFrom(row))),
  ].toSorted((a, b) => (b.updatedAt ?? '').localeCompare(a.updatedAt ?? ''));
  return { sessions: all.slice(from, from + PAGE), ...(all.length > from + PAGE && { nextCursor: String(from + PAGE) }) };
}

/** The record of a session, or of a run that belongs to none. Errors: -32002 for an id that is neither. */
export async function recordOf(records: Records, engine: Engine, id: string): Promise<SessionRecord> {
  const record = await records.read(id);
  if (record) return record;
  try {
    return recordFrom((await engine.show(id)).run);
  } catch (error) {
    if (error instanceof UntilgreenError && error.code === 'run_unknown') throw RequestError.sessionNotFound(id);
    throw error;
  }
}

function recordFrom({ id, directory, request, created_at, updated_at }: RunRow): SessionRecord {
  return { format: 1, id, directory, title: oneLine(request, 80), created: isoOf(created_at), updated: isoOf(updated_at), mode: 'ask', turns: [{ text: request, run: id }] };
}

const isoOf = (at: string) => new Date(at).toISOString();

function infoOf({ id, directory, title, updated }: SessionRecord): SessionInfo {
  return { sessionId: id, cwd: directory, ...(title !== undefined && { title }), updatedAt: updated };
}
