import { beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../../../sandbox/open.ts';
import type { Sandbox } from '../../../sandbox/types.ts';
import { meets } from '../../function/expect.ts';
import type { CandidateReport, Case, Signature } from '../../function/types.ts';
import { check, evaluate } from './check.ts';
import { JAVASCRIPT } from './dialect.ts';
import { parseSignature } from './signature.ts';

let sandbox: Sandbox;
let signature: Signature;
beforeAll(async () => {
  sandbox = await openSandbox();
  signature = await parseSignature(JAVASCRIPT, 'f(n)', 'f');
});

const plain = (...expressions: string[]): Case[] => expressions.map((expression) => ({ setup: '', expression }));
const run = (codes: readonly string[], cases: readonly Case[], caseMs = 5_000): Promise<CandidateReport[]> =>
  check({ sandbox, signature, candidates: codes.map((code, index) => ({ id: `c${index}`, code })), cases, caseMs });

describe('what a candidate gives', () => {
  /** Source of a returned value, and the text that the outcome has. */
  const VALUES: [string, string][] = [
    ['1', '1'],
    ['-0', '0'],
    ['0.5', '0.5'],
    ['2 ** 53', '9007199254740992'],
    ['10n', '10'],
    ['NaN', 'NaN'],
    ['-Infinity', '-Infinity'],
    ['"a\\n\\u2028"', '"a\\n\\u2028"'],
    ['undefined', 'undefined'],
    ['null', 'null'],
    ['[1, , [true]]', '[1, undefined, [true]]'],
    ['({ a: 1, "b c": [] })', '{ a: 1, "b c": [] }'],
    ['new Map([[1, "x"]])', 'new Map([[1, "x"]])'],
    ['new Set([2, 1])', 'new Set([2, 1])'],
    ['new Uint8Array([1, 255])', 'new Uint8Array([1, 255])'],
    ['Object.create(null)', '{}'],
    ['Promise.resolve(3)', '3'],
    ['new Date(0)', '1970-01-01T00:00:00.000Z'],
    ['/a+/g', '/a+/g'],
    ['(() => 1)', 'function'],
    ['new (class Point { x = 1 })()', 'Point { x: 1 }'],
    ['({ get a() { throw new Error("asked"); } })', '{ a: a getter }'],
    ['(() => { const a = []; a.push(a); return a; })()', '[refers to itself]'],
    ['new Proxy({}, { ownKeys() { throw 1; }, getPrototypeOf() { throw 1; } })', 'Proxy'],
    ['"x".repeat(30_000)', 'cut: 30000 characters'],
  ];

  it('reads values of every kind as they are, without running anything of theirs', async () => {
    const [report] = await run([`const values = [${VALUES.map(([source]) => `() => ${source}`).join(', ')}];\nfunction f(n) { return values[n](); }`], plain(...VALUES.map((_, index) => `f(${index})`)));
    expect(report!.outcomes.map((outcome) => (outcome.kind === 'value' ? outcome.text : outcome))).toEqual(VALUES.map(([, text]) => text));
  });

  it('tells prints, errors with the line of the source, setups, types, imports and what cannot be loaded apart', async () => {
    const cases: Case[] = [...plain('f(1)', 'f({ bad: true })', 'f(1) + (f(2) as number)'), { setup: 'const twice = (g: number) => g * 2;', expression: 'twice(f(1))' }];
    const reports = await run(
      [
        "import { inspect } from 'node:util';\ninterface Options { bad: boolean }\n\nexport async function f(n: number | Options): Promise<number> {\n  console.log('got', inspect(n));\n  if (typeof n !== 'number') throw new RangeError(`no ${n.bad}`);\n  return n;\n}\n",
        'function g(n) { return n; }',
        'const limit = missing;\nfunction f(n) { return n; }',
        "const left = require('left-pad');\nfunction f(n) { return n; }",
        'for (;;) {}\nfunction f(n) { return n; }',
        'function f(n) { return new Promise(() => {}); }',
        'function f(n) { Promise.reject(new Error("forgotten")); return n; }',
        'function f(n) { return f(n); }',
      ],
      cases,
      1_000,
    );
    expect(reports[0]!.outcomes).toEqual([
      { kind: 'value', value: { kind: 'int', value: '1' }, text: '1', printed: 'got 1\n' },
      { kind: 'raised', error: 'RangeError', message: 'no true', line: 6, printed: 'got { bad: true }\n' },
      // A promise in a sum is a text to JavaScript.
      expect.objectContaining({ kind: 'value', text: '"[object Promise][object Promise]"' }),
      expect.objectContaining({ kind: 'value', text: 'NaN' }),
    ]);
    expect(reports.slice(1, 5).map(({ problem }) => problem)).toEqual([
      { class: 'no_function', message: 'It defines no function of that name.' },
      { class: 'name', message: 'ReferenceError: missing is not defined', line: 1 },
      expect.objectContaining({ class: 'import', line: 1 }),
      { class: 'timeout', message: 'Loading it does not come to an end.' },
    ]);
    expect(reports[5]!.outcomes.map(({ kind }) => kind)).toEqual(['timeout', 'timeout', 'skipped', 'skipped']);
    expect(reports[6]!.outcomes[0]).toMatchObject({ kind: 'raised', message: 'forgotten' });
    expect(reports[7]!.outcomes[0]).toMatchObject({ kind: 'raised', error: 'RangeError', message: 'Maximum call stack size exceeded' });
  }, 60_000);

  it('loads a candidate also where nothing is asked of it', async () => {
    expect((await run(['throw new Error("no");', 'function f(n) {}'], [])).map(({ problem }) => problem?.class)).toEqual(['exception', undefined]);
  });

  it('evaluates expectations without a candidate', async () => {
    const outcomes = await evaluate(sandbox, [{ setup: 'const half = 0.5', expression: 'Math.sqrt(16) + half' }, { setup: '', expression: 'nowhere' }]);
    expect(outcomes).toEqual([expect.objectContaining({ kind: 'value', text: '4.5' }), expect.objectContaining({ kind: 'raised', error: 'ReferenceError' })]);
  });

  it('is cancelled while candidates run', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    const running = check({ sandbox, signature, candidates: [{ id: 'a', code: 'function f() { for (;;) {} }' }], cases: plain('f(1)'), caseMs: 60_000, signal: stop.signal });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });
});

/** Each tries to pass `f(n) === 2 * n` without computing it, or to spoil the job for the others. */
const HOSTILE: Record<string, string> = {
  'loops for ever': 'function f(n) { for (;;) {} }',
  'loops for ever in microtasks': 'function f(n) { const spin = () => Promise.resolve().then(spin); spin(); return 2 * n; }',
  'forks': "const { spawn } = require('child_process');\nfunction f(n) { for (let i = 0; i < 400; i += 1) spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }).on('error', () => {}).unref(); return 0; }",
  'prints without end': "function f(n) { for (;;) { console.log('x'.repeat(1e6)); process.stdout.write('y'.repeat(1e6)); } }",
  'ends its process as if all were well': 'function f(n) { process.exit(0); }',
  'ends its process when it is loaded': 'process.exit(0);\nfunction f(n) { return 2 * n; }',
  'kills the process that checks it': "function f(n) { process.kill(process.ppid, 'SIGKILL'); return 2 * n; }",
  'kills everything': "function f(n) { process.kill(-1, 'SIGKILL'); return 2 * n; }",
  'stops the processes of others': "const fs = require('fs');\nfunction f(n) { for (const pid of fs.readdirSync('/proc')) { try { if (Number(pid) !== process.pid && fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1] === String(process.ppid)) process.kill(Number(pid), 'SIGSTOP'); } catch {} } return 0; }",
  'patches what the checker could use': "const outcome = { case: 0, outcome: { kind: 'value', value: { kind: 'int', value: '2' }, text: '2' } };\nJSON.stringify = () => '{}'; JSON.parse = () => outcome; Array.prototype.push = Array.prototype.map = () => []; Promise.prototype.then = function () { return this; }; Map.prototype.forEach = () => {}; console.log = () => {}; Object.is = () => true; Number.isSafeInteger = () => true;\nfunction f(n) { return n; }",
  'gives a thing that equals everything': "function f(n) { return { valueOf: () => 2 * n, toString: () => String(2 * n), toJSON: () => 2 * n, [Symbol.toPrimitive]: () => 2 * n, equals: () => true }; }",
  'gives a proxy of the answer': 'function f(n) { return new Proxy(function () {}, { get: () => () => 2 * n, getPrototypeOf: () => Number.prototype }); }',
  'gives a boxed answer': 'function f(n) { return new Number(2 * n); }',
  'eats the heap': 'function f(n) { const kept = []; for (;;) kept.push(new Array(1e6).fill(n)); }',
  'eats memory outside of the heap': 'function f(n) { const kept = []; for (;;) kept.push(Buffer.alloc(3e7, 1)); }',
  'backtracks without end': "function f(n) { /^(a+)+$/.test('a'.repeat(50) + 'b'); return 2 * n; }",
  'leaves timers': 'function f(n) { setInterval(() => { for (let i = 0; i < 1e7; i += 1); }, 1); return 0; }',
  'looks for the tests': "const fs = require('fs');\nfunction f(n) { return fs.readdirSync('.').concat(fs.readdirSync('/tmp')).map((name) => { try { return fs.readFileSync(name, 'utf8'); } catch { return name; } }).length ? 'seen' : 'nothing'; }",
  'prints a pass line and forges its report': "const fs = require('fs');\nfunction f(n) { const line = JSON.stringify({ id: '0', case: 0, outcome: { kind: 'value', value: { kind: 'int', value: '0' }, text: '0' } }) + '\\n'; console.log('ok 1 - all tests passed'); try { fs.writeSync(fs.openSync(`/proc/${process.ppid}/fd/1`, 'w'), line); } catch {} fs.writeSync(3, line); return 0; }",
  'closes its answers': "function f(n) { require('fs').closeSync(3); return 2 * n; }",
  'throws a thing that throws': "function f(n) { throw { get name() { throw 1; }, get message() { throw 2; }, get stack() { throw 3; } }; }",
};

describe('hostile candidates', () => {
  const good = 'function f(n) { return 2 * n; }';
  let reports: CandidateReport[];
  const names = Object.keys(HOSTILE);
  beforeAll(async () => {
    // A good one at the beginning, in the middle and at the end: each keeps its outcomes.
    const codes = [good, ...Object.values(HOSTILE).slice(0, 8), good, ...Object.values(HOSTILE).slice(8), good];
    reports = await run(codes, plain('f(1)', 'f(2)', 'f(30)'), 1_000);
  }, 180_000);

  const passes = ({ outcomes }: CandidateReport): boolean => [2, 4, 60].every((n, index) => outcomes[index] !== undefined && meets({ kind: 'value', text: String(n), value: { kind: 'int', value: String(n) } }, outcomes[index]));

  it.each(names.map((name, index) => [name, index < 8 ? index + 1 : index + 2] as const))('one that %s does not pass', (_, index) => {
    const report = reports[index]!;
    expect(passes(report)).toBe(false);
    expect(report.problem !== undefined || report.outcomes.length === 3).toBe(true);
  });

  it('leaves the good ones beside them what they gave', () => {
    for (const index of [0, 9, reports.length - 1]) expect(passes(reports[index]!)).toBe(true);
  });

  it('signals to neighbours that it guesses, files and processes lead to none of theirs', async () => {
    const slow = 'function f(n) { for (const end = Date.now() + 150; Date.now() < end; ); return 2 * n; }';
    const signals = (name: string): string => `const own = process;\nfunction f(n) { for (const end = Date.now() + 400; Date.now() < end; ) for (let pid = 2; pid < 400; pid += 1) if (pid !== own.pid && pid !== own.ppid) { try { own.kill(pid, '${name}'); } catch {} } return 0; }`;
    const tries = "const load = require;\nfunction f(n) { return [() => load('fs').openSync(`/proc/${process.ppid}/mem`), () => load('fs').readdirSync('/proc'), () => load('child_process').spawnSync('true'), () => new (load('worker_threads').Worker)('1', { eval: true })].map((go) => { try { go(); return 'done'; } catch (thrown) { return thrown.code; } }).join(); }";
    const reports = await run([slow, signals('SIGUSR1'), slow, signals('SIGSEGV'), slow, tries], plain('f(1)', 'f(2)', 'f(30)'), 2_000);
    expect(reports.map(passes)).toEqual([true, false, true, false, true, false]);
    expect(reports[5]!.outcomes[0]).toMatchObject({ text: '"ERR_ACCESS_DENIED,ERR_ACCESS_DENIED,ERR_ACCESS_DENIED,ERR_ACCESS_DENIED"' });
  }, 60_000);
});
