import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { lineService } from '../../shared/line-service.ts';
import { builtProgram } from '../program.ts';

const FOLDER = fileURLToPath(new URL('./program/', import.meta.url));
/** Milliseconds one question may take; a file of 10,000 lines takes under one second. */
const ANSWER_MS = 20_000;

const answer = lineService(start, ANSWER_MS);

/**
 * Asks the reader of Go source. It is a program of ours, built once for each Go into the user's cache, and a plain process: like a compiler's
 * front end it reads text and executes nothing of it.
 *
 * @returns the answer; undefined where the source was too much for it
 * @throws `file_missing` where there is no Go, `tool_failed` where the program cannot be built
 */
export async function ask<T>(op: string, question: unknown): Promise<T | undefined> {
  return (await answer({ op, question })) as T | undefined;
}

async function start(): Promise<ChildProcessWithoutNullStreams> {
  return spawn(await builtProgram(FOLDER, 'go-reader'), [], { cwd: '/', env: { LANG: 'C.UTF-8', GOMAXPROCS: '1', GOMEMLIMIT: '512MiB' }, stdio: 'pipe' });
}
