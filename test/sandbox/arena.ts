import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Limits, Rung, Sandbox, SandboxResult } from '../../src/sandbox/types.ts';

export const MiB = 1024 * 1024;

/** Where a case runs: one rung, one user, one owner of the workspace. */
export interface Arena {
  rung: Rung;
  sandbox: Sandbox;
  /** A directory of this arena's own, the workspace lies in it. */
  base: string;
  workspace: string;
  /** Stands on the command line of everything that is run, so that a survivor is found. */
  mark: string;
  /** Runs an attack of attacks.py. */
  attack(name: string, argument?: string, limits?: Partial<Limits>): Promise<SandboxResult>;
  sh(script: string, limits?: Partial<Limits>): Promise<SandboxResult>;
  /** Puts a file into the workspace, from the host, owned by whoever owns the workspace. */
  put(path: string, text: string): string;
  /** Gives a file that the host made to the owner of the workspace. */
  own(path: string): string;
}

/** What must be seen, on every rung or by rung. A rung that is not named is one for which the case says nothing. */
export type Expected = RegExp | Partial<Record<Rung, RegExp>>;

export interface Case {
  /** Number in the threat table. */
  number: number;
  title: string;
  expected: Expected;
  /** Only where root drives: it breaks a launcher in a mount namespace, or gives a workspace away. */
  rootOnly?: true;
  /** Must leave no process behind (checked by the mark). */
  run(arena: Arena): Promise<string>;
}

export interface Outcome {
  number: number;
  title: string;
  rung: string;
  expected: string;
  got: string;
  ok: boolean;
  ms: number;
  /** What came of the first try, where CI gave it a second one. */
  first?: string;
}

/** Limits small enough for bombs. */
const SMALL = { memoryBytes: 256 * MiB, processes: 64, fileBytes: 64 * MiB, tmpBytes: 64 * MiB, wallMs: 10_000, diskBytes: 200 * MiB };

export const told = (result: SandboxResult): string => `${result.status} ${result.exitCode ?? '-'} ${result.stdout.trim()}${result.error ? ` ${result.error}` : ''}`;
/** Milliseconds that an end may take on a busy machine; a container's engine has three programs to start for it. */
const SLACK = { A: 2_500, B: 2_500, C: 5_000, D: 2_500, M: 2_500, none: 2_500 };
export const within = (result: SandboxResult, wall: number): string => (result.wallMs < wall + SLACK[result.rung] ? 'in time' : `after ${result.wallMs} ms`);

/** A case that is one attack and what it prints. */
export const simple = (number: number, title: string, expected: Expected, name: string, argument = '', limits: Partial<Limits> = {}): Case => ({
  number, title, expected, run: async (arena) => told(await arena.attack(name, argument, limits)),
});

/** The code of the error that an action of the agent ends with, or what it gave. */
export async function codeOf(action: () => unknown): Promise<string> {
  try {
    return String(await action());
  } catch (thrown) {
    const { code } = thrown as { code?: string };
    if (code === undefined) throw thrown;
    return code;
  }
}

export async function listen(server: Server, ...where: [number, string] | [string]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (typeof where[0] === 'number') server.listen(where[0], where[1], resolve);
    else server.listen(where[0], resolve);
  });
}

/** @param owner uid that the workspace is to belong to, where root drives for somebody else */
export function makeArena(rung: Rung, sandbox: Sandbox, base: string, owner?: number): Arena {
  const workspace = join(base, 'workspace');
  const mark = `untilgreen-case-${process.pid}`;
  const attacks = readFileSync(new URL('./attacks.py', import.meta.url), 'utf8');
  const own = (path: string): string => {
    if (owner !== undefined) chownSync(path, owner, owner);
    return path;
  };
  mkdirSync(workspace, { recursive: true });
  own(workspace);
  return {
    rung,
    sandbox,
    base,
    workspace,
    mark,
    attack: (name, argument = '', limits = {}) => sandbox.run({ argv: ['python3', '-I', '-', name, argument, mark], workspace, stdin: attacks, limits: { ...SMALL, ...limits } }),
    sh: (script, limits = {}) => sandbox.run({ argv: ['sh', '-c', script, mark], workspace, limits: { ...SMALL, ...limits } }),
    own,
    put(path, text) {
      const file = join(workspace, path);
      for (const part of path.split('/').slice(0, -1).map((_, index, parts) => parts.slice(0, index + 1).join('/'))) {
        mkdirSync(join(workspace, part), { recursive: true });
        own(join(workspace, part));
      }
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return own(file);
    },
  };
}

/** Runs a case and empties the workspace again. `tries`: a case that fails is run once more when this is 2, and says so. */
export async function runCase(one: Case, arena: Arena, tries = 1): Promise<Outcome> {
  const expected = one.expected instanceof RegExp ? one.expected : one.expected[arena.rung];
  const began = performance.now();
  const outcome = (got: string, ok: boolean, more: Partial<Outcome> = {}): Outcome => ({
    number: one.number, title: one.title, rung: arena.rung, expected: expected?.source ?? '', got, ok, ms: Math.round(performance.now() - began), ...more,
  });
  const result = await one.run(arena).catch((thrown: unknown) => `threw ${thrown instanceof Error ? (thrown.stack ?? String(thrown)) : String(thrown)}`);
  const survivors = await survivorsOf(arena.mark);
  spawnSync('find', [arena.workspace, '-mindepth', '1', '-delete']);
  const done = outcome(survivors === 0 ? result : `${result} — ${survivors} SURVIVORS`, expected?.test(result) === true && survivors === 0);
  if (done.ok || tries < 2) return done;
  return { ...(await runCase(one, arena, tries - 1)), first: done.got };
}

/** How many processes of the case are still there when the kernel has had a second to bury the dead. */
async function survivorsOf(mark: string): Promise<number> {
  for (let look = 0; ; look += 1) {
    const { stdout } = spawnSync('sh', ['-c', `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c '^${mark}$'`], { encoding: 'utf8' });
    const left = Number(stdout.trim());
    if (left === 0 || look === 10) return left;
    await sleep(100);
  }
}
