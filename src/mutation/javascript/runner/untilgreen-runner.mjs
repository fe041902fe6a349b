// What takes the place of node:test and vitest while mutants run: the same tests and hooks, many times in one process, chosen one by one.
import assert from 'node:assert';

const top = () => ({ name: '', parent: undefined, hooks: { before: [], after: [], beforeEach: [], afterEach: [] }, skip: false, started: false });
let file = '';
let suite = top();
const tests = [];
const counts = new Map();
const waiting = [];

/** Tests that are collected from now on belong to this file. */
export function openFile(path) {
  file = path;
  suite = top();
}

function parts(given) {
  const fn = given.find((one) => typeof one === 'function');
  const name = typeof given[0] === 'string' ? given[0] : fn?.name || '<anonymous>';
  const options = given.find((one) => typeof one === 'object' && one !== null) ?? {};
  return { name, options, fn };
}

function add(given, forced = {}) {
  const { name, options, fn } = parts(given);
  let outer = suite;
  while (outer.parent?.parent) outer = outer.parent;
  const group = suite.parent ? outer.name : name;
  const key = `${file}::${group}`;
  const at = counts.get(key) ?? 0;
  counts.set(key, at + 1);
  const skip = Boolean(options.skip || options.todo || forced.skip || suite.skip) || !fn;
  tests.push({ id: `${key}[${at}]`, row: `${group}#${at}`, name, fn, suite, skip, fails: Boolean(forced.fails || options.fails) });
}

function open(given, forced = {}) {
  const { name, options, fn } = parts(given);
  const outer = suite;
  suite = { ...top(), name, parent: outer, skip: Boolean(options.skip || options.todo || forced.skip || outer.skip) };
  const inner = suite;
  try {
    const promised = fn?.({ name });
    if (promised && typeof promised.then === 'function') waiting.push(promised);
  } finally {
    suite = inner.parent;
  }
}

const titled = (title, row, at) => {
  const values = Array.isArray(row) ? row : [row];
  let next = 0;
  return String(title).replaceAll('%#', String(at)).replaceAll(/%[sdifjop]/g, () => String(values[next++]));
};

function api(work) {
  const made = (...given) => void work(given);
  made.skip = (...given) => void work(given, { skip: true });
  made.todo = made.skip;
  made.only = made;
  made.concurrent = made;
  made.sequential = made;
  made.fails = (...given) => void work(given, { fails: true });
  made.skipIf = (condition) => (condition ? made.skip : made);
  made.runIf = (condition) => (condition ? made : made.skip);
  made.each = (table, ...holes) => {
    if (holes.length > 0 || !Array.isArray(table)) throw new Error('tables in templates are not understood');
    return (title, fn) => table.forEach((row, at) => work([titled(title, row, at), () => (Array.isArray(row) ? fn(...row) : fn(row))]));
  };
  return made;
}
export const test = api(add);
export const it = test;
export const describe = api(open);
const hook = (when) => (fn) => void (typeof fn === 'function' && suite.hooks[when].push(fn));
export const before = hook('before');
export const after = hook('after');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
export const beforeAll = before;
export const afterAll = after;
const without = (name) => new Proxy(function () {}, {
  get: (_, key) => (key === 'then' || typeof key === 'symbol' ? undefined : refuse(`${name}.${String(key)}`)),
  apply: () => refuse(name),
});
function refuse(name) {
  throw new Error(`${name} is not understood`);
}
export const expect = without('expect');
export const vi = without('vi');
export const mock = without('mock');
Object.assign(test, { test, it, describe, suite: describe, before, after, beforeEach, afterEach, mock });
export { describe as suite, test as default, test as 'module.exports' };

/** All tests, once those whose description takes time have told. */
export async function collected() {
  await Promise.all(waiting.splice(0));
  return tests;
}

const chain = (inner) => (inner ? [...chain(inner.parent), inner] : []);

async function call(fn, context) {
  if (fn.length >= 2) return new Promise((done, fail) => fn(context, (error) => (error ? fail(error) : done())));
  return fn(context);
}

/** `passed`, `failed` or `skipped`. */
export async function runTest(one) {
  if (one.skip) return 'skipped';
  let skipped = false;
  const last = [];
  const context = {
    name: one.name, task: { name: one.name }, expect, assert, signal: new AbortController().signal, mock,
    diagnostic() {}, plan() {}, todo() {},
    skip: () => void (skipped = true),
    after: (fn) => void last.push(fn), onTestFinished: (fn) => void last.push(fn), before: (fn) => fn(), beforeEach() {}, afterEach() {},
    test: async (...given) => call(parts(given).fn ?? (() => {}), context),
  };
  const suites = chain(one.suite);
  let failed = false;
  try {
    for (const outer of suites) {
      if (outer.started) continue;
      outer.started = true;
      for (const fn of outer.hooks.before) await fn(context);
    }
    for (const outer of suites) for (const fn of outer.hooks.beforeEach) await fn(context);
    await call(one.fn, context);
  } catch {
    failed = true;
  }
  try {
    for (const fn of last.reverse()) await fn();
    for (const outer of suites.reverse()) for (const fn of outer.hooks.afterEach) await fn(context);
  } catch {
    failed = true;
  }
  if (skipped) return 'skipped';
  return failed === one.fails ? 'passed' : 'failed';
}
