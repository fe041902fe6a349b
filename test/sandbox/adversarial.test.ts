import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sandboxOn } from '../../src/sandbox/open.ts';
import { bwrapAlone } from '../../src/sandbox/rungs/bwrap.ts';
import { bwrapCgroup } from '../../src/sandbox/rungs/bwrap-cgroup.ts';
import { CASES, makeArena, runCase } from './cases.ts';
import type { Arena, Outcome } from './cases.ts';

const isRoot = process.geteuid?.() === 0;
const DRIVER = fileURLToPath(new URL('./drive.ts', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
/** Rungs that CI expects here; a case that cannot run on one of them fails instead of being skipped. */
const EXPECTED = (process.env.UNTILGREEN_EXPECT_RUNGS ?? '').split(',').filter(Boolean);

const base = realpathSync(mkdtempSync(join(tmpdir(), 'sandbox-adversarial-')));
const report: Outcome[] = [];
const driver = (rung: string, directory: string, ...more: string[]): string[] => [process.execPath, '--import', 'tsx', DRIVER, rung, directory, ...more];

afterAll(() => {
  spawnSync('rm', ['-rf', base]);
  for (const { number, rung, title, expected, got, ok } of report) console.log(`${ok ? 'ok  ' : 'FAIL'} ${rung} ${String(number).padStart(2)} ${title} | expected ${expected} | got ${got.split('\n').join('⏎').slice(0, 200)}`);
});

const obstacleA = await bwrapCgroup.prepare();
const obstacleB = await bwrapAlone.prepare();

describe.skipIf(obstacleA && !EXPECTED.includes('A'))(`rung A as ${isRoot ? 'root' : 'this user'}${obstacleA ? ` (not measured: ${obstacleA.problem})` : ''}`, () => {
  let place: Arena;
  beforeAll(() => {
    place = makeArena('A', sandboxOn(bwrapCgroup), join(base, 'a'), () => {});
  });
  test.each(CASES.map((one) => [one.number, one.title, one] as const))('%i %s', async (_number, _title, one) => {
    const outcome = await runCase(one, place);
    report.push(outcome);
    expect(outcome).toEqual({ ...outcome, ok: true });
  });
});

/** As root, a user is made for the time of the suite; else it is whoever runs it. */
const user = { name: `ugtest${process.pid}`, uid: process.geteuid?.() ?? 0, home: process.env.HOME ?? '/' };
beforeAll(() => {
  if (!isRoot) return;
  const added = spawnSync('useradd', ['--create-home', user.name], { encoding: 'utf8' });
  if (added.status !== 0) throw new Error(added.stderr);
  user.uid = Number(spawnSync('id', ['-u', user.name], { encoding: 'utf8' }).stdout);
  user.home = `/home/${user.name}`;
  chmodSync(base, 0o755);
});
afterAll(() => {
  if (isRoot) spawnSync('userdel', ['--remove', user.name]);
});

function asUser(directory: string, words: string[]): string[] {
  mkdirSync(directory, { recursive: true });
  if (!isRoot) return words;
  chownSync(directory, user.uid, user.uid);
  return ['setpriv', `--reuid=${user.uid}`, `--regid=${user.uid}`, '--clear-groups', '--', ...words];
}

describe.skipIf(obstacleB && !EXPECTED.includes('B'))(`rung B as an ordinary user${obstacleB ? ` (not measured: ${obstacleB.problem})` : ''}`, () => {
  const outcomes = new Map<string, Outcome>();
  let failure = '';
  beforeAll(async () => {
    const directory = join(base, 'b');
    const words = asUser(directory, driver('B', directory));
    const child = spawn(words[0] ?? '', words.slice(1), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: user.home } });
    const [out, err] = await Promise.all([text(child, 'stdout'), text(child, 'stderr')]);
    failure = err;
    for (const line of out.split('\n').filter(Boolean)) {
      const outcome = JSON.parse(line) as Outcome;
      outcomes.set(`${outcome.number} ${outcome.title}`, outcome);
      report.push(outcome);
    }
  }, 300_000);
  test.each(CASES.map((one) => [one.number, one.title] as const))('%i %s', (number, title) => {
    const outcome = outcomes.get(`${number} ${title}`);
    if (!outcome) throw new Error(`the driver stopped before this case: ${failure}`);
    expect(outcome).toEqual({ ...outcome, ok: true });
  });
});

for (const [rung, obstacle] of [['A', obstacleA], ['B', obstacleB]] as const) {
  describe.skipIf(obstacle)(`the agent's own death on rung ${rung}${obstacle ? ` (not measured: ${obstacle.problem})` : ''}`, () => {
    const directory = join(base, `death-${rung}`);
    const beat = join(directory, 'workspace', 'beat');
    const drive = (...more: string[]): string[] => (rung === 'B' ? asUser(directory, driver(rung, directory, ...more)) : driver(rung, directory, ...more));

    test('21 SIGKILL of the agent ends the tree, and the next start clears its cgroup', async () => {
      const child = start(drive('run', 'sh', '-c', '(setsid sh -c \'trap "" TERM; while :; do date +%N > beat; sleep 0.02; done\' &); echo up; sleep 30'));
      await heard(child, 'up');
      await until(() => existsSync(beat));
      child.kill('SIGKILL');
      await sleep(500);
      const before = readFileSync(beat, 'utf8');
      await sleep(300);
      expect(readFileSync(beat, 'utf8')).toBe(before);
      expect(await text(start(drive('run', 'true')), 'stdout')).toContain('exited');
      expect(groupsOf(child.pid ?? 0)).toEqual([]);
    });

    test('22 a stuck event loop does not keep the command alive', async () => {
      const child = start(drive('block', 'sh', '-c', 'while :; do date +%N > beat; sleep 0.05; done'));
      const output = text(child, 'stdout');
      await sleep(4_500); // past the wall of 0.5 s and the guard of 2 s, with time for a slow start
      const before = readFileSync(beat, 'utf8');
      await sleep(300);
      expect(readFileSync(beat, 'utf8')).toBe(before);
      expect(JSON.parse((await output).trim())).toMatchObject({ status: 'timeout' });
    });

    test('35 descriptors that the agent inherited are not open inside', async () => {
      const script = `exec 17</ 33<${base} 200</etc; exec "$@"`;
      const child = start(['bash', '-c', script, 'bash', ...drive('run', 'sh', '-c', 'for f in /proc/self/fd/*; do readlink $f; done; cd /proc/self/fd/17 2>/dev/null && echo ESCAPED; true')]);
      const output = await text(child, 'stdout');
      expect(output).toContain('"exitCode":0');
      expect(output).not.toContain('ESCAPED');
      expect(output.split('\n')).not.toEqual(expect.arrayContaining(['/']));
      expect(output).not.toContain(`${base}\n`);
      expect(output).not.toContain('/etc\n');
    });

    test('45 a launcher that fails is an error, not a run', async () => {
      // The working directory does not exist inside: bwrap stops before the command.
      const output = await text(start(drive('run-in', 'no/such/folder', 'touch', 'ran')), 'stdout');
      expect(JSON.parse(output.trim().split('\n').at(-1) ?? '')).toMatchObject({ status: 'sandbox_error', exitCode: null, error: expect.stringContaining('did not run') });
      expect(existsSync(join(directory, 'workspace', 'ran'))).toBe(false);
    });
  });
}

function start(words: string[]): ChildProcess {
  return spawn(words[0] ?? '', words.slice(1), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function text(child: ChildProcess, name: 'stdout' | 'stderr'): Promise<string> {
  let all = '';
  for await (const chunk of child[name] ?? []) all += String(chunk);
  return all;
}

async function heard(child: ChildProcess, word: string): Promise<void> {
  let all = '';
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    all += String(chunk);
    if (all.includes(word)) return;
  }
  throw new Error(`ended without '${word}': ${all}`);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

function groupsOf(pid: number): string[] {
  const found = spawnSync('find', ['/sys/fs/cgroup', '-maxdepth', '6', '-name', `untilgreen-${pid}-*`], { encoding: 'utf8' });
  return found.stdout.split('\n').filter(Boolean).concat(readdirSync('/proc').includes(String(pid)) ? ['process'] : []);
}
