// Opens rung A in this process and rung B in another one, as an ordinary user, where this one is root's.
import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxOn } from '../../src/sandbox/open.ts';
import { RUNGS } from '../../src/sandbox/rungs/registry.ts';
import type { OpenedSandbox } from '../../src/sandbox/types.ts';

/** `nobody`: owns nothing and is on every machine. */
const ORDINARY = 65534;

/** A rung without its canaries: the bench measures it, it trusts nothing to it. Undefined, with a word, where it cannot be used. */
export async function open(name: string): Promise<OpenedSandbox | undefined> {
  const backend = RUNGS.find(({ rung }) => rung === name);
  const obstacle = backend ? await backend.prepare() : { problem: 'there is no such rung' };
  if (backend && !obstacle) return sandboxOn(backend);
  process.stderr.write(`rung ${name} is not measured: ${obstacle?.problem}\n`);
  return undefined;
}

/** A directory that is gone at the end of the process. */
export function scratch(owner?: number): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'untilgreen-bench-')));
  if (owner !== undefined) chownSync(path, owner, owner);
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/**
 * Runs a bench once more for rung B and gives back what it printed as JSON. Root's commands cannot run on rung B, so that process
 * belongs to an ordinary user.
 *
 * @param bench URL of the bench; it is started with `--worker B`
 */
export async function inWorker<T>(bench: string, words: readonly string[]): Promise<T> {
  const home = scratch(process.geteuid?.() === 0 ? ORDINARY : undefined);
  const drop = process.geteuid?.() === 0 ? ['setpriv', `--reuid=${ORDINARY}`, `--regid=${ORDINARY}`, '--clear-groups', '--'] : [];
  const [file = '', ...args] = [...drop, process.execPath, '--import', 'tsx', new URL(bench).pathname, '--worker', 'B', ...words];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH, HOME: home, TMPDIR: home } });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`the bench of rung B ended with ${code}`);
  return JSON.parse(text) as T;
}
