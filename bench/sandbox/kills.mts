#!/usr/bin/env -S npx tsx
// How long it takes from the decision to end a command to its result, and until the last of its processes is gone.
//
//   npx tsx bench/sandbox/kills.mts [--runs 20] [--out bench/results/kills]
//
// Attacks stay within small limits. `abort` and `timeout` have a moment of decision that is known from outside; for the others
// (memory, output, disk) only the time from the result to the last process can be told.
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Limits, OpenedSandbox } from '../../src/sandbox/types.ts';
import { figures, load, machine, report, table } from './measure.mts';
import type { Figures } from './measure.mts';
import { inWorker, open, scratch } from './rungs.mts';

interface Row {
  rung: string;
  attack: string;
  ended: string;
  /** From the decision to the result; undefined where the decision is not seen from outside. */
  result?: Figures;
  /** From the decision, or else from the result, until no process is left. */
  gone: Figures;
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '20' }, out: { type: 'string' }, worker: { type: 'string' } } });
const runs = Number(values.runs);
const MiB = 1024 * 1024;
const SMALL: Partial<Limits> = { memoryBytes: 256 * MiB, processes: 64, wallMs: 10_000, outputBytes: 256 * 1024, diskBytes: 64 * MiB, fileBytes: 32 * MiB };
/** When a command that is aborted or out of time is: its attack is well under way then. */
const AFTER_MS = 400;

const FORK_BOMB = 'import os\nwhile True:\n  try: os.fork()\n  except OSError: pass';
const DAEMON = 'import os,signal,time\nfor s in (1,2,15): signal.signal(s, signal.SIG_IGN)\nif os.fork()==0:\n  os.setsid()\n  if os.fork()==0:\n    for f in range(3): os.close(f)\n    while True: time.sleep(.01)\nwhile True: time.sleep(.01)';
const MEMORY = 'import mmap,os,time\nfor _ in range(3): os.fork()\nm=mmap.mmap(-1,64<<20)\nfor i in range(0,64<<20,4096): m[i]=1\nwhile True: time.sleep(.01)';
const BUSY = 'import os\nfor _ in range(3): os.fork()\nwhile True: pass';

const ATTACKS: readonly { name: string; code: string; by: 'abort' | 'timeout' | 'itself' }[] = [
  { name: 'fork bomb', code: FORK_BOMB, by: 'abort' },
  { name: 'fork bomb', code: FORK_BOMB, by: 'timeout' },
  { name: 'daemon that ignores signals', code: DAEMON, by: 'abort' },
  { name: 'eight busy loops', code: BUSY, by: 'timeout' },
  { name: 'memory of eight processes', code: MEMORY, by: 'itself' },
  { name: 'flood of output', code: 'import os\nos.fork()\nwhile True: os.write(1, b"x" * 65536)', by: 'itself' },
  { name: 'many large files', code: 'i=0\nwhile True:\n  i+=1\n  with open(f"fill{i}","wb") as f: f.write(bytes(16<<20))', by: 'itself' },
];

/** Processes with the word on their command line. */
function left(mark: string): number {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && Number(name) !== process.pid && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(mark);
    } catch {
      return false; // it ended meanwhile
    }
  }).length;
}

async function measure(rung: string, sandbox: OpenedSandbox): Promise<Row[]> {
  const workspace = scratch();
  const rows: Row[] = [];
  for (const { name, code, by } of ATTACKS) {
    const [results, gone]: [number[], number[]] = [[], []];
    const ended = new Set<string>();
    for (let i = 0; i < runs; i += 1) {
      const mark = `attack-${process.pid}-${rows.length}-${i}-`;
      const abort = new AbortController();
      const began = performance.now();
      const pending = sandbox.run({ argv: ['/usr/bin/python3', '-c', code, mark], workspace, signal: abort.signal, limits: { ...SMALL, ...(by === 'timeout' ? { wallMs: AFTER_MS } : {}) } });
      let decided = by === 'timeout' ? began + AFTER_MS : undefined;
      if (by === 'abort') {
        await sleep(AFTER_MS);
        decided = performance.now();
        abort.abort();
      }
      const result = await pending;
      const now = performance.now();
      ended.add(result.status);
      if (decided !== undefined) results.push(now - decided);
      while (left(mark) > 0) await sleep(1);
      gone.push(performance.now() - (decided ?? now));
      for (const file of readdirSync(workspace)) rmSync(join(workspace, file));
    }
    rows.push({ rung, attack: `${name} (${by})`, ended: [...ended].join(', '), ...(results.length > 0 ? { result: figures(results) } : {}), gone: figures(gone) });
  }
  return rows;
}

async function onRung(rung: string): Promise<Row[]> {
  const sandbox = await open(rung);
  return sandbox ? measure(rung, sandbox) : [];
}

if (values.worker) {
  process.stdout.write(JSON.stringify(await onRung(values.worker)));
} else {
  const before = load();
  const rows = [...(await onRung('A')), ...(await inWorker<Row[]>(import.meta.url, ['--runs', values.runs]))];
  const after = load();
  const cells = rows.map(({ rung, attack, ended, result, gone }) => [`${rung}  ${attack}`, ended, result?.median ?? '-', result?.p95 ?? '-', result?.max ?? '-', gone.median, gone.p95, gone.max]);
  const text = `Milliseconds, ${runs} kills each. Load before: ${before}; after: ${after}\n\n${table(['rung, attack (ended by)', 'status', 'to result', 'p95', 'max', 'all gone', 'p95', 'max'], cells)}`;
  report(text, { machine: machine(), load: { before, after }, runs, rows }, values.out);
}
