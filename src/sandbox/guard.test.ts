import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { guard } from './guard.ts';
import { systemProgram } from './programs.ts';

const alive = (pid: number): boolean => existsSync(`/proc/${pid}`);

/** A child of this process that sleeps for a minute. */
const sleeper = () => spawn('sleep', ['60'], { stdio: 'ignore' });
const ended = (child: ReturnType<typeof sleeper>) => new Promise<string | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));

describe.skipIf(!systemProgram('bash'))('the guard', () => {
  test('a child whose time is up is killed, one that ended in time or belongs to another process is not', async () => {
    guard.ready();
    const [late, done] = [sleeper(), sleeper()];
    const between = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const stranger = Number(await new Promise((resolve) => between.stdout?.once('data', resolve)));
    guard.over(late.pid ?? 0, 400);
    guard.over(stranger, 400);
    guard.over(done.pid ?? 0, 400)();
    expect(await ended(late)).toBe('SIGKILL');
    expect([alive(stranger), alive(done.pid ?? 0)]).toEqual([true, true]);
    for (const pid of [stranger, between.pid, done.pid]) process.kill(pid ?? 0, 'SIGKILL');
  });

  test('a guard that was killed is begun again while something is to be watched', async () => {
    guard.ready();
    const watched = sleeper();
    await sleep(1_000); // one that dies at once is not begun again
    guard.over(watched.pid ?? 0, 2_000);
    const { stdout } = spawnSync('pgrep', ['-P', String(process.pid), '-f', 'untilgreen-guard'], { encoding: 'utf8' });
    for (const pid of stdout.split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
    expect(stdout).not.toBe('');
    expect(await ended(watched)).toBe('SIGKILL');
  });

  /** Dies after `prepare` was done, and leaves its guard what begins with `prefix`. */
  const dyingHost = async (prefix: string, prepare: () => void): Promise<void> => {
    const host = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', `
      const { guard } = await import(${JSON.stringify(new URL('./guard.ts', import.meta.url).href)});
      guard.ready();
      guard.sweep(${JSON.stringify(prefix)});
      console.log('ready');
      setInterval(() => {}, 1000);
    `], { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => host.stdout?.once('data', resolve));
    prepare();
    host.kill('SIGKILL');
  };

  test('what a killed host made is removed, and nothing beside it', async () => {
    const base = mkdtempSync(join(tmpdir(), 'guard test-'));
    const precious = join(base, 'precious');
    mkdirSync(precious);
    writeFileSync(join(precious, 'file'), '');
    await dyingHost(join(base, 'mine '), () => {
      mkdirSync(join(base, 'mine 1', 'deep'), { recursive: true });
      writeFileSync(join(base, 'mine 2'), '');
      symlinkSync(precious, join(base, 'mine 3'));
      mkdirSync(join(base, 'not mine'));
    });
    const left = (): boolean[] => ['mine 1', 'mine 2', 'mine 3', 'not mine', 'precious/file'].map((name) => existsSync(join(base, name)));
    for (let tries = 0; left().slice(0, 3).includes(true) && tries < 500; tries += 1) await sleep(20);
    expect(left()).toEqual([false, false, false, true, true]);
    rmSync(base, { recursive: true });
  });

  test('nobody names processes for it to kill: neither by a list of a group in a shared folder, nor by a file name of two lines', async () => {
    const base = mkdtempSync(join(tmpdir(), 'guard-test-'));
    const prefix = join(base, 'mine-');
    const [listed, named] = [sleeper(), sleeper()];
    const odd = join(base, `a\nx /proc/${named.pid}/fd/1 -> ${prefix}1`);
    mkdirSync(dirname(odd), { recursive: true });
    const output = openSync(odd, 'w');
    const writer = spawn('sleep', ['60'], { stdio: ['ignore', output, 'ignore'] });
    closeSync(output);
    await dyingHost(prefix, () => {
      mkdirSync(`${prefix}1`);
      writeFileSync(`${prefix}1/cgroup.procs`, `${listed.pid}\n`);
    });
    for (let tries = 0; existsSync(`${prefix}1`) && tries < 500; tries += 1) await sleep(20);
    expect(existsSync(`${prefix}1`)).toBe(false);
    // Its next rounds, too, leave them alone.
    await sleep(200);
    expect([listed, named, writer].map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual([null, null, null]);
    for (const { pid } of [listed, named, writer]) process.kill(pid ?? 0, 'SIGKILL');
    rmSync(base, { recursive: true });
  });
});
