import { fileURLToPath } from 'node:url';
import { UntilgreenError } from '../../../core/errors.ts';
import type { Workbench } from '../../../workspace/types.ts';
import { refuse } from '../../refactor/refuse.ts';
import type { Operation, Refactoring, RefusalReason } from '../../refactor/types.ts';
import { lineService } from '../../shared/line-service.ts';
import { newestPython, startPython } from '../service.ts';

const SCRIPT = fileURLToPath(new URL('./engine/main.py', import.meta.url));
/** Milliseconds one operation may take. Django's 2,800 files, all parsed, take about twelve seconds. */
const ANSWER_MS = 120_000;

interface Refused {
  reason: RefusalReason;
  what: string;
  data: Record<string, unknown>;
  next: string | null;
}
type Answer = Refactoring | { refused: Refused } | { failed: string };

const answer = lineService(() => startPython(SCRIPT), ANSWER_MS);

/**
 * Has the engine compute an operation. It runs a Python of the machine (never one of a project) in isolated mode and executes nothing
 * of the project; what it has read stays in its memory for the next question, by content.
 *
 * @throws `refactoring_refused`: what the engine says, `missing_tool` where the machine has no Python 3.9 or newer, `unsupported` where it
 * ran out of time; `internal` for a fault of the engine
 */
export async function computeInPython(operation: Operation, bench: Workbench): Promise<Refactoring> {
  const files = (await bench.list()).filter((file) => file.link === undefined).map(({ path, hash, size }) => ({ path, hash, size }));
  const result = (await answer({ root: bench.root, files, operation })) as Answer | undefined;
  if (result === undefined) throw await noAnswer(operation);
  if ('failed' in result) throw new UntilgreenError('internal', `The Python refactoring engine failed over ${operation.kind}.`, { operation, trace: result.failed }, 'Report it with the trace in the data.');
  if ('refused' in result) throw refuse(result.refused.reason, result.refused.what, result.refused.data, result.refused.next ?? undefined);
  return result;
}

async function noAnswer(operation: Operation): Promise<UntilgreenError> {
  if ((await newestPython()) === undefined) {
    return refuse('missing_tool', 'There is no Python 3.9 or newer on this machine.', {}, 'Install Python (Debian: `apt install python3`) or put it on PATH.');
  }
  return refuse('unsupported', `The Python refactoring engine gave no answer over ${operation.kind} within ${ANSWER_MS / 1000} seconds.`, {}, 'Name fewer files, or move part of it.');
}
