// What a call touches besides its arguments, and a clock that can be put ahead. To be loaded before the project's modules.
import childProcess from 'node:child_process';
import crypto from 'node:crypto';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

let effects;
const touch = (what) => effects?.add(what);

/** Effects from now on go into this set; undefined: nobody looks. */
export const watch = (into) => void (effects = into);

function wrap(owner, name, what) {
  const plain = owner[name];
  if (typeof plain !== 'function' || /^[A-Z_]/.test(name)) return;
  const wrapped = function (...given) {
    touch(what);
    return new.target ? Reflect.construct(plain, given) : plain.apply(this, given);
  };
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(plain));
  try {
    owner[name] = wrapped;
  } catch {
    // It cannot be replaced: it is not watched.
  }
}
for (const owner of [fs, fs.promises]) for (const name of Object.keys(owner)) wrap(owner, name, /^(write|append|mkdir|rm|unlink|rename|copy|chmod|create|truncate)/.test(name) ? 'writes files' : 'reads files');
for (const name of Object.keys(childProcess)) wrap(childProcess, name, 'starts programs');
for (const owner of [net, http, https, dgram, dns]) for (const name of ['connect', 'createConnection', 'createServer', 'request', 'get', 'createSocket', 'lookup', 'resolve']) wrap(owner, name, 'uses the network');
for (const name of ['randomBytes', 'randomUUID', 'randomInt', 'getRandomValues', 'randomFillSync']) wrap(crypto, name, 'uses chance');
syncBuiltinESMExports();
wrap(globalThis, 'fetch', 'uses the network');
wrap(Math, 'random', 'uses chance');
wrap(performance, 'now', 'reads the clock');
wrap(process, 'hrtime', 'reads the clock');
wrap(process, 'exit', 'ends the process');
for (const name of ['setTimeout', 'setInterval']) wrap(globalThis, name, 'waits for time');
for (const name of ['getRandomValues', 'randomUUID']) wrap(globalThis.crypto, name, 'uses chance');

export const PlainDate = Date;
const now = Date.now;
export const realNow = now;

/** Puts a watched clock in the place of `Date`, `ahead` milliseconds before the real one. */
export function installClock(ahead) {
  globalThis.Date = new Proxy(PlainDate, {
    construct(target, given, made) {
      if (given.length === 0) touch('reads the clock');
      return Reflect.construct(target, given.length === 0 ? [now() + ahead] : given, made === globalThis.Date ? target : made);
    },
    apply() {
      touch('reads the clock');
      return new PlainDate(now() + ahead).toString();
    },
    get(target, name) {
      if (name === 'now') return () => (touch('reads the clock'), now() + ahead);
      return Reflect.get(target, name);
    },
  });
  PlainDate.prototype.constructor = globalThis.Date;
}
