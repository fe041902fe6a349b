import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pythonOnPath } from './interpreter.ts';

const SCRIPT = fileURLToPath(new URL('./service/ast_service.py', import.meta.url));
/** Milliseconds one question may take; a file of 10,000 lines takes under one second. */
const ANSWER_MS = 20_000;
/** The newest Python reads the newest syntax. */
const NAMES = ['python3.14', 'python3.13', 'python3.12', 'python3', 'python3.11', 'python3.10', 'python3.9', 'python'];
/** `ast.unparse` and exact end positions. */
const OLDEST = 9;

export type Operation = 'symbols' | 'tests' | 'scan' | 'mutants' | FunctionOperation;
/** Those of the function job; they take text that need not be a module. */
export type FunctionOperation = 'fn_stub' | 'fn_signature' | 'fn_examples' | 'fn_tests' | 'fn_extract' | 'fn_normalise' | 'fn_mend' | 'fn_screen' | 'fn_render';
export interface Unparsable {
  unparsable: { line: number; message: string };
}

interface Daemon {
  child: ChildProcessWithoutNullStreams;
  waiting: Map<number, { resolve: (value: unknown) => void; timer: NodeJS.Timeout }>;
}

let daemon: Promise<Daemon | undefined> | undefined;
let next = 0;

/**
 * Asks the syntax tree service. It runs a Python of the machine (never one of a project) in isolated mode, without site
 * packages, and executes nothing of what it is given.
 *
 * @returns the answer; undefined when there is no Python on the machine, or when it could not answer (callers then read by lines)
 */
export async function ask<T>(op: Operation, source: string, options: Record<string, unknown> = {}): Promise<T | Unparsable | undefined> {
  daemon ??= start();
  const running = await daemon;
  if (!running) return undefined;
  const id = (next += 1);
  return new Promise((resolve) => {
    const timer = setTimeout(() => running.child.kill('SIGKILL'), ANSWER_MS);
    if (running.waiting.size === 0) hold(running, true);
    running.waiting.set(id, { resolve: resolve as (value: unknown) => void, timer });
    running.child.stdin.write(`${JSON.stringify({ id, op, source: source.replace(/^\uFEFF/, ''), ...options })}\n`);
  });
}

export function isUnparsable(answer: unknown): answer is Unparsable {
  return typeof answer === 'object' && answer !== null && 'unparsable' in answer;
}

async function start(): Promise<Daemon | undefined> {
  const python = await newestPython();
  if (!python) return undefined;
  const child = spawn(python, ['-I', '-S', '-B', SCRIPT], { cwd: '/', env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' }, stdio: 'pipe' });
  const running: Daemon = { child, waiting: new Map() };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reply = JSON.parse(line) as { id: number; result?: unknown };
    settle(running, reply.id, reply.result);
  });
  child.stderr.resume();
  child.stdin.on('error', () => {}); // the exit below answers whoever waits
  const ended = () => {
    daemon = undefined; // the next question starts another one
    for (const id of running.waiting.keys()) settle(running, id, undefined);
  };
  child.on('exit', ended).on('error', ended);
  hold(running, false);
  return running;
}

async function newestPython(): Promise<string | undefined> {
  // One after the other: the first that serves spares the start of all others.
  for (const name of NAMES) {
    const found = await pythonOnPath([name], process.cwd());
    if (found && found.release[1] >= OLDEST) return found.executable;
  }
  return undefined;
}

function settle(running: Daemon, id: number, value: unknown): void {
  const waiting = running.waiting.get(id);
  if (!waiting) return;
  clearTimeout(waiting.timer);
  running.waiting.delete(id);
  if (running.waiting.size === 0) hold(running, false);
  waiting.resolve(value);
}

/** The service keeps the process alive only while a question is open. */
function hold(running: Daemon, on: boolean): void {
  const verb = on ? 'ref' : 'unref';
  running.child[verb]();
  for (const stream of [running.child.stdin, running.child.stdout, running.child.stderr] as unknown as { ref?(): void; unref?(): void }[]) stream[verb]?.();
}
