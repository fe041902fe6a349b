// A worker for the kill tests: goes on with the run `r` step after step, and says on its output what the store has acknowledged.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { addMetrics } from '../../src/store/queries/metrics.ts';
import { openStore } from '../../src/store/store.ts';

const [directory = '', started = '', url] = process.argv.slice(2);
const store = await openStore({ directory, url });
if (!(await store.runs.get('r'))) await store.runs.create({ id: 'r', kind: 'test', directory: '/', request: '', input: {} });
let lease = await store.runs.claim('r');
// On a server the lease of the killed one has to run out; the test ends it.
while (!lease) {
  await sleep(20);
  lease = await store.runs.claim('r');
}
const done = new Set((await lease.steps()).map((step) => step.key));
console.log(`resumed ${done.size}`);
for (let n = 0; ; n += 1) {
  const key = `step ${n}`;
  if (done.has(key)) continue;
  appendFileSync(started, `${key}\n`);
  await lease.append({ about: n });
  await lease.recordModelCall({ key, requestHash: 'h', role: 'coder', model: 'm', reply: { n, pad: 'x'.repeat(500) }, inputTokens: 1, outputTokens: 1, cachedTokens: null, cost: null, ms: 1 });
  await lease.record(key, { n, pad: 'y'.repeat(500) }, (tx) => addMetrics(tx, { [key]: n }, { taskId: 'r' }));
  console.log(key);
}
