// The process of a candidate under a user's test file: it has the function, and never the tests. Started by `near-worker.mjs`; requests come on
// descriptor 4 and answers go to descriptor 3, each with its length in front.
'use strict';
const { readSync, writeSync } = require('node:fs');
const { createRequire } = require('node:module');
const { types } = require('node:util');
const v8 = require('node:v8');
const vm = require('node:vm');
const { packed, unpacked, described, errorOf } = require('./carry.cjs');

function send(message) {
  const body = v8.serialize(message);
  const whole = Buffer.alloc(4 + body.length);
  whole.writeUInt32BE(body.length);
  body.copy(whole, 4);
  for (let sent = 0; sent < whole.length; ) sent += writeSync(3, whole, sent);
}

function exactly(count) {
  const data = Buffer.alloc(count);
  for (let read = 0; read < count; ) {
    const piece = readSync(4, data, read, count - read);
    if (piece === 0) process.exit(0);
    read += piece;
  }
  return data;
}

const receive = () => v8.deserialize(exactly(exactly(4).readUInt32BE()));

/** What stays in this process: functions and objects of the candidate; functions of the test by their numbers. */
const kept = [];
const held = {
  keep: (value) => kept.push(value) - 1,
  other: (value) => ['o', held.keep(value), typeof value],
  find: ([kind, number]) => (kind === 'k' ? kept[number] : (...args) => ask(number, args)),
};

/** Calls a function of the test. */
function ask(number, args) {
  send({ call: number, args: args.map((arg) => packed(arg, held)) });
  let reply = receive();
  while ('of' in reply) {
    send(answerNow(reply));
    reply = receive();
  }
  if (reply.error) throw errorOf(reply.error);
  return unpacked(reply.value, held);
}

function called({ of, name }, given) {
  const target = kept[of];
  if (name === undefined) return target(...given);
  const member = target[name];
  return typeof member === 'function' ? member.bind(target) : member;
}

function formOf(value, given) {
  const same = typeof value === 'object' && value !== null ? given.indexOf(value) : -1;
  return same >= 0 ? ['a', same] : packed(value, held);
}

const thrownForm = (thrown) => (types.isNativeError(thrown) ? { error: described(thrown) } : { thrown: packed(thrown, held) });
/** Arguments that the function changed, as they are now. */
function changes(given, before) {
  return given.flatMap((arg, index) => {
    if (before[index] === undefined || bytesOf(arg)?.equals(before[index])) return [];
    const form = packed(arg, held);
    return form[0] === 'v' ? [[index, form]] : [];
  });
}

function bytesOf(value) {
  try {
    return typeof value === 'object' && value !== null ? v8.serialize(value) : undefined;
  } catch {
    return undefined;
  }
}

/** A promise in the middle of another call cannot be waited for. */
function answerNow(request) {
  const given = request.args.map((form) => unpacked(form, held));
  const before = given.map(bytesOf);
  try {
    return { value: formOf(called(request, given), given), changed: changes(given, before) };
  } catch (thrown) {
    return { ...thrownForm(thrown), changed: changes(given, before) };
  }
}

async function answer(request) {
  const given = request.args.map((form) => unpacked(form, held));
  const before = given.map(bytesOf);
  let promised = false;
  try {
    let value = called(request, given);
    if (types.isPromise(value)) {
      promised = true;
      value = await value;
    }
    return { value: formOf(value, given), promised, changed: changes(given, before) };
  } catch (thrown) {
    return { ...thrownForm(thrown), promised, changed: changes(given, before) };
  }
}

function load({ code, names }) {
  const module = { exports: {} };
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) { ${code}\nreturn function (source) { return eval(source); }; })`, { filename: 'solution.js' });
  const look = script.runInThisContext()(module.exports, createRequire('/solution.js'), module, 'solution.js', '.');
  return names.map((name) => {
    held.keep(look(name));
    return look(`typeof ${name}`) === 'function' ? look(name).length : 0;
  });
}

process.on('uncaughtException', () => {});
process.stdout.write = process.stderr.write = () => true;
(async () => {
  try {
    send({ lengths: load(receive()) });
  } catch (thrown) {
    send(thrownForm(thrown));
  }
  for (;;) send(await answer(receive()));
})();
