import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
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
});
