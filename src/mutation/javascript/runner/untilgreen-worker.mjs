// Calls functions of a module and runs its tests, on the present code and on mutants of it, in threads of one process.
// One JSON request on standard input, JSON lines begun by the nonce of the request on standard output.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const request = JSON.parse(readFileSync(0, 'utf8'));
const beside = (name) => new URL(`./untilgreen-${name}.mjs`, import.meta.url);
const base = mkdtempSync(join(tmpdir(), 'untilgreen-'));
/** Cases that tell one mutant apart: more of them make the choice among cases no better. */
const ENOUGH = 12;
/** Jobs of one thread, after which another takes over: loaded modules stay. */
const JOBS = 60;
const LOAD_SECONDS = 20;
const LIMITS = { maxOldGenerationSizeMb: 384 };

function tell(event) {
  let rest = Buffer.from(`${request.nonce}${JSON.stringify(event)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

/** A copy of the project in which files may be changed; installed packages are linked. */
function copyOf(name, overlay) {
  const root = join(base, name);
  cpSync(request.root, root, {
    recursive: true,
    filter(from) {
      const part = relative(request.root, from);
      if (/(^|\/)\.git$/.test(part)) return false;
      return !/(^|\/)node_modules$/.test(part);
    },
  });
  const link = (folder) => {
    for (const entry of readdirSync(join(request.root, folder), { withFileTypes: true })) {
      if (entry.name === 'node_modules') symlinkSync(join(request.root, folder, entry.name), join(root, folder, entry.name));
      else if (entry.isDirectory() && entry.name !== '.git' && existsSync(join(root, folder, entry.name))) link(join(folder, entry.name));
    }
  };
  link('');
  for (const [path, text] of Object.entries(overlay)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

let busy = 0;
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/**
 * Calls `late` once `seconds` of CPU went by for each busy thread, so that a loaded machine changes no outcome; or ten times as much by the clock,
 * for what only waits.
 */
function timer(seconds, late) {
  const [begun, used] = [performance.now(), cpu()];
  const ticking = setInterval(() => {
    const [wall, spent] = [(performance.now() - begun) / 1000, cpu() - used];
    if (wall >= seconds && (spent >= seconds * Math.max(1, busy) || wall >= seconds * 10)) {
      clearInterval(ticking);
      late();
    }
  }, Math.min(100, seconds * 200));
  return () => clearInterval(ticking);
}

/** A thread that takes jobs: `onMessage` sees each message; the promise tells how the job ended. */
class Hand {
  #worker;
  #jobs = 0;
  #data;
  constructor(data) {
    this.#data = data;
  }

  run(job, seconds, onMessage) {
    if (this.#jobs >= JOBS) this.close();
    if (!this.#worker) {
      this.#worker = new Worker(beside('thread'), { workerData: this.#data, stdout: true, stderr: true, resourceLimits: LIMITS });
      this.#jobs = 0;
    }
    this.#jobs += 1;
    const worker = this.#worker;
    busy += 1;
    return new Promise((resolve) => {
      let stop = timer(LOAD_SECONDS, () => end({ late: true, loading: true }));
      const end = (how) => {
        stop();
        busy -= 1;
        worker.removeAllListeners('message');
        worker.removeAllListeners('exit');
        if (how.late || how.dead) this.close();
        resolve(how);
      };
      worker.on('message', (message) => {
        stop();
        if (message.done) return end({});
        if (message.problem !== undefined) return end({ problem: message.problem });
        stop = timer(seconds, () => end({ late: true }));
        if (!message.ready) onMessage(message);
      });
      worker.removeAllListeners('error');
      worker.on('error', () => {});
      worker.on('exit', () => {
        this.#worker = undefined;
        end({ dead: true });
      });
      worker.postMessage(job);
    });
  }

  close() {
    this.#worker?.removeAllListeners('exit');
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

async function pooled(items, size, work) {
  const queue = [...items];
  await Promise.all(Array.from({ length: Math.max(1, size) }, async (_, slot) => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item, slot);
  }));
}

const mutated = (text, { from, to, put }) => text.slice(0, from) + put + text.slice(to);

// Calls -----------------------------------------------------------------------------------------------------------------------------------

async function observe(root) {
  const file = join(root, request.module);
  const hand = new Hand({ roots: [base], exported: request.exported, ahead: request.ahead });
  const slow = new Map();
  let left = request.reversed ? request.cases.toReversed() : request.cases;
  const gone = (one, kind) => tell({ event: 'outcome', id: one.id, kind, key: kind, lines: [], effects: [] });
  while (left.length > 0) {
    // What did not end twice is not tried again: a function that never ends would take all the time there is.
    const [tried, dropped] = [left.filter((one) => (slow.get(one.callee) ?? 0) < 2), left.filter((one) => (slow.get(one.callee) ?? 0) >= 2)];
    for (const one of dropped) gone(one, 'timeout');
    if (tried.length === 0) break;
    let at = 0;
    const how = await hand.run({ file, cases: tried }, request.seconds, ({ outcome }) => {
      tell({ event: 'outcome', id: tried[at].id, ...outcome });
      at += 1;
    });
    if (how.problem !== undefined || how.loading) {
      tell({ event: 'unimportable', message: how.problem ?? 'it does not end' });
      break;
    }
    if (at >= tried.length) break;
    gone(tried[at], how.late ? 'timeout' : 'crashed');
    if (how.late) slow.set(tried[at].callee, (slow.get(tried[at].callee) ?? 0) + 1);
    left = tried.slice(at + 1);
  }
  hand.close();
}

async function strike(root) {
  const byId = new Map(request.cases.map((one) => [one.id, one]));
  const present = readFileSync(join(root, request.module), 'utf8');
  const hands = Array.from({ length: request.workers }, () => new Hand({ roots: [base], exported: request.exported, ahead: 0 }));
  await pooled(request.mutants, request.workers, async (mutant, slot) => {
    // Beside the module itself: what it imports by relative paths, and the package it belongs to, stay the same.
    const file = join(root, dirname(request.module), `untilgreen-${mutant.id}-${request.module.split('/').pop()}`);
    writeFileSync(file, mutated(present, mutant));
    const cases = mutant.cases.map((id) => byId.get(id));
    const killed = [];
    let at = 0;
    const how = await hands[slot].run({ file, cases, enough: ENOUGH }, request.seconds, ({ same }) => {
      if (!same) killed.push(cases[at].id);
      at += 1;
    });
    const gone = (how.late || how.dead) && !how.loading;
    if (gone && cases[at]) killed.push(cases[at].id);
    const fate = how.problem !== undefined || how.loading ? 'broken' : how.late ? 'timeout' : how.dead ? 'crashed' : killed.length > 0 ? 'killed' : 'survived';
    tell({ event: 'mutant', id: mutant.id, killed, fate });
  });
  for (const hand of hands) hand.close();
}

// Tests -----------------------------------------------------------------------------------------------------------------------------------

/** Runs tests in a thread of their own. */
function runThread(root, data, seconds, onMessage) {
  busy += 1;
  return new Promise((resolve) => {
    const worker = new Worker(beside('tests'), { workerData: { ...data, files: request.tests.map(({ path, file }) => ({ path, file: join(root, file) })) }, stdout: true, stderr: true, resourceLimits: LIMITS });
    const stop = timer(seconds, () => end({ late: true }));
    let ended = false;
    const end = (how) => {
      if (ended) return;
      ended = true;
      stop();
      busy -= 1;
      worker.terminate();
      resolve(how);
    };
    worker.on('message', (message) => {
      if (message.done) end({});
      else if (message.problem !== undefined) end({ problem: message.problem });
      else onMessage(message);
    });
    worker.on('error', () => end({ dead: true }));
    worker.on('exit', () => end({ dead: true }));
  });
}

/** The project's own runner on a file: what it says of each test. */
function runReal(root, { path, file }, number) {
  const out = join(base, `report-${number}.jsonl`);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`--test-reporter=${fileURLToPath(beside('reporter'))}`, `--test-reporter-destination=${out}`, join(root, file)], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-3000)));
    const stop = setTimeout(() => child.kill('SIGKILL'), request.suiteSeconds * 1000);
    child.on('close', (code) => {
      clearTimeout(stop);
      const results = {};
      const counts = new Map();
      const told = existsSync(out) ? readFileSync(out, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [];
      for (const { group, outcomes } of told) {
        for (const outcome of outcomes) {
          const at = counts.get(group) ?? 0;
          counts.set(group, at + 1);
          results[`${path}::${group}[${at}]`] = outcome;
        }
      }
      const broken = code !== 0 && told.every(({ outcomes }) => !outcomes.includes('failed')) ? (errors.split('\n').find((line) => /Error/.test(line)) ?? `exit ${code}`) : told.length === 1 && told[0].outcomes[0] === 'failed' && told[0].group.endsWith(file.split('/').pop()) ? told[0].error : undefined;
      resolve({ results, broken });
    });
  });
}

async function tests() {
  const real = {};
  const broken = [];
  if (request.real) {
    const root = copyOf('real', request.real);
    for (const [number, test] of request.tests.entries()) {
      const one = await runReal(root, test, number);
      Object.assign(real, one.results);
      if (one.broken !== undefined) broken.push(`${test.path}: ${one.broken}`);
    }
  }
  const first = copyOf('0', request.overlay);
  process.chdir(first);
  const reach = new Map();
  const took = new Map();
  const results = {};
  let rows = [];
  const how = await runThread(first, { seed: request.seed }, request.suiteSeconds, (message) => {
    if (message.ready) return void (rows = message.tests);
    results[message.id] = message.outcome;
    reach.set(message.id, message.lines);
    took.set(message.id, message.took);
  });
  if (how.problem !== undefined || how.late || how.dead) broken.push(how.problem ?? (how.late ? 'it did not end in time' : 'the process died'));
  const lines = [...new Set([...reach.values()].flat())].sort((a, b) => a - b);
  tell({ event: 'baseline', results, real: request.real ? real : undefined, rows: Object.fromEntries(rows.map(({ id, row }) => [row, id])), broken, lines, seconds: [...took.values()].reduce((sum, one) => sum + one, 0) });
  const good = Object.keys(results).filter((id) => results[id] === 'passed' && (real[id] ?? 'passed') === 'passed');
  if (broken.length > 0 || good.length === 0 || request.mutants.length === 0) return;
  const plain = { ...request.overlay, ...request.plain };
  const roots = Array.from({ length: request.workers }, (_, slot) => copyOf(`mutants-${slot}`, plain));
  const present = readFileSync(join(roots[0], request.module), 'utf8');
  const byRow = new Map(rows.map(({ id, row }) => [row, id]));
  await pooled(request.mutants, request.workers, async (mutant, slot) => {
    const reaching = good.filter((id) => reach.get(id).includes(mutant.line));
    // A statement of several lines may be noted by another of them: all tests of its neighbourhood stand in.
    const near = reaching.length > 0 ? reaching : good.filter((id) => reach.get(id).some((line) => Math.abs(line - mutant.line) <= 12));
    const preferred = (mutant.prefer ?? []).map((row) => byRow.get(row)).filter((id) => good.includes(id));
    const wanted = [...new Set([...preferred, ...near])];
    if (wanted.length === 0) return tell({ event: 'mutant', id: mutant.id, killed: [], fate: 'survived' });
    writeFileSync(join(roots[slot], request.module), mutated(present, mutant));
    const killed = [];
    const seconds = Math.min(request.mutantSeconds, 2 + 6 * wanted.reduce((sum, id) => sum + took.get(id), 0));
    const ended = await runThread(roots[slot], { wanted, stop: request.stop }, seconds, ({ id, outcome }) => {
      if (outcome === 'failed') killed.push(id);
    });
    const fate = ended.problem !== undefined ? 'broken' : killed.length > 0 ? 'killed' : ended.late ? 'timeout' : ended.dead ? 'crashed' : 'survived';
    tell({ event: 'mutant', id: mutant.id, killed, fate });
  });
}

if (request.mode === 'tests') await tests();
else {
  const root = copyOf('0', request.overlay);
  process.chdir(root);
  await (request.mode === 'observe' ? observe(root) : strike(root));
}
tell({ event: 'done' });
process.exit(0);
