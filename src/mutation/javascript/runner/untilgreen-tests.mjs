// One thread: collects the tests of some files, and runs all of them or those that it is asked for.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { collected, openFile, runTest } from './untilgreen-runner.mjs';

const { files, wanted, stop, seed } = workerData;
let lines = new Set();
globalThis.__ugReach = (...reached) => {
  for (const line of reached) lines.add(line);
};
let loose = false;
process.on('unhandledRejection', () => (loose = true));
process.on('uncaughtException', () => (loose = true));
const require = createRequire(import.meta.url);
try {
  for (const { path, file } of files) {
    openFile(path);
    try {
      require(file);
    } catch (error) {
      if (error?.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
      await import(pathToFileURL(file).href);
    }
  }
  let tests = await collected();
  parentPort.postMessage({ ready: true, tests: tests.map(({ id, row }) => ({ id, row })) });
  if (wanted) {
    const byId = new Map(tests.map((one) => [one.id, one]));
    tests = wanted.flatMap((id) => byId.get(id) ?? []);
  } else if (seed !== undefined) tests = shuffled(tests, seed);
  for (const one of tests) {
    lines = new Set();
    loose = false;
    const begun = performance.now();
    const outcome = await runTest(one);
    const result = loose ? 'failed' : outcome;
    parentPort.postMessage({ id: one.id, outcome: result, lines: wanted ? [] : [...lines], took: (performance.now() - begun) / 1000 });
    if (stop && result === 'failed') break;
  }
  parentPort.postMessage({ done: true });
} catch (error) {
  parentPort.postMessage({ problem: `${error?.name}: ${error?.message}` });
}

/** Fisher and Yates's, with a generator of its own (mulberry32), so that a seed gives one order. */
function shuffled(items, from) {
  const list = [...items];
  let state = from >>> 0;
  for (let at = list.length - 1; at > 0; at -= 1) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const other = Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * (at + 1));
    [list[at], list[other]] = [list[other], list[at]];
  }
  return list;
}
