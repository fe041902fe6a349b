// Starts an app, asks it over loopback until it answers, ends it, and says what came. Runs inside the sandbox, by Node alone.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

const { start, env, port, paths, patienceMs, mark } = JSON.parse(await text(process.stdin));
const tell = (report) => process.stdout.write(`\n${mark}${JSON.stringify(report)}\n`);
const [program, args] = typeof start === 'string' ? ['/bin/sh', ['-c', start]] : [start[0], start.slice(1)];
const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...env, ...process.env } });
let output = '';
let ended;
for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output = (output + chunk).slice(-8_000)));
child.on('error', (error) => (ended ??= `it could not be started: ${error.message}`));
child.on('exit', (code, signal) => (ended ??= `it ended with ${signal ?? `exit ${code}`}`));

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const deadline = Date.now() + patienceMs;
const answers = [];
let before = [];
while (ended === undefined && Date.now() < deadline && answers.length === 0) {
  const round = [];
  for (const path of paths) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5_000), redirect: 'manual' });
      round.push({ path, status: response.status, body: (await response.text()).slice(0, 2_000) });
    } catch {
      // not there yet
    }
  }
  // It may have begun to listen between two paths: those that were refused are asked again.
  if (round.length === paths.length || (before.length > 0 && round.length > 0)) answers.push(...round);
  if (round.length > 0) before = round;
  if (answers.length === 0) await sleep(100);
}
// Ended before it could be asked again: what it said is told.
if (answers.length === 0) answers.push(...before);
// An app that only answers once, or leaves the rest to a process of its own, would end with its container.
if (answers.length) await sleep(300);
tell({ answers, ended, output: output.slice(-4_000) });
try {
  process.kill(-child.pid, 'SIGKILL');
} catch {
  // it is gone already
}
process.exit(0);
