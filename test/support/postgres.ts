import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface TestServer {
  url: string;
  stop(): Promise<void>;
}

/**
 * A fresh PostgreSQL for one test file. Where it cannot be had the tests that need it must not look as if they had passed:
 * undefined, with a line that says so by name; an error when CI is set.
 */
export async function startPostgres(): Promise<TestServer | undefined> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../scripts/postgres.mjs')], { stdio: ['pipe', 'pipe', 'pipe'] });
  let problem = '';
  child.stderr.on('data', (piece) => (problem += String(piece)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await Promise.race([
    new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
    ended.then(() => undefined),
  ]);
  if (!url) {
    const text = `PostgreSQL was NOT measured, only the embedded store: ${problem.trim()}`;
    if (process.env.CI === 'true') throw new Error(text);
    console.warn(text);
    return undefined;
  }
  return {
    url,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
