import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Rung } from '../../../src/sandbox/types.ts';
import type { Arena, Case } from '../arena.ts';

const DRIVER = fileURLToPath(new URL('../drive.ts', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** The driver once more, as a process that can be killed; it runs on the same rung, in a workspace of its own. */
const driver = (arena: Arena, ...more: string[]): string[] => [process.execPath, '--import', 'tsx', DRIVER, arena.rung, join(arena.base, 'agent'), ...more];
const beat = (arena: Arena): string => join(arena.base, 'agent', 'workspace', 'beat');

const BWRAP: readonly Rung[] = ['A', 'B'];

/** What is done to a launcher in a mount namespace of the test's own, on the rungs it stands in front of. `$0` is a folder for files. */
const BROKEN: readonly { title: string; script: string; on: readonly Rung[] }[] = [
  { title: 'bubblewrap is not there', script: gone('bwrap'), on: BWRAP },
  { title: 'bubblewrap ends with 1', script: inPlaceOf('bwrap', 'exit 1'), on: BWRAP },
  { title: 'bubblewrap ends with 0 without having run anything', script: inPlaceOf('bwrap', 'exit 0'), on: BWRAP },
  { title: 'the system call filter is empty', script: inPlaceOf('bwrap', 'exec "REAL" "$@" 7</dev/null'), on: BWRAP },
  { title: 'setpriv is not there', script: gone('setpriv'), on: BWRAP },
  { title: 'bash is not there', script: gone('bash'), on: BWRAP },
  { title: 'no memory group can be made', script: 'mount -o remount,bind,ro /sys/fs/cgroup/memory', on: ['A'] },
  { title: 'a group takes no memory limit', script: 'mount --bind /sys/fs/cgroup/cpuset /sys/fs/cgroup/memory', on: ['A'] },
  { title: 'perl is not there', script: gone('perl'), on: ['D'] },
  { title: 'perl ends with 1', script: inPlaceOf('perl', 'exit 1'), on: ['D'] },
  { title: 'perl ends with 0 without having run anything', script: inPlaceOf('perl', 'exit 0'), on: ['D'] },
  { title: 'the system call filter is empty', script: inPlaceOf('perl', 'exec "REAL" "$@" 6</dev/null'), on: ['D'] },
  { title: 'the engine forgets the memory limit', script: inPlaceOf('podman', 'for a; do shift; case "$a" in --memory*) ;; *) set -- "$@" "$a" ;; esac; done; exec "REAL" "$@"'), on: ['C'] },
  { title: 'the engine ends with 1', script: `${inPlaceOf('podman', 'exit 1')}; ! test -e /usr/local/bin/docker || mount --bind "$0/podman" /usr/local/bin/docker`, on: ['C'] },
  { title: 'the engine ends with 0 without having run anything', script: `${inPlaceOf('podman', 'exit 0')}; ! test -e /usr/local/bin/docker || mount --bind "$0/podman" /usr/local/bin/docker`, on: ['C'] },
];

/** No program of that name can be started. */
function gone(name: string): string {
  return `mount --bind /dev/null /usr/bin/${name}`;
}

/** A shell script stands where the program stood. REAL: a copy of the program. */
function inPlaceOf(name: string, script: string): string {
  return `cp /usr/bin/${name} "$0/real"; printf '#!/bin/sh\n%s\n' '${script.replace('REAL', '\'"$0"\'/real')}' > "$0/${name}"; chmod 755 "$0/${name}"; mount --bind "$0/${name}" /usr/bin/${name}`;
}

/** Milliseconds until nothing of a dead agent's command runs; a container's client is gone first, then its keeper. */
const LAST_BREATH: Record<Rung, number> = { A: 500, B: 500, C: 3_000, D: 500, M: 500, none: 0 };

function start(words: string[]): ChildProcess {
  return spawn(words[0] ?? '', words.slice(1), { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function text(child: ChildProcess, name: 'stdout' | 'stderr' = 'stdout'): Promise<string> {
  let all = '';
  for await (const chunk of child[name] ?? []) all += String(chunk);
  return all;
}

/** Waits for a word of the driver; what it says after that is still there to be read. */
async function heard(child: ChildProcess, word: string): Promise<void> {
  let all = '';
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    all += String(chunk);
    if (all.includes(word)) return;
  }
  throw new Error(`ended without '${word}': ${all} ${await text(child, 'stderr')}`);
}

async function until(condition: () => boolean): Promise<void> {
  const patience = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > patience) throw new Error('it did not come to pass in 20 s');
    await sleep(20);
  }
}

/** Does the heart of a process that should be dead still beat. */
async function afterlife(arena: Arena): Promise<string> {
  const before = readFileSync(beat(arena), 'utf8');
  await sleep(300);
  return readFileSync(beat(arena), 'utf8') === before ? 'stopped' : 'STILL BEATING';
}

function groupsOf(pid: number): number {
  const { stdout } = spawnSync('find', ['/sys/fs/cgroup', '-maxdepth', '6', '-name', `untilgreen-${pid}-*`], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).length;
}

const last = (output: string): { status?: string; exitCode?: number | null; error?: string } => JSON.parse(output.trim().split('\n').at(-1) || '{}') as object;

/** 21, 22, 35, 45 to 47: the agent's own death, its descriptors, a broken launcher, many at once, what is left behind. */
export const AGENT: readonly Case[] = [
  {
    number: 21, title: 'SIGKILL of the agent ends the tree, and the next start clears its groups', expected: /^stopped exited 0 groups$/,
    async run(arena) {
      const child = start(driver(arena, 'run', 'sh', '-c', '(setsid sh -c \'trap "" TERM; while :; do date +%N > beat; sleep 0.02; done\' &); echo up; sleep 30'));
      await heard(child, 'up');
      await until(() => existsSync(beat(arena)));
      child.kill('SIGKILL');
      await sleep(LAST_BREATH[arena.rung]);
      const dead = await afterlife(arena);
      const next = last(await text(start(driver(arena, 'run', 'true'))));
      return `${dead} ${next.status} ${groupsOf(child.pid ?? 0)} groups`;
    },
  },
  {
    number: 22, title: 'a stuck event loop does not keep the command alive', expected: /^stopped timeout$/,
    async run(arena) {
      rmSync(beat(arena), { force: true });
      const child = start(driver(arena, 'block', 'sh', '-c', 'date +%N > beat; echo up; while :; do date +%N > beat; sleep 0.05; done'));
      await heard(child, 'blocked');
      // From here on only the guard can end it, 2 s past the wall of 1 s.
      await sleep(4_000 + LAST_BREATH[arena.rung]);
      const dead = await afterlife(arena);
      return `${dead} ${last(await text(child)).status}`;
    },
  },
  {
    number: 35, title: 'descriptors that the agent inherited are not open inside', expected: /^exited none$/,
    async run(arena) {
      const script = `exec 17</ 33<'${arena.base}' 200</etc; exec "$@"`;
      const inside = 'for f in /proc/self/fd/*; do readlink $f; done; for n in 17 33 200; do cd /proc/self/fd/$n 2>/dev/null && echo ESCAPED; done; true';
      const output = await text(start(['bash', '-c', script, 'bash', ...driver(arena, 'run', 'sh', '-c', inside)]));
      const lines = output.split('\n');
      const open = ['ESCAPED', '/', '/etc', arena.base].filter((path) => lines.includes(path));
      return `${last(output).status} ${open.join(' ') || 'none'}`;
    },
  },
  {
    number: 45, title: 'a launcher that fails is an error, not a run', expected: /^sandbox_error null did not run$/,
    async run(arena) {
      const { status, exitCode, error } = last(await text(start(driver(arena, 'run-in', 'no/such/folder', 'touch', 'ran'))));
      const ran = existsSync(join(arena.base, 'agent', 'workspace', 'ran'));
      return `${status} ${exitCode} ${ran ? 'RAN' : error?.includes('did not run') ? 'did not run' : error}`;
    },
  },
  ...BROKEN.map(({ title, script, on }): Case => ({
    number: 45, title: `${title}: an error, and nothing runs`, expected: Object.fromEntries(on.map((rung) => [rung, /^(refused|sandbox_error): [^]*; nothing ran$/])),
    rootOnly: true,
    async run(arena) {
      const folder = join(arena.base, 'broken');
      mkdirSync(folder, { recursive: true });
      const output = await text(start(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', `set -e; ${script}; exec "$@"`, folder, ...driver(arena, 'run', 'touch', 'ran')]));
      const ran = existsSync(join(arena.base, 'agent', 'workspace', 'ran'));
      rmSync(folder, { recursive: true });
      const { status, error } = last(output);
      return `${status}: ${error}; ${ran ? 'IT RAN' : 'nothing ran'}`;
    },
  })),
  {
    number: 45, title: 'the same with nothing broken runs', expected: { A: /^exited true$/, B: /^exited true$/, D: /^exited true$/ },
    rootOnly: true,
    async run(arena) {
      const { status } = last(await text(start(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', `${inPlaceOf(arena.rung === 'D' ? 'perl' : 'bwrap', 'exec "REAL" "$@"')}; exec "$@"`, arena.base, ...driver(arena, 'run', 'touch', 'ran')])));
      const file = join(arena.base, 'agent', 'workspace', 'ran');
      const ran = existsSync(file);
      rmSync(file, { force: true });
      return `${status} ${ran}`;
    },
  },
  {
    number: 46, title: 'twenty at once, one of them a bomb', expected: /^19 fine, oom$/,
    async run(arena) {
      // On rung D an ordinary user's processes all count together.
      const many = { processes: 512 };
      const others = Array.from({ length: 19 }, (_, index) => arena.sh(`sleep 0.3; echo ${index}`, many));
      const bomb = arena.attack('shared_memory', '', many);
      const fine = (await Promise.all(others)).filter((result, index) => result.status === 'exited' && result.stdout === `${index}\n`);
      return `${fine.length} fine, ${(await bomb).status}`;
    },
  },
  {
    number: 47, title: 'semaphores, queues and shared memory that outlive who made them', expected: /^exited nothing lasts$/,
    async run(arena) {
      const count = (): number => ['sem', 'msg', 'shm'].reduce((total, kind) => total + readFileSync(`/proc/sysvipc/${kind}`, 'utf8').split('\n').length, readdirSync('/dev/shm').length);
      const before = count();
      const { status } = await arena.attack('lasting');
      const more = count() - before;
      return `${status} ${more > 0 ? `${more} LEFT` : 'nothing lasts'}`;
    },
  },
  {
    number: 47, title: 'many runs leave nothing', expected: /^all fine, nothing left$/,
    async run(arena) {
      // A container takes half a second; the others a few hundredths.
      const most = arena.rung === 'C' ? 10 : 100;
      await arena.sh('true');
      const before = leftBehind(arena);
      let fine = 0;
      for (let index = 0; index < most; index += 1) if ((await arena.sh('true')).exitCode === 0) fine += 1;
      await sleep(50);
      const after = leftBehind(arena);
      const more = Object.entries(after).filter(([name, count]) => count > (before[name] ?? 0)).map(([name, count]) => `${count - (before[name] ?? 0)} ${name}`);
      return `${fine === most ? 'all fine' : `${fine} of ${most}`}, ${more.join(', ') || 'nothing left'}`;
    },
  },
];

function leftBehind(arena: Arena): Record<string, number> {
  const own = new RegExp(`^untilgreen-.*-?${process.pid}-`);
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.includes(arena.base) || line.includes('/run/untilgreen')).length,
    files: readdirSync(tmpdir()).filter((name) => own.test(name)).length,
    'entries of /dev/shm': readdirSync('/dev/shm').length,
    groups: groupsOf(process.pid),
  };
}
