import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { reapStale } from './pipes.ts';

const MODULE = JSON.stringify(new URL('./pipes.ts', import.meta.url).pathname);
const NAMESPACE = ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc'];
const noNamespace = spawnSync('unshare', [...NAMESPACE, 'true']).status !== 0;

/** A process that starts `sleep 60` with a pipe of ours as its output, says its pid, and then does `more`. */
const host = (prefix: readonly string[], more: string): ChildProcess & { stdout: NonNullable<ChildProcess['stdout']> } => {
  const code = `import { spawn } from 'node:child_process';
    import { openPipe } from ${MODULE};
    const child = spawn('sleep', ['60'], { stdio: ['ignore', openPipe('out').child, 'inherit'], detached: true });
    console.log(child.pid);
    ${more}`;
  const [file = '', ...args] = [...prefix, process.execPath, '--import', 'tsx', '--input-type=module', '-e', code];
  return spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] }) as ReturnType<typeof host>;
};

/** A dead one that nobody has waited for has no command line. */
const isRunning = (pid: number): boolean => spawnSync('cat', [`/proc/${pid}/cmdline`], { encoding: 'utf8' }).stdout !== '';

describe.skipIf(process.platform !== 'linux')('looking for what dead processes left', () => {
  test('ends a launcher whose maker is gone', async () => {
    const dead = host([], "process.kill(process.pid, 'SIGKILL');");
    const [said] = await Promise.all([text(dead.stdout), once(dead, 'exit')]);
    const pid = Number(said);
    expect(isRunning(pid)).toBe(true);
    expect(reapStale()).toBeGreaterThan(0);
    while (isRunning(pid)) await sleep(10);
  });

  test.skipIf(noNamespace)('spares one in a container, whose maker has another pid in there than here', async () => {
    const inside = host(['unshare', ...NAMESPACE], `process.stdin.once('data', () => child.kill('SIGTERM'));
      child.once('exit', (_code, signal) => {
        console.log(signal);
        process.exit();
      });`);
    const said = text(inside.stdout);
    await once(inside.stdout, 'data');
    reapStale();
    inside.stdin?.write('go');
    expect((await said).split('\n')[1]).toBe('SIGTERM');
  });

  test.skipIf(process.geteuid?.() !== 0)('leaves a folder of another user alone', () => {
    const named = (pid: number, letter: string): string => join(tmpdir(), `untilgreen-fifo-${pid}-1-${statSync('/proc/self/ns/pid').ino}-${letter}`);
    const { pid } = spawnSync('true');
    const [mine, planted] = [named(pid, 'a'), named(pid, 'b')];
    for (const path of [mine, planted]) mkdirSync(path);
    chownSync(planted, 65_534, 65_534);
    reapStale();
    expect([existsSync(mine), existsSync(planted)]).toEqual([false, true]);
    rmSync(planted, { recursive: true });
  });
});

test.skipIf(process.platform !== 'linux')('pipes and boxes are made and removed by the system’s programs, whatever comes first on the PATH', () => {
  const folder = mkdtempSync(join(tmpdir(), 'path-test-'));
  for (const name of ['mkfifo', 'rm', 'chmod']) writeFileSync(join(folder, name), `#!/bin/sh\necho "$0" >> ${folder}/ran\n`, { mode: 0o755 });
  const code = `import { openPipe } from ${MODULE};
    import { makeBoxDirectory, removeBoxDirectoryNow } from ${JSON.stringify(new URL('./code/files.ts', import.meta.url).pathname)};
    openPipe('out').release(false);
    removeBoxDirectoryNow(makeBoxDirectory());`;
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { env: { ...process.env, PATH: `${folder}:${process.env.PATH}` }, stdio: ['ignore', 'ignore', 'inherit'] });
  expect([status, readdirSync(folder).includes('ran')]).toEqual([0, false]);
  rmSync(folder, { recursive: true });
});
