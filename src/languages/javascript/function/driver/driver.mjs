// Runs the candidates of a wave, a few at a time, each in a process of its own, and reports every outcome on a line that begins with a nonce.
// The clock of each case is kept here, where no candidate reaches it. Input: one JSON object on standard input, see `protocol.ts`.
import { readFileSync } from 'node:fs';
import { startChild } from './process.mjs';

const job = JSON.parse(readFileSync(0, 'utf8'));
const { nonce, candidates, cases, caseMs, timeouts, parallel, name, mark, large, properties } = job;
/** Loading a module is no case; a slow machine may need this long for the process itself. */
const LOAD_MS = Math.max(caseMs, 5_000);

/** The host waits no longer for a driver that says nothing: a candidate may have stopped it. */
const TICK_MS = 500;
setInterval(() => process.stdout.write(`${nonce} {"tick":true}\n`), TICK_MS).unref();

const report = (message) => process.stdout.write(`${nonce} ${JSON.stringify(message)}\n`);

const spare = [];
let wanted = candidates.length;
function take() {
  const child = spare.shift() ?? startChild(mark);
  // The next ones start while this one works; how many are left to be started is known.
  while (spare.length < parallel && spare.length < wanted) spare.push(startChild(mark));
  return child;
}

async function load(child, candidate) {
  child.send({ code: candidate.code, ...(name !== undefined && { name }), ...(large && { large }) });
  return child.next(LOAD_MS);
}

async function check(candidate) {
  let next = 0;
  let failures = 0;
  let odd = false;
  let forked = false;
  const give = (outcome) => {
    report({ id: candidate.id, case: next, outcome });
    next += 1;
  };
  // Without cases it is loaded all the same.
  for (let first = true; first || (next < cases.length && failures < timeouts); first = false) {
    const child = take();
    const loaded = await load(child, candidate);
    if (loaded.late || loaded.ended !== undefined || loaded.message?.loaded !== true) {
      odd ||= loaded.odd === true || (loaded.late === true && child.stopped());
      forked = child.close() || forked;
      report({ id: candidate.id, unusable: loaded.late ? { timeout: true } : loaded.ended !== undefined ? { ended: loaded.ended } : loaded.message?.failed ? { failed: loaded.message.failed } : { missing: true } });
      return report({ id: candidate.id, done: true, odd, forked });
    }
    if (cases.length > 0) child.send({ first: next, cases: cases.slice(next) });
    while (next < cases.length) {
      const event = await child.next(caseMs);
      if (event.message && event.message.case === next && event.message.outcome) {
        if (event.message.outcome.kind === 'timeout') failures += 1;
        give(event.message.outcome);
        if (failures >= timeouts) break;
        continue;
      }
      failures += 1;
      odd ||= event.odd === true || (event.late === true && child.stopped());
      give(event.late ? { kind: 'timeout' } : { kind: 'crashed', how: event.ended ?? 'garbled' });
      break;
    }
    forked = child.close() || forked;
  }
  while (next < cases.length) give({ kind: 'skipped' });
  report({ id: candidate.id, done: true, odd, forked });
}

/** What a property needs of one candidate: an expression is true, false or something else, whatever it takes to ask. */
function asker(candidate) {
  let child;
  return {
    async ask(setup, expression) {
      if (!child) {
        child = take();
        const loaded = await load(child, candidate);
        if (loaded.message?.loaded !== true) {
          this.close();
          return { kind: 'raised', error: 'Error', message: 'it could not be loaded' };
        }
      }
      child.send({ first: 0, cases: [{ setup, expression }] });
      const event = await child.next(caseMs);
      if (event.message?.outcome) return event.message.outcome;
      this.close();
      return event.late ? { kind: 'timeout' } : { kind: 'crashed', how: event.ended ?? 'garbled' };
    },
    close() {
      child?.close();
      child = undefined;
    },
  };
}

const queue = [...candidates];
async function lane() {
  for (let candidate = queue.shift(); candidate; candidate = queue.shift()) {
    wanted -= 1;
    report({ id: candidate.id, started: true });
    if (properties) {
      const { checkProperties } = await import('./properties.mjs');
      await checkProperties(job, asker(candidate), (index, result) => report({ id: candidate.id, property: index, result }));
      report({ id: candidate.id, done: true, odd: false, forked: false });
    } else await check(candidate);
  }
}

await Promise.all(Array.from({ length: parallel }, lane));
for (const child of spare) child.close();
// What is left belongs to candidates that are done.
process.stdout.write('', () => process.exit(0));
