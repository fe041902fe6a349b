import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { basename, dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UntilgreenError } from '../../../core/errors.ts';
import type { Workbench } from '../../../workspace/types.ts';
import { refuse } from '../../refactor/refuse.ts';
import type { RefactorContext, RefusalReason } from '../../refactor/types.ts';
import { lineService } from '../../shared/line-service.ts';
import { environmentFor } from '../environment.ts';
import { builtProgram } from '../program.ts';

const FOLDER = fileURLToPath(new URL('./program/', import.meta.url));
/** Milliseconds one question may take; 100,000 lines with all that they import take 10 s on a slow machine. */
const ANSWER_MS = 120_000;

const answer = lineService(start, ANSWER_MS);

/** What the program answers: one of the three. */
interface Outcome {
  value?: unknown;
  refused?: { reason: RefusalReason; what: string; path?: string; line?: number; next?: string };
  broken?: string;
}

/**
 * Asks the program that refactors Go. It is ours, built once for each Go into the user's cache, and a plain process: it reads the files of the
 * copy, of the standard library and of the module cache, type-checks them, and executes nothing.
 *
 * @throws `refactoring_refused` with its reason (`missing_tool` without Go); `tool_failed` where it could not answer; `cancelled`
 */
export async function ask<T>(op: string, operation: unknown, { bench, signal }: RefactorContext): Promise<T> {
  const question = { ...(await place(bench)), operation };
  if (signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled.');
  const outcome = (await answer({ op, question })) as Outcome | undefined;
  if (signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled.');
  if (outcome?.refused) {
    const { reason, what, next, ...data } = outcome.refused;
    throw refuse(reason, what, data, next || undefined);
  }
  if (outcome === undefined || outcome.broken !== undefined) {
    const [what] = (outcome?.broken ?? 'it ended, or took too long').split('\n');
    throw new UntilgreenError('tool_failed', `The refactoring of Go failed: ${what}`, { op, detail: outcome?.broken?.slice(0, 4000) }, 'Nothing was changed. Try a smaller step.');
  }
  return (outcome.value ?? []) as T;
}

async function place(bench: Workbench): Promise<Record<string, unknown>> {
  try {
    const { go, env } = await environmentFor(bench);
    const files = (await bench.list()).filter(({ link }) => link === undefined).map(({ path }) => path);
    const vendors = Object.fromEntries(bench.mounts.filter(({ target }) => basename(target) === 'vendor').map(({ source, target }) => [relative(bench.mountAt, dirname(target)), source]));
    return { root: bench.root, files, goroot: dirname(dirname(await realpath(go.program))), modCache: env['GOMODCACHE'] ?? '', vendors };
  } catch (thrown) {
    if (thrown instanceof UntilgreenError && thrown.code === 'file_missing') throw refuse('missing_tool', 'Go is not on this machine.', {}, thrown.next);
    throw thrown;
  }
}

async function start(): Promise<ChildProcessWithoutNullStreams> {
  return spawn(await builtProgram(FOLDER, 'go-refactorer'), [], { cwd: '/', env: { LANG: 'C.UTF-8', GOMEMLIMIT: '2GiB' }, stdio: 'pipe' });
}
