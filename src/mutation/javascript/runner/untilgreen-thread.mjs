// One thread: loads modules and calls their functions, one job after the other, watching what they reach and touch.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { describe, raised, textOf } from './untilgreen-describe.mjs';
import { installClock, realNow, watch } from './untilgreen-watch.mjs';

const { roots, exported, ahead } = workerData;
installClock(ahead);
const require = createRequire(import.meta.url);
let lines;
globalThis.__ugReach = (...reached) => {
  if (lines) for (const line of reached) lines.add(line);
};

async function load(file) {
  try {
    return require(file);
  } catch (error) {
    if (error?.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    return import(pathToFileURL(file).href);
  }
}

/** Exports by the names inside the file. */
function spaceOf(module) {
  const space = {};
  for (const [local, name] of exported) {
    const value = name === '=' ? module : module?.[name];
    if (value !== undefined) space[local] = value;
  }
  return space;
}

const evaluators = new Map();
function evaluate(text, space, names) {
  let made = evaluators.get(text);
  if (!made) evaluators.set(text, (made = new Function(...names, `return (${text}\n);`)));
  return made(...names.map((name) => space[name]));
}

/** The text of an argument that a call may change. */
const copied = (value) => (typeof value === 'object' && value !== null ? textOf(value) : undefined);

async function outcomeOf(one, space, names) {
  const begun = realNow();
  const effects = new Set();
  lines = new Set();
  let shown;
  let awaited = false;
  try {
    const receiver = one.receiver === undefined ? undefined : evaluate(one.receiver, space, names);
    const values = one.arguments.map((text) => evaluate(text, space, names));
    const before = values.map(copied);
    const state = one.kind === 'method' ? describe(receiver) : undefined;
    lines.clear();
    watch(effects);
    let result;
    if (one.kind === 'property') result = receiver[one.attribute];
    else if (one.kind === 'constructor') result = new space[one.owner](...values);
    else if (one.kind === 'method') result = receiver[one.attribute](...values);
    else if (one.kind === 'static') result = space[one.owner][one.attribute](...values);
    else result = space[one.callee](...values);
    awaited = result !== null && typeof result === 'object' && typeof result.then === 'function';
    if (awaited) result = await result;
    shown = { ...describe(result), ...(awaited && { awaited }), ...(receiver !== undefined && result === receiver && { self: true }) };
    const after = values.flatMap((value, at) => {
      const text = copied(value);
      return text !== undefined && before[at] !== undefined && text !== before[at] && text.length <= 400 ? [[at, text]] : [];
    });
    if (after.length > 0) Object.assign(shown, { after, key: `${shown.key}|${JSON.stringify(after)}` });
    if (state?.form === 'object') {
      const now = describe(receiver);
      if (now.form === 'object' && now.checks.length > 1 && now.key !== state.key) Object.assign(shown, { state: now.checks, key: `${shown.key}|${now.key}` });
    }
  } catch (error) {
    shown = { ...raised(error, roots), ...(awaited && { awaited }) };
  } finally {
    watch(undefined);
  }
  const reached = [...lines].sort((a, b) => a - b);
  lines = undefined;
  return { ...shown, lines: reached, effects: [...effects], seconds: (realNow() - begun) / 1000 };
}

// A promise that nobody waits for tells nothing of the call.
process.on('unhandledRejection', () => {});
process.on('uncaughtException', () => {});
parentPort.on('message', async ({ file, cases, enough }) => {
  let module;
  try {
    module = await load(file);
  } catch (error) {
    parentPort.postMessage({ problem: `${error?.name}: ${error?.message}` });
    return;
  }
  const space = spaceOf(module);
  const names = Object.keys(space).filter((name) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && name !== 'default');
  evaluators.clear();
  parentPort.postMessage({ ready: true });
  let killed = 0;
  for (const one of cases) {
    const outcome = await outcomeOf(one, space, names);
    parentPort.postMessage(enough === undefined ? { outcome } : { same: outcome.key === one.key });
    if (enough !== undefined && outcome.key !== one.key && (killed += 1) >= enough) break;
  }
  parentPort.postMessage({ done: true });
});
