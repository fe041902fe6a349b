// One child process of the driver: started ahead, spoken to in lines, ended with all that it started.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CONFINED, HERE } from './confined.mjs';

const CHILD = join(HERE, 'child.mjs');
/** Bytes of a candidate's memory in all: buffers lie outside of the heap. */
const MEMORY_BYTES = 640 * 1024 * 1024;
/** Characters of one answer; values are cut far below. */
const LONGEST_LINE = 4 * 1024 * 1024;
const PAGE = 4096;

let count = 0;

/** Starts a child. `mark` stands in its environment and in that of all it starts, which is how they are found again. */
export function startChild(mark) {
  count += 1;
  const own = `${mark}-${count}`;
  const child = spawn(process.execPath, [...CONFINED, CHILD], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: process.env.PATH, HOME: '/tmp', TMPDIR: '/tmp', LANG: 'C.UTF-8', TZ: 'UTC', UNTILGREEN_CHILD: own },
  });
  let buffer = '';
  let stderr = '';
  let listener;
  let ended;
  const lines = [];
  const tell = (event) => (listener ? listener(event) : lines.push(event));
  const end = (event) => {
    if (ended) return;
    ended = event;
    clearInterval(watch);
    tell(event);
  };
  child.stderr.on('data', (chunk) => (stderr = (stderr + chunk).slice(-4_000)));
  const [, , , out, input] = child.stdio;
  out.setEncoding('utf8');
  out.on('data', (chunk) => {
    buffer += chunk;
    if (buffer.length > LONGEST_LINE) return kill('output');
    for (let at = buffer.indexOf('\n'); at >= 0; at = buffer.indexOf('\n')) {
      const line = buffer.slice(0, at);
      buffer = buffer.slice(at + 1);
      try {
        tell({ message: JSON.parse(line) });
      } catch {
        return kill('garbled');
      }
    }
  });
  // A closed descriptor with a process behind it: nothing more can come.
  out.on('close', () => setTimeout(() => kill('closed its answers'), 200));
  for (const stream of [out, input, child.stderr]) stream.on('error', () => {});
  child.on('error', (thrown) => end({ ended: `could not be started: ${thrown.message}`, odd: true }));
  let killed;
  child.on('exit', (code, signal) => {
    if (killed) return end({ ended: killed, odd: false });
    // Another candidate may have ended it by a signal, SIGUSR1 with an exit code of its own.
    const memory = /out of memory|invalid size|allocation failed/i.test(stderr);
    // Whatever is still in the pipe is read first.
    setImmediate(() => setTimeout(() => end({ ended: memory ? 'memory' : signal ?? `exit ${code}`, odd: !memory }), 20));
  });
  const watch = setInterval(() => {
    try {
      if (Number(readFileSync(`/proc/${child.pid}/statm`, 'utf8').split(' ')[1]) * PAGE > MEMORY_BYTES) kill('memory');
    } catch {
      // It is gone, or there is no /proc here: the sandbox limits memory too.
    }
  }, 50);
  watch.unref();
  function kill(how) {
    if (ended) return;
    killed ??= how;
    destroy();
    end({ ended: how, odd: false });
  }
  function destroy() {
    if (child.pid !== undefined) killQuietly(-child.pid);
  }
  return {
    send: (message) => input.write(`${JSON.stringify(message)}\n`),
    /** The next thing that happens: `{ message }` or `{ ended, odd }`. */
    next: (ms) =>
      new Promise((resolve) => {
        if (lines.length) return resolve(lines.shift());
        if (ended) return resolve(ended);
        const timer = setTimeout(() => {
          listener = undefined;
          resolve({ late: true });
        }, ms);
        listener = (event) => {
          clearTimeout(timer);
          listener = undefined;
          resolve(event);
        };
      }),
    /** Did somebody stop it, so that its time ran out without its doing? */
    stopped() {
      try {
        return /^\d+ \(.*\) T /s.test(readFileSync(`/proc/${child.pid}/stat`, 'utf8'));
      } catch {
        return false; // it is gone, or there is no /proc here
      }
    },
    /** Ends it and everything that carries its mark; true when it had started other processes. */
    close() {
      killed ??= 'closed';
      const others = marked(own).filter((pid) => pid !== child.pid);
      destroy();
      for (const pid of others) killQuietly(pid);
      end({ ended: 'closed', odd: false });
      return others.length > 0;
    },
  };
}

/** Processes that carry the mark, wherever they went. */
function marked(own) {
  let names;
  try {
    names = readdirSync('/proc');
  } catch {
    return []; // no /proc here: the sandbox ends them with itself
  }
  return names.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`UNTILGREEN_CHILD=${own}`);
    } catch {
      return false; // it is gone, or it is somebody else's
    }
  });
}

function killQuietly(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
