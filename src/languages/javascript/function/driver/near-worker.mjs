// Carries messages between the tests' thread, which sleeps until an answer is there, and the candidate's process.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { CONFINED, HERE } from './confined.mjs';

const MOST_ANSWER = 32 * 1024 * 1024; // bytes
const { port, gate } = workerData;

const child = spawn(process.execPath, [...CONFINED, join(HERE, 'far.cjs')], {
  stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], cwd: '/', env: { TZ: process.env.TZ ?? 'UTC', LANG: 'C.UTF-8' },
});
const [, , , out, input] = child.stdio;
let data = Buffer.alloc(0);
let isGone = false;

function tell(message) {
  port.postMessage(message);
  Atomics.add(gate, 0, 1);
  Atomics.notify(gate, 0);
}
function gone(why) {
  if (isGone) return;
  isGone = true;
  child.kill('SIGKILL');
  tell({ gone: why });
}

out.on('data', (chunk) => {
  data = Buffer.concat([data, chunk]);
  if (data.length > MOST_ANSWER) return gone('its answer is too long');
  while (data.length >= 4 && data.length >= 4 + data.readUInt32BE()) {
    const end = 4 + data.readUInt32BE();
    tell({ body: new Uint8Array(data.subarray(4, end)) });
    data = data.subarray(end);
  }
});
for (const stream of [out, input]) stream.on('error', () => gone('its process ended'));
child.on('error', () => gone('its process could not be started'));
child.on('exit', (code, signal) => setTimeout(() => gone(`its process ended (${signal ?? `exit ${code}`})`), 20));
port.on('message', (body) => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  input.write(Buffer.concat([head, body]));
});
