import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sandboxOn } from './open.ts';
import { bwrapAlone } from './rungs/bwrap.ts';
import { bwrapCgroup } from './rungs/bwrap-cgroup.ts';
import { noSandbox } from './rungs/none.ts';
import { readTree } from './tree.ts';
import type { OpenedSandbox, PoolCommand, SandboxPool, SandboxResult } from './types.ts';

const MiB = 1024 * 1024;
const NOBODY = 65534;
const isRoot = process.geteuid?.() === 0;
const cases = [
  { title: 'rung A', backend: bwrapCgroup, owner: undefined, obstacle: await bwrapCgroup.prepare() },
  { title: 'rung B', backend: bwrapAlone, owner: isRoot ? NOBODY : undefined, obstacle: await bwrapAlone.prepare() },
];

const told = ({ status, exitCode, signal, stdout, stderr, truncated, rung, error }: SandboxResult) => ({ status, exitCode, signal, stdout, stderr, truncated, rung, error });
/** Launchers that this process has: sandboxes that run or wait. */
const launchers = (): number[] =>
  readTree(process.pid).filter(({ pid, parent }) => parent === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('bwrap')).map(({ pid }) => pid);
const groups = (pid: number): string[] =>
  ['/sys/fs/cgroup/memory', '/sys/fs/cgroup/pids', '/sys/fs/cgroup'].filter((path) => existsSync(path)).flatMap((path) => readdirSync(path)).filter((name) => name.startsWith(`untilgreen-${pid}-`));
async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 1_000) throw new Error('it did not come to pass');
    await sleep(10);
  }
}

for (const { title, backend, owner, obstacle } of cases) {
  describe.skipIf(obstacle)(`a pool on ${title}${obstacle ? ` (${obstacle.problem})` : ''}`, () => {
    const sandbox: OpenedSandbox = sandboxOn(backend, { wallMs: 15_000 });
    let workspace: string;
    let pool: SandboxPool;
    const sh = (script: string, more: Partial<PoolCommand> = {}): Promise<SandboxResult> => pool.run({ argv: ['sh', '-c', script], ...more });

    beforeAll(() => {
      workspace = realpathSync(mkdtempSync(join(tmpdir(), 'pool-test-')));
      if (owner !== undefined) chownSync(workspace, owner, owner);
      pool = sandbox.pool({ workspace, env: { GIVEN: 'given' }, limits: { processes: 40, memoryBytes: 128 * MiB, openFiles: 123 } });
    });
    afterAll(async () => {
      await pool.close();
      rmSync(workspace, { recursive: true, force: true });
    });

    test('a .git that came after its sandboxes were made is protected in them, too', async () => {
      expect(await sh('true')).toMatchObject({ exitCode: 0 });
      mkdirSync(join(workspace, '.git'));
      writeFileSync(join(workspace, '.git', 'config'), 'mine');
      if (owner !== undefined) for (const path of ['.git', '.git/config']) chownSync(join(workspace, path), owner, owner);
      const said = await Promise.all([1, 2, 3].map(() => sh('echo theirs > .git/config || mv .git away')));
      expect(said.map(({ status, exitCode }) => status === 'exited' && exitCode !== 0)).toEqual([true, true, true]);
      expect(readFileSync(join(workspace, '.git', 'config'), 'utf8')).toBe('mine');
      rmSync(join(workspace, '.git'), { recursive: true });
      expect(await sh('mkdir .git && rmdir .git')).toMatchObject({ exitCode: 0 });
    });

    test.each<[string, Omit<PoolCommand, 'limits'>]>([
      ['words of any kind', { argv: ['/usr/bin/printf', '%s|', '-rf', 'a b', 'ü\n"\'$x`\u0081\u0088', '', "'", '\\', '*', '~'] }],
      ['a code', { argv: ['sh', '-c', 'echo out; echo err >&2; exit 3'] }],
      ['a signal', { argv: ['sh', '-c', 'kill -SEGV $$'] }],
      ['a program that does not exist', { argv: ['/no/such/program'] }],
      ['a file that is no program', { argv: ['/etc/hosts'] }],
      ['standard input', { argv: ['sh', '-c', 'cat; cat /dev/stdin'], stdin: 'ä\0b\n' }],
      ['no standard input', { argv: ['sh', '-c', 'cat; readlink /proc/self/fd/0'] }],
      ['the environment and the limits', { argv: ['sh', '-c', 'env | sort; cat /proc/self/limits; pwd; id'] }],
      ['the descriptors', { argv: ['sh', '-c', 'ls /proc/self/fd'] }],
      ['a flood', { argv: ['sh', '-c', 'seq 1 400000'] }],
      ['a word that is too long', { argv: ['echo', 'x'.repeat(200_000)] }],
      ['a long line', { argv: ['/bin/sh', '-c', 'echo $#', 'sh', ...Array.from({ length: 3_000 }, () => 'x'.repeat(100))] }],
    ])('gives the result of `run` for %s', async (_title, command) => {
      const once = await sandbox.run({ ...command, workspace, env: { GIVEN: 'given' }, limits: { processes: 40, memoryBytes: 128 * MiB, openFiles: 123 } });
      const pooled = await pool.run(command);
      if (once.status === 'sandbox_error') expect(pooled).toMatchObject({ status: 'sandbox_error', error: expect.stringContaining('E2BIG') });
      else expect(told(pooled)).toEqual(told(once));
    });

    test('gives every command a sandbox of its own, whatever the one before did', async () => {
      await sh('touch /tmp/left /dev/shm/left; (setsid sh -c "trap \\"\\" TERM; while :; do date +%N > beat; sleep 0.02; done" &); sleep 0.2; kill -9 -1; kill -9 1');
      const beat = readFileSync(join(workspace, 'beat'), 'utf8');
      expect((await sh('ls -A /tmp /dev/shm; ls -d /proc/[0-9]* | wc -l; echo $PPID')).stdout).toBe(`/dev/shm:\n\n/tmp:\nhome\n${basename(workspace)}\n4\n1\n`);
      expect(readFileSync(join(workspace, 'beat'), 'utf8')).toBe(beat);
    });

    test('counts the time from the hand-over, and ends a command when it is over', async () => {
      const short = sandbox.pool({ workspace, limits: { wallMs: 400 } }, 1);
      await sleep(800);
      expect(await short.run({ argv: ['true'] })).toMatchObject({ status: 'exited', exitCode: 0 });
      expect(await short.run({ argv: ['sleep', '60'] })).toMatchObject({ status: 'timeout', exitCode: null });
      expect(await short.run({ argv: ['sh', '-c', 'sleep 0.6; echo done'], limits: { wallMs: 20_000 } })).toMatchObject({ status: 'exited', stdout: 'done\n' });
      await short.close();
    });

    test('holds memory and processes of each command', async () => {
      const bomb = 'import mmap,time\nm=mmap.mmap(-1,300<<20)\nfor i in range(0,300<<20,1<<20): m[i:i+(1<<20)]=b"x"*(1<<20)\ntime.sleep(5)';
      expect(await pool.run({ argv: ['/usr/bin/python3', '-c', bomb] })).toMatchObject({ status: 'oom' });
      const forks = 'import os,time\nn=0\ntry:\n  while n<200:\n    if os.fork()==0: time.sleep(9); os._exit(0)\n    n+=1\nexcept BlockingIOError: pass\nprint(n)';
      expect(Number((await pool.run({ argv: ['/usr/bin/python3', '-c', forks] })).stdout)).toBeLessThan(41);
    });

    test('an abort ends the command, and one before it spends no sandbox', async () => {
      const abort = new AbortController();
      const heard: string[] = [];
      const pending = sh('echo up; sleep 60', { signal: abort.signal, onOutput: (_stream, text) => (heard.push(text), abort.abort()) });
      expect(await pending).toMatchObject({ status: 'killed', stdout: 'up\n' });
      expect(heard).toEqual(['up\n']);
      expect(await sh('touch ran-aborted', { signal: abort.signal })).toMatchObject({ status: 'killed', stdout: '' });
      expect(existsSync(join(workspace, 'ran-aborted'))).toBe(false);
    });

    test('replaces a sandbox that was killed while it waited', async () => {
      await until(() => launchers().length === 2);
      for (const pid of launchers()) process.kill(pid, 'SIGKILL');
      await until(() => launchers().length === 0);
      await sleep(50); // the exits are heard
      expect(await sh('echo fine')).toMatchObject({ status: 'exited', stdout: 'fine\n' });
    });

    test('more commands at once than sandboxes wait all run', async () => {
      const results = await Promise.all(Array.from({ length: 6 }, (_, i) => sh(`echo ${i}`)));
      expect(results.map(({ stdout }) => stdout)).toEqual(['0\n', '1\n', '2\n', '3\n', '4\n', '5\n']);
    });

    test('closing ends those that wait and leaves nothing, a command that runs goes on', async () => {
      await pool.close();
      const own = sandbox.pool({ workspace, mounts: [{ source: '/usr/share', target: join(workspace, 'shown') }] }, 3);
      const running = own.run({ argv: ['sh', '-c', 'sleep 0.5; ls -d shown'] });
      await until(() => launchers().length === 4);
      await own.close();
      expect(launchers().length).toBe(1);
      expect(await running).toMatchObject({ status: 'exited', stdout: 'shown\n' });
      await expect(own.run({ argv: ['true'] })).rejects.toMatchObject({ code: 'bad_arguments' });
      expect([launchers(), groups(process.pid), existsSync(join(workspace, 'shown'))]).toEqual([[], [], false]);
    });

    test('a template that cannot be is refused at once', () => {
      mkdirSync(join(workspace, 'library'), { recursive: true });
      expect(() => sandbox.pool({ workspace }, 0)).toThrow(expect.objectContaining({ code: 'bad_arguments' }));
      expect(() => sandbox.pool({ workspace: join(workspace, 'no') })).toThrow(expect.objectContaining({ code: 'directory_missing' }));
      expect(() => sandbox.pool({ workspace, limits: { wallMs: 0 } })).toThrow(expect.objectContaining({ code: 'bad_arguments' }));
      expect(() => sandbox.pool({ workspace, mounts: [{ source: join(workspace, 'library'), target: '/opt/x' }] })).toThrow(expect.objectContaining({ code: 'path_unsafe' }));
    });

    test('a sandbox that cannot be set up is the error of its command', async () => {
      const broken = sandbox.pool({ workspace, cwd: 'no/such/folder' });
      expect(await broken.run({ argv: ['touch', 'ran-anyway'] })).toMatchObject({ status: 'sandbox_error', exitCode: null, error: expect.stringContaining('did not run') });
      await broken.close();
      expect(existsSync(join(workspace, 'ran-anyway'))).toBe(false);
    });

    test('SIGKILL of the host leaves nothing of those that wait or run', async () => {
      const host = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', `
        const { sandboxOn } = await import(${JSON.stringify(new URL('./open.ts', import.meta.url).href)});
        const { RUNGS } = await import(${JSON.stringify(new URL('./rungs/registry.ts', import.meta.url).href)});
        const backend = RUNGS.find(({ rung }) => rung === '${backend.rung}');
        await backend.prepare();
        const pool = sandboxOn(backend).pool({ workspace: ${JSON.stringify(workspace)} }, 3);
        pool.run({ argv: ['sh', '-c', 'echo up; sleep 60'], onOutput: () => setTimeout(() => console.log('up'), 300) });
      `], { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => host.stdout?.once('data', resolve));
      const pids = readTree(host.pid ?? 0).map(({ pid }) => pid).filter((pid) => pid !== host.pid);
      expect(pids.length).toBeGreaterThan(8);
      host.kill('SIGKILL');
      await until(() => !pids.some((pid) => existsSync(`/proc/${pid}`)));
      expect(groups(host.pid ?? 0)).toEqual([]);
    });
  });
}

test('a rung that makes nothing ahead runs each command', async () => {
  const workspace = mkdtempSync(join(tmpdir(), 'pool-test-'));
  await using pool = sandboxOn(noSandbox).pool({ workspace });
  expect(await pool.run({ argv: ['sh', '-c', 'cat; exit 4'], stdin: 'in' })).toMatchObject({ status: 'exited', exitCode: 4, stdout: 'in', rung: 'none' });
  await pool.close();
  rmSync(workspace, { recursive: true });
});
