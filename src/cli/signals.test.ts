import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

/** A process that works until it is cancelled and then needs for ever to clean up. */
const CHILD = `
  const { cancelOnSignal } = await import(${JSON.stringify(new URL('./signals.ts', import.meta.url).href)});
  const { signal } = cancelOnSignal(() => console.log('stopping'));
  const timer = setInterval(() => {}, 1_000);
  signal.addEventListener('abort', () => console.log('aborted ' + signal.reason.name));
  console.log('ready');
`;

it('the first signal cancels, the second one ends the process with 130', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', CHILD], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  const said = (text: string) => new Promise<void>((resolve) => {
    const look = () => out.includes(text) && resolve();
    child.stdout.on('data', look);
    look();
  });
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  await said('ready');
  child.kill('SIGINT');
  await said('aborted AbortError');
  expect(child.exitCode).toBeNull();
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([130, null]);
  expect(out).toBe('ready\nstopping\naborted AbortError\n');
});
