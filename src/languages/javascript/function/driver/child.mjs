// Loads one candidate and evaluates expressions beside it. Requests come as lines on descriptor 4, answers go as lines to descriptor 3; what
// the candidate prints is kept for the answer. It knows no expected value.
import { Console } from 'node:console';
import { readSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import vm from 'node:vm';
import { encode, enlarge, textOf } from './encode.mjs';

const LONGEST_PRINTED = 2_000;
const stringify = JSON.stringify;
const { apply } = Reflect;
const slice = String.prototype.slice;
const exec = RegExp.prototype.exec;
const isFinite = Number.isFinite;
const PLACE = /solution\.js:(\d+)/;
const turn = setImmediate;
const PromiseMade = Promise;

const answer = (message) => {
  let text = `${stringify(message)}\n`;
  const bytes = Buffer.from(text);
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(3, bytes, sent);
};

let rest = Buffer.alloc(0);
const piece = Buffer.alloc(65_536);
/** The next line; the process sleeps until it comes. Undefined at the end. */
function request() {
  for (;;) {
    const end = rest.indexOf(10);
    if (end >= 0) {
      const line = rest.toString('utf8', 0, end);
      rest = rest.subarray(end + 1);
      return JSON.parse(line);
    }
    const read = readSync(4, piece);
    if (read === 0) return undefined;
    rest = Buffer.concat([rest, piece.subarray(0, read)]);
  }
}

let printed = '';
const keep = (chunk) => {
  if (printed.length < LONGEST_PRINTED) printed = apply(slice, printed + chunk, [0, LONGEST_PRINTED]);
};
const collector = new Writable({ decodeStrings: false, write: (chunk, _encoding, done) => (keep(chunk), done()) });
const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
globalThis.console = new Console({ stdout: collector, stderr: sink, colorMode: false });
process.stdout.write = (chunk) => (keep(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')), true);
process.stderr.write = () => true;

/** What was thrown, without trusting it: any part may be a getter that throws. */
function raised(thrown) {
  const part = (read, otherwise, most) => {
    try {
      const text = read();
      return typeof text === 'string' ? apply(slice, text, [0, most]) : otherwise;
    } catch {
      return otherwise;
    }
  };
  const isObject = (typeof thrown === 'object' && thrown !== null) || typeof thrown === 'function';
  const line = Number(apply(exec, PLACE, [part(() => thrown.stack, '', 20_000)])?.[1]);
  return {
    kind: 'raised',
    error: isObject ? part(() => thrown.name, 'Error', 100) : typeof thrown,
    message: isObject ? part(() => thrown.message, '', 500) : apply(slice, textOf(thrown), [0, 500]),
    ...(isFinite(line) && { line }),
  };
}

let late;
let unsettled;
process.on('uncaughtException', (thrown) => {
  late ??= { thrown };
  unsettled?.({ outcome: raised(thrown) });
});
process.on('unhandledRejection', (thrown) => (late ??= { thrown }));
// Nothing is left that could settle the promise it waits for: waiting longer changes nothing.
process.on('beforeExit', () => unsettled?.({ outcome: { kind: 'timeout' } }));

let look;
function load(code, name) {
  const require = createRequire(`${process.cwd()}/solution.js`);
  const module = { exports: {} };
  // The function's end is on a line of its own, since the code may end in a comment.
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) { ${code}\nreturn function (source) { return eval(source); }; })`, { filename: 'solution.js' });
  look = script.runInThisContext()(module.exports, require, module, 'solution.js', '.');
  return name === undefined || look(`typeof ${name}`) === 'function';
}

async function evaluate({ setup, expression }) {
  printed = '';
  late = undefined;
  try {
    const settled = look(`(async () => { ${setup}\nreturn (${expression}\n); })()`);
    const ended = new PromiseMade((resolve) => (unsettled = resolve));
    // Not Promise.race: a candidate may have another one there by now.
    const result = await new PromiseMade((resolve) => {
      settled.then((value) => resolve({ value }), (thrown) => resolve({ outcome: raised(thrown) }));
      ended.then(resolve);
    });
    // A rejection that nobody handles is told a turn later; a program would end by it.
    await new PromiseMade((resolve) => turn(resolve));
    if (result.outcome) return result.outcome;
    if (late) return raised(late.thrown);
    const value = encode(result.value);
    return { kind: 'value', value, text: value.kind === 'object' ? value.text : '' };
  } catch (thrown) {
    return raised(thrown);
  } finally {
    unsettled = undefined;
  }
}

for (let message = request(); message; message = request()) {
  if ('code' in message) {
    if (message.large) enlarge();
    try {
      answer({ loaded: load(message.code, message.name) });
    } catch (thrown) {
      answer({ failed: raised(thrown) });
    }
    continue;
  }
  for (let i = 0; i < message.cases.length; i += 1) {
    const outcome = await evaluate(message.cases[i]);
    answer({ case: message.first + i, outcome: printed === '' ? outcome : { ...outcome, printed } });
  }
}
process.exit(0);
