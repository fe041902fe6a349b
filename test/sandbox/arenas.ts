import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findCgroupBase } from '../../src/sandbox/cgroup.ts';
import type { Rung } from '../../src/sandbox/types.ts';
import type { Outcome } from './arena.ts';

/** `root`; `user`: an ordinary one, made for the time of the suite; `root for another owner`: root drives, the workspace is a user's. */
export type Who = 'root' | 'user' | 'root for another owner';

/** One rung under one user. Adding a rung to the suite is a line here; what it must show stands with the cases. */
export const ARENAS: readonly { rung: Rung; who: Who }[] = [
  { rung: 'A', who: 'root' },
  { rung: 'A', who: 'user' },
  { rung: 'B', who: 'user' },
  { rung: 'B', who: 'root for another owner' },
  { rung: 'C', who: 'root' },
  { rung: 'D', who: 'root' },
  { rung: 'D', who: 'root for another owner' },
  { rung: 'D', who: 'user' },
];

const DRIVER = fileURLToPath(new URL('./drive.ts', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const isRoot = process.geteuid?.() === 0;

export interface Measured {
  outcomes: Outcome[];
  /** Why the rung could not be tried here. */
  obstacle?: string;
  /** What the driver said on its way out, where it did not come to the end. */
  stderr: string;
  seconds: number;
}

/** Runs every case of the rung as that user, in a process of its own, and takes back what was made for it. */
export async function measure({ rung, who }: { rung: Rung; who: Who }, base: string): Promise<Measured> {
  const nothing = { outcomes: [], stderr: '', seconds: 0 };
  if (who !== 'user' && !isRoot) return { ...nothing, obstacle: 'the suite does not run as root' };
  const began = performance.now();
  const directory = join(base, `${rung} ${who}`);
  mkdirSync(directory, { recursive: true });
  const user = isRoot && who !== 'root' ? makeUser(`ugt${process.pid}${rung.toLowerCase()}${who === 'user' ? 'u' : 'o'}`) : undefined;
  const groups = user && who === 'user' && rung === 'A' ? delegate(user) : [];
  try {
    if (user && who === 'user') chownSync(directory, user.uid, user.uid);
    const env: Record<string, string> = { PATH: process.env.PATH ?? '', HOME: who === 'user' ? (user?.home ?? process.env.HOME ?? '/') : (process.env.HOME ?? '/root') };
    for (const name of ['CI', 'UNTILGREEN_CASE']) if (process.env[name]) env[name] = process.env[name];
    if (user && who !== 'user') env.UNTILGREEN_CASE_OWNER = String(user.uid);
    const words = [process.execPath, '--import', 'tsx', DRIVER, rung, directory];
    const measured = await drive(user && who === 'user' ? asUser(user, groups, words) : words, env);
    return { ...measured, seconds: Math.round((performance.now() - began) / 1000) };
  } finally {
    for (const group of groups) await removeGroup(group);
    if (user) spawnSync('userdel', ['--remove', user.name]);
  }
}

async function drive(words: string[], env: Record<string, string>): Promise<Omit<Measured, 'seconds'>> {
  const child = spawn(words[0] ?? '', words.slice(1), { cwd: REPOSITORY, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const outcomes: Outcome[] = [];
  let obstacle: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Outcome | { obstacle: { problem: string } };
    if ('obstacle' in said) obstacle = said.obstacle.problem;
    else outcomes.push(said);
  }
  return { outcomes, stderr, ...(obstacle === undefined ? {} : { obstacle }) };
}

interface User {
  name: string;
  uid: number;
  home: string;
}

function makeUser(name: string): User {
  const added = spawnSync('useradd', ['--create-home', name], { encoding: 'utf8' });
  if (added.status !== 0) throw new Error(`useradd: ${added.stderr || added.error?.message}`);
  return { name, uid: Number(spawnSync('id', ['-u', name], { encoding: 'utf8' }).stdout), home: `/home/${name}` };
}

/** Joins the groups while still root, then becomes the user for good. */
function asUser(user: User, groups: readonly string[], words: string[]): string[] {
  const entering = 'n=$1; shift; while [ "$n" -gt 0 ]; do echo 0 > "$1/cgroup.procs" || exit 125; shift; n=$((n - 1)); done; exec "$@"';
  return ['sh', '-c', entering, 'sh', String(groups.length), ...groups, 'setpriv', `--reuid=${user.uid}`, `--regid=${user.uid}`, '--clear-groups', '--', ...words];
}

/** What an administrator or systemd does for a user who is to have rung A: a group of their own in each hierarchy. */
function delegate(user: User): string[] {
  const found = findCgroupBase();
  if ('problem' in found || found.version !== 1) return [];
  return [...new Set(Object.values(found.parents))].map((parent) => {
    const group = join(parent, user.name);
    mkdirSync(group);
    chmodSync(group, 0o755);
    chownSync(group, user.uid, user.uid);
    return group;
  });
}

async function removeGroup(group: string): Promise<void> {
  for (let attempt = 0; existsSync(group); attempt += 1) {
    try {
      rmdirSync(group);
    } catch (thrown) {
      if (attempt === 50) throw new Error(`${group} still holds ${readFileSync(join(group, 'cgroup.procs'), 'utf8')}`, { cause: thrown });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
