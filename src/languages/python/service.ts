import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { lineService } from '../shared/line-service.ts';
import { pythonOnPath } from './interpreter.ts';

const SCRIPT = fileURLToPath(new URL('./service/ast_service.py', import.meta.url));
/** Milliseconds one question may take; a file of 10,000 lines takes under one second. */
const ANSWER_MS = 20_000;
/** The newest Python reads the newest syntax. */
const NAMES = ['python3.14', 'python3.13', 'python3.12', 'python3', 'python3.11', 'python3.10', 'python3.9', 'python'];
/** `ast.unparse` and exact end positions. */
const OLDEST = 9;

export type Operation = 'symbols' | 'tests' | 'scan' | 'mutants' | 'mutations' | 'targets' | 'calls' | 'top_level' | FunctionOperation;
/** Those of the function job; they take text that need not be a module. */
export type FunctionOperation = 'fn_stub' | 'fn_signature' | 'fn_examples' | 'fn_tests' | 'fn_extract' | 'fn_normalise' | 'fn_mend' | 'fn_screen' | 'fn_render';
export interface Unparsable {
  unparsable: { line: number; message: string };
}

const answer = lineService(() => startPython(SCRIPT), ANSWER_MS);

/**
 * Asks the syntax tree service. It runs a Python of the machine (never one of a project) in isolated mode, without site
 * packages, and executes nothing of what it is given.
 *
 * @returns the answer; undefined when there is no Python on the machine, or when it could not answer (callers then read by lines)
 */
export async function ask<T>(op: Operation, source: string, options: Record<string, unknown> = {}): Promise<T | Unparsable | undefined> {
  return (await answer({ op, source: source.replace(/^\uFEFF/, ''), ...options })) as T | Unparsable | undefined;
}

export function isUnparsable(answer: unknown): answer is Unparsable {
  return typeof answer === 'object' && answer !== null && 'unparsable' in answer;
}

/**
 * Starts a script of ours with the newest Python of the machine: isolated, without site packages, without environment, in no project.
 *
 * @param script absolute path
 * @returns the process with three pipes; undefined where the machine has no Python from 3.9 on
 */
export async function startPython(script: string): Promise<ChildProcessWithoutNullStreams | undefined> {
  const python = await newestPython();
  return python === undefined ? undefined : spawn(python, ['-I', '-S', '-B', script], { cwd: '/', env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' }, stdio: 'pipe' });
}

/** Path of the Python that reads source here; undefined where the machine has none from 3.9 on. */
export async function newestPython(): Promise<string | undefined> {
  // One after the other: the first that serves spares the start of all others.
  for (const name of NAMES) {
    const found = await pythonOnPath([name], process.cwd());
    if (found && found.release[1] >= OLDEST) return found.executable;
  }
  return undefined;
}
