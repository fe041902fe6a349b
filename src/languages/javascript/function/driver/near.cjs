// The function as a user's tests see it: each call goes to the candidate's own process, and plain values come back. In one process with the tests
// a candidate could exchange what they compare with, or look for what they expect.
'use strict';
const { join } = require('node:path');
const v8 = require('node:v8');
const { MessageChannel, receiveMessageOnPort, Worker } = require('node:worker_threads');
const { CannotTravel, packed, unpacked, described, errorOf } = require('./carry.cjs');

/** The candidate's process ended, or what it says cannot be read: its end has no place in the tests. */
class Gone extends Error {
  constructor(message) {
    super(message);
    this.name = 'Gone';
    this.stack = `Gone: ${message}`;
  }
}

/**
 * Functions of these names of the code, which runs elsewhere.
 *
 * @param path where the tests found the code: the place that stacks name
 */
exports.functions = (code, names, path) => {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(join(__dirname, 'near-worker.mjs'), { workerData: { gate, port: port2 }, transferList: [port2], execArgv: [], stdout: true, stderr: true });
  worker.unref();
  port1.unref();
  let told = 0;
  let ended;
  /** What a function of the tests gave and could not be handed over. */
  let stuck;
  const numbers = new WeakMap();
  const kept = [];

  function receive() {
    if (ended !== undefined) throw new Gone(ended);
    let found = receiveMessageOnPort(port1);
    while (!found) {
      Atomics.wait(gate, 0, told);
      told = Atomics.load(gate, 0);
      found = receiveMessageOnPort(port1);
    }
    const { body, gone } = found.message;
    if (gone !== undefined) throw new Gone((ended = gone));
    return v8.deserialize(body);
  }
  const send = (message) => port1.postMessage(v8.serialize(message));

  const held = {
    keep: (value) => kept.push(value) - 1,
    other(value) {
      if (numbers.has(value)) return ['k', numbers.get(value)];
      throw new CannotTravel(`A ${typeof value} of the tests has no form that could be handed over.`);
    },
    find([kind, number, length]) {
      if (kind === 'c') return far(number, 'f', length);
      if (kind === 'o') return opaque(number);
      throw new TypeError('no form');
    },
  };

  /** An object of a class of the candidate's: known by its members. */
  function opaque(number) {
    const made = new Proxy({}, { get: (_target, key) => (typeof key === 'string' ? ask({ of: number, name: key, args: [] }, []) : undefined) });
    numbers.set(made, number);
    return made;
  }

  function ask(request, args) {
    send(request);
    let reply = read();
    while ('call' in reply) {
      send(calledBack(reply));
      reply = read();
    }
    if (stuck) throw stuck;
    let value;
    try {
      for (const [index, form] of reply.changed ?? []) update(args[index], unpacked(form, held));
      if (reply.value) value = reply.value[0] === 'a' ? args[reply.value[1]] : unpacked(reply.value, held);
      else value = reply.error ? placed(errorOf(reply.error), reply.error[4]) : unpacked(reply.thrown, held);
    } catch {
      throw new Gone('its answer cannot be read');
    }
    if (reply.promised) return reply.value ? Promise.resolve(value) : Promise.reject(value);
    if (!reply.value) throw value;
    return value;
  }

  function read() {
    try {
      const reply = receive();
      if (typeof reply === 'object' && reply !== null) return reply;
    } catch (thrown) {
      if (thrown instanceof Gone) throw thrown;
    }
    throw new Gone('its answer cannot be read');
  }

  /** A function that the test handed over is called from there. */
  function calledBack(reply) {
    try {
      return { value: packed(kept[reply.call](...reply.args.map((form) => unpacked(form, held))), held) };
    } catch (thrown) {
      if (thrown instanceof CannotTravel) stuck = thrown;
      return { error: described(thrown) };
    }
  }

  /** Its stack names the candidate's line. */
  function placed(error, stack) {
    const line = /solution\.js:(\d+)/.exec(String(stack))?.[1];
    const [head, ...frames] = error.stack.split('\n    at ');
    const own = frames.filter((frame) => !frame.includes(__dirname));
    Object.defineProperty(error, 'stack', { value: [head, ...(line ? [`${names[0]} (${path}:${line}:1)`] : []), ...own].join('\n    at '), configurable: true, writable: true });
    return error;
  }

  function far(number, name, length) {
    const made = function (...args) {
      if (new.target) throw new CannotTravel('The tests use it as a constructor.');
      return ask({ of: number, args: args.map((arg) => packed(arg, held)) }, args);
    };
    Object.defineProperties(made, { name: { value: name, configurable: true }, length: { value: Number(length) || 0, configurable: true } });
    return made;
  }

  const { lengths } = ask0({ code, names });
  return Object.fromEntries(names.map((name, index) => [name, far(index, name, lengths[index])]));

  function ask0(request) {
    send(request);
    const reply = read();
    if (reply.lengths) return reply;
    throw reply.error ? placed(errorOf(reply.error), reply.error[4]) : new Gone('it could not be loaded');
  }
};

/** Makes an argument what the function made of it, the same object still. */
function update(old, now) {
  if (Array.isArray(old) && Array.isArray(now)) {
    if (old.length === now.length) now.forEach((item, index) => (old[index] = kin(old[index], item) ? (update(old[index], item), old[index]) : item));
    else old.splice(0, old.length, ...now);
  } else if (old instanceof Map && now instanceof Map) {
    old.clear();
    for (const [key, item] of now) old.set(key, item);
  } else if (old instanceof Set && now instanceof Set) {
    old.clear();
    for (const item of now) old.add(item);
  } else if (ArrayBuffer.isView(old) && ArrayBuffer.isView(now)) {
    if (old.length === now.length) old.set(now);
  } else if (kin(old, now)) {
    for (const key of Object.keys(old)) if (!Object.hasOwn(now, key)) delete old[key];
    for (const key of Object.keys(now)) old[key] = kin(old[key], now[key]) ? (update(old[key], now[key]), old[key]) : now[key];
  }
}

/** Are both plain, and of one kind? */
const kin = (a, b) => typeof a === 'object' && a !== null && typeof b === 'object' && b !== null && Object.getPrototypeOf(a) === Object.getPrototypeOf(b) && [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(a));
