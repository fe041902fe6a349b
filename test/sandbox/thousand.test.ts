import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { bwrapAlone } from '../../src/sandbox/rungs/bwrap.ts';
import { bwrapCgroup } from '../../src/sandbox/rungs/bwrap-cgroup.ts';
import { readTree } from '../../src/sandbox/tree.ts';

const MiB = 1024 * 1024;
const DRIVER = fileURLToPath(new URL('./thousand.ts', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const EXPECTED = (process.env.UNTILGREEN_EXPECT_RUNGS ?? '').split(',').filter(Boolean);
/** The driver's memory may be this much more after the last run than after the hundredth: the collector's own breathing. */
const BREATH = 16 * MiB;
/** Milliseconds after a command was announced at which the driver itself is struck: from before the launcher to the running command. */
const DRIVER_STRIKES = [0, 2, 4, 6, 9, 12, 16, 24, 40, 70];
/** Of every so many commands of the long driver one may be struck. */
const EVERY = 20;

const isRoot = process.geteuid?.() === 0;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'sandbox-thousand-')));
afterAll(() => {
  spawnSync('rm', ['-rf', base]);
});

const rungs = [
  { rung: 'A', runs: 1_000, strikes: 40, driverStrikes: DRIVER_STRIKES, obstacle: await bwrapCgroup.prepare(), uid: undefined },
  // Root's own commands cannot run there: `nobody` drives.
  { rung: 'B', runs: 200, strikes: 8, driverStrikes: [0, 6, 16, 40], obstacle: await bwrapAlone.prepare(), uid: isRoot ? 65534 : undefined },
];

/** One driver and what was heard of it. */
class Driver {
  readonly child: ChildProcess;
  readonly statuses = new Map<string, number>();
  readonly holds: { rss: number; descriptors: number }[] = [];
  readonly faults: string[] = [];
  readonly ended: Promise<void>;
  onRun: (run: number, slow: boolean) => void = () => {};

  constructor(words: string[], env: Record<string, string>) {
    const [file = '', ...args] = words;
    this.child = spawn(file, args, { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'pipe'], env });
    let said = '';
    this.child.stderr?.on('data', (data: Buffer) => (said += data.toString()));
    const lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      const [word, ...rest] = line.split(' ');
      if (word === 'run') this.onRun(Number(rest[0]), rest[1] === 'slow');
      if (word === 'holds') this.holds.push({ rss: Number(rest[0]), descriptors: Number(rest[1]) });
      if (word !== 'done') return;
      const status = rest[1] ?? '';
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      if (status === 'wrong') this.faults.push(line);
    });
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') this.faults.push(`the driver ended with ${code ?? signal}: ${said}`);
      resolve();
    }));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Its descendants: launchers are its own children, the others are inside. */
  below(): { pid: number; launcher: boolean; guard: boolean }[] {
    return readTree(this.pid)
      .filter(({ pid }) => pid !== this.pid)
      .map(({ pid, parent }) => ({ pid, launcher: parent === this.pid, guard: commandLine(pid).includes('untilgreen-guard') }));
  }
}

function commandLine(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it is gone
  }
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // it is gone
  }
}

describe.each(rungs)('rung $rung, $runs runs in a row', ({ rung, runs, strikes, driverStrikes, obstacle, uid }) => {
  test.skipIf(obstacle && !EXPECTED.includes(rung))(`with ${strikes} of them struck by SIGKILL, and their host ${driverStrikes.length} times more, leave nothing${obstacle ? ` (not measured: ${obstacle.problem})` : ''}`, async () => {
    const began = performance.now();
    const mark = `thousand-${process.pid}-${rung}-`;
    const [workspace, temporary] = ['workspace', 'tmp'].map((name) => join(base, rung, name)) as [string, string];
    for (const path of [join(base, rung), workspace, temporary]) {
      mkdirSync(path);
      if (uid !== undefined) chownSync(path, uid, uid);
    }
    if (uid !== undefined) spawnSync('chmod', ['755', base]);
    const drop = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'];
    const drive = (count: number, every: number): Driver => {
      const words = [...drop, process.execPath, '--expose-gc', '--max-semi-space-size=2', '--import', 'tsx', DRIVER, rung, workspace, String(count), String(every), mark];
      const driver = new Driver(words, { PATH: process.env.PATH ?? '', HOME: temporary, TMPDIR: temporary });
      drivers.push(driver);
      return driver;
    };
    const drivers: Driver[] = [];
    const guards = new Set<number>();
    const struck = { launcher: 0, inside: 0, driver: 0 };

    // One driver for all of them; its launchers and what runs inside are struck, in every phase of a command in turn.
    const long = drive(runs, EVERY);
    let current = 0;
    long.onRun = (run, slow) => {
      current = run;
      if (!slow) return;
      const turn = run / EVERY;
      const wanted = turn % 2 === 0 ? 'launcher' : 'inside';
      const strike = (): void => {
        if (current !== run || struck.launcher + struck.inside >= strikes) return;
        const below = long.below();
        for (const { pid } of below.filter(({ guard }) => guard)) guards.add(pid);
        const targets = below.filter(({ launcher, guard }) => !guard && launcher === (wanted === 'launcher'));
        const target = targets[turn % Math.max(1, targets.length)];
        if (target && kill(target.pid)) struck[wanted] += 1;
        else setTimeout(strike, 2); // it is not there yet
      };
      setTimeout(strike, (turn * 7) % 80);
    };
    await long.ended;

    // And drivers that are themselves struck, at a slow command.
    for (const after of driverStrikes) {
      const driver = drive(4, 2);
      driver.onRun = (run) => {
        if (run !== 2) return;
        setTimeout(() => {
          if (driver.child.exitCode === null && driver.child.kill('SIGKILL')) struck.driver += 1;
        }, after);
      };
      await driver.ended;
    }

    const leftovers = (): Record<string, string[]> => ({
      processes: readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && commandLine(name).includes(mark)),
      guards: [...guards].filter((pid) => commandLine(pid).includes('untilgreen-guard')).map(String),
      mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.includes(base)),
      groups: spawnSync('find', ['/sys/fs/cgroup', '-maxdepth', '8', '-name', 'untilgreen-*'], { encoding: 'utf8' }).stdout.split('\n').filter((path) => drivers.some(({ pid }) => path.includes(`/untilgreen-${pid}-`))),
      temporary: [...readdirSync(temporary), ...readdirSync(tmpdir()).filter((name) => drivers.some(({ pid }) => name.includes(`-${pid}-`)))].filter((name) => name.startsWith('untilgreen-')),
      'shared memory': existsSync('/dev/shm') ? readdirSync('/dev/shm').filter((name) => name.includes(mark)) : [],
      workspace: readdirSync(workspace),
    });
    // The guard of a driver that was struck has a moment for it.
    for (let tries = 0; Object.values(leftovers()).flat().length > 0 && tries < 60; tries += 1) await sleep(50);

    const [early, late] = long.holds;
    const statuses = Object.fromEntries(long.statuses);
    console.log(`rung ${rung}: ${runs} runs in ${Math.round((performance.now() - began) / 1000)} s, ${JSON.stringify(statuses)}, struck ${JSON.stringify(struck)}, memory after 100 and at the end ${[early, late].map((held) => `${Math.round((held?.rss ?? 0) / MiB)} MiB with ${held?.descriptors} descriptors`).join(', ')}`);
    expect(drivers.flatMap(({ faults }) => faults)).toEqual([]);
    expect([...long.statuses.values()].reduce((a, b) => a + b, 0)).toBe(runs);
    expect(struck).toEqual({ launcher: expect.any(Number), inside: expect.any(Number), driver: driverStrikes.length });
    expect(struck.launcher + struck.inside).toBeGreaterThanOrEqual(strikes * 0.75);
    expect(leftovers()).toEqual({ processes: [], guards: [], mounts: [], groups: [], temporary: [], 'shared memory': [], workspace: [] });
    expect((late?.rss ?? Number.NaN) - (early?.rss ?? 0)).toBeLessThan(BREATH);
    expect(late?.descriptors).toBeLessThanOrEqual((early?.descriptors ?? 0) + 8);
  }, 300_000);
});
