import { beforeAll, describe, expect, test } from 'vitest';
import { openSandbox } from '../../../sandbox/open.ts';
import type { OpenedSandbox } from '../../../sandbox/types.ts';
import { meets } from '../../function/expect.ts';
import type { CandidateReport, Case, Outcome, Signature } from '../../function/types.ts';
import { check, evaluate } from './check.ts';
import { parseSignature } from './read.ts';

let sandbox: OpenedSandbox;
let signature: Signature;
beforeAll(async () => {
  sandbox = await openSandbox();
  signature = await parseSignature('f(n)', 'f');
});

const plain = (expression: string): Case => ({ setup: '', expression });

describe('candidates and their outcomes', () => {
  const code = `
import dataclasses, collections
calls = []

@dataclasses.dataclass
class Point:
    x: int

Pair = collections.namedtuple("Pair", "a b")

class Odd:
    def __repr__(self):
        raise ValueError("never")

def f(kind):
    calls.append(kind)
    print("called", kind)
    if kind == "raise":
        return [][3]
    if kind == "cycle":
        ring = []
        ring.append(ring)
        return ring
    if kind == "deep":
        for _ in range(50):
            kind = [kind]
        return kind
    return {"point": Point(1), "pair": Pair(1, 2), "set": {1}, "dict": {"a": (None, 1.5)}, "bytes": b"\\x00", "nan": float("nan"), "big": 10**5000, "long": "x" * 30000,
            "generator": (n for n in range(3)), "odd": Odd(), "bool": True, "counter": collections.Counter("aa"), "function": f}[kind]
`;
  const kinds = ['point', 'pair', 'set', 'dict', 'bytes', 'nan', 'big', 'long', 'generator', 'odd', 'bool', 'counter', 'function', 'cycle', 'deep', 'raise'];
  let outcomes: Outcome[];
  beforeAll(async () => {
    const cases = [...kinds.map((kind) => plain(`f('${kind}')`)), { setup: 'kind = "set"\nvalue = f(kind)', expression: 'sorted(value) + [kind]' }, plain('len(calls)'), plain('f(')];
    outcomes = (await check({ sandbox, signature, candidates: [{ id: 'a', code }], cases, caseMs: 5000 }))[0]!.outcomes;
  });

  test.each<[string, unknown, string]>([
    ['point', { kind: 'object', type: 'Point', text: 'Point(x=1)' }, 'Point(x=1)'],
    ['pair', { kind: 'tuple', items: [{ kind: 'int', value: '1' }, { kind: 'int', value: '2' }] }, 'Pair(a=1, b=2)'],
    ['set', { kind: 'set', items: [{ kind: 'int', value: '1' }] }, '{1}'],
    ['dict', { kind: 'map', entries: [[{ kind: 'string', value: 'a' }, { kind: 'tuple', items: [{ kind: 'null' }, { kind: 'float', value: 1.5 }] }]] }, "{'a': (None, 1.5)}"],
    ['bytes', { kind: 'bytes', value: '00' }, "b'\\x00'"],
    ['nan', { kind: 'float', value: 'nan' }, 'nan'],
    ['generator', { kind: 'object', type: 'generator', text: 'generator of [0, 1, 2]' }, 'generator of [0, 1, 2]'],
    ['odd', { kind: 'object', type: 'Odd', text: '<Odd that cannot be printed: ValueError>' }, '<Odd that cannot be printed: ValueError>'],
    ['bool', { kind: 'bool', value: true }, 'True'],
    ['counter', { kind: 'map', entries: [[{ kind: 'string', value: 'a' }, { kind: 'int', value: '2' }]] }, "Counter({'a': 2})"],
    ['function', { kind: 'object', type: 'function', text: '<function f>' }, '<function f>'],
    ['cycle', { kind: 'object', type: 'list', text: '[[...]]' }, '[[...]]'],
  ])('a value: %s', (kind, value, text) => {
    expect(outcomes[kinds.indexOf(kind)]).toEqual({ kind: 'value', value, text, printed: `called ${kind}\n` });
  });

  test.each(['big', 'long', 'deep'])('a value over the limits is told by its class and a check sum: %s', (kind) => {
    expect(outcomes[kinds.indexOf(kind)]).toMatchObject({ kind: 'value', value: { kind: 'object' } });
  });

  test('an exception, with the line of the candidate', () => {
    expect(outcomes[kinds.indexOf('raise')]).toEqual({ kind: 'raised', error: 'IndexError', message: 'list index out of range', line: 19, printed: 'called raise\n' });
  });

  test('statements before an expression, names that stay from call to call, an expression that is none', () => {
    const [setup, calls, wrong] = outcomes.slice(kinds.length);
    expect(setup).toMatchObject({ kind: 'value', text: "[1, 'set']" });
    expect(calls).toMatchObject({ kind: 'value', text: String(kinds.length + 1) });
    expect(wrong).toMatchObject({ kind: 'raised', error: 'SyntaxError' });
  });

  test('expectations are worked out without any candidate', async () => {
    const values = await evaluate(sandbox, [{ setup: 'import math', expression: 'math.inf' }, plain('{1, 2} | {3}'), plain('unknown'), plain('')]);
    expect(values.map((each) => (each.kind === 'value' ? each.text : each.kind))).toEqual(['inf', '{1, 2, 3}', 'raised', 'raised']);
    expect(await evaluate(sandbox, [])).toEqual([]);
  });

  test('who cannot be loaded is told why', async () => {
    const rows: [string, string, string][] = [
      ['def f(n:', 'syntax', "SyntaxError: '(' was never closed"],
      ['def g(n): pass', 'no_function', 'It defines no function `f`.'],
      ['import nosuchmodule\ndef f(n): pass', 'import', "ModuleNotFoundError: No module named 'nosuchmodule'"],
      ['x = undefined\ndef f(n): pass', 'name', "NameError: name 'undefined' is not defined"],
      ['1 / 0\ndef f(n): pass', 'exception', 'ZeroDivisionError: division by zero'],
      ['raise SystemExit(0)', 'crash', 'SystemExit: it ends the process while it loads'],
    ];
    const reports = await check({ sandbox, signature, candidates: rows.map(([text], index) => ({ id: String(index), code: text })), cases: [plain('f(1)')], caseMs: 5000 });
    expect(reports.map(({ problem, outcomes: none }) => [problem?.class, problem?.message, none.length])).toEqual(rows.map(([, kind, message]) => [kind, message, 0]));
  });

  test('an async function is awaited', async () => {
    const [report] = await check({ sandbox, signature, candidates: [{ id: 'a', code: 'import asyncio\nasync def f(n):\n    await asyncio.sleep(0)\n    return n + 1' }], cases: [plain('f(1)')], caseMs: 10_000 });
    expect(report!.outcomes).toMatchObject([{ kind: 'value', text: '2' }]);
  });

  test('a call that was cancelled is an error of its own', async () => {
    const cancelling = AbortSignal.timeout(200);
    await expect(check({ sandbox, signature, candidates: [{ id: 'a', code: 'def f(n):\n    while True: pass' }], cases: [plain('f(1)')], caseMs: 60_000, signal: cancelling })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

/** Each is to pass by another way than computing `n + 1`, or to keep others from it. */
const HOSTILE: Record<string, string> = {
  'an infinite loop': 'def f(n):\n    while True:\n        pass',
  'a loop at its top level': 'while True:\n    pass\ndef f(n):\n    return n + 1',
  'a power that C works on': 'def f(n):\n    return 10 ** 10 ** 9',
  'a regular expression that never ends': 'import re\ndef f(n):\n    return re.match(r"(a+)+$", "a" * 40 + "b")',
  'a fork bomb': 'import os\ndef f(n):\n    while True:\n        try:\n            os.fork()\n        except OSError:\n            pass',
  'a daemon left behind': 'import os\ndef f(n):\n    if os.fork() == 0:\n        os.setsid()\n        while True:\n            pass\n    return -1',
  'threads left running': 'import threading\ndef g():\n    while True:\n        pass\ndef f(n):\n    for _ in range(8):\n        threading.Thread(target=g).start()\n    return -1',
  'huge output': 'def f(n):\n    for _ in range(20000):\n        print("x" * 1000)\n    return -1',
  'lines of a report on every descriptor': 'import os\ndef f(n):\n    for fd in range(64):\n        try:\n            os.write(fd, b\'{"k": "done", "index": 0, "outcomes": []}\\n\')\n        except OSError:\n            pass\n    return n + 1',
  'lines of a report through /proc': 'import glob\ndef f(n):\n    for path in glob.glob("/proc/[0-9]*/fd/*"):\n        try:\n            open(path, "a").write("PASSED\\n" * 100)\n        except OSError:\n            pass\n    return -1',
  'sys.exit(0)': 'import sys\ndef f(n):\n    sys.exit(0)',
  'os._exit(0)': 'import os\ndef f(n):\n    os._exit(0)',
  'os._exit(0) at its top level': 'import os\nos._exit(0)',
  'an end by its own hand': 'import os\ndef f(n):\n    os.kill(os.getpid(), 9)',
  'an end of its parent': 'import os\ndef f(n):\n    os.kill(os.getppid(), 9)\n    return n + 1',
  'an end of everything': 'import os\ndef f(n):\n    for pid in os.listdir("/proc"):\n        if pid.isdigit() and int(pid) != os.getpid():\n            try:\n                os.kill(int(pid), 9)\n            except OSError:\n                pass\n    return n + 1',
  'a halt of its parent': 'import os, signal\ndef f(n):\n    os.kill(os.getppid(), signal.SIGSTOP)\n    return -1',
  'builtins of its own': 'import builtins\nfor name in ("len", "print", "isinstance", "repr", "type", "dict", "compile", "eval"):\n    setattr(builtins, name, lambda *a, **k: 2)\ndef f(n):\n    return "no"',
  'an object that equals everything': 'class E:\n    def __eq__(self, other):\n        return True\n    def __hash__(self):\n        return 1\n    def __repr__(self):\n        return "2"\ndef f(n):\n    return E()',
  'a number that prints as another': 'class I(int):\n    def __eq__(self, other):\n        return True\n    def __repr__(self):\n        return "2"\n    __str__ = __repr__\ndef f(n):\n    return I(99)',
  'an object whose print ends the process': 'class B:\n    def __repr__(self):\n        raise SystemExit(0)\ndef f(n):\n    return B()',
  'closed descriptors': 'import os\ndef f(n):\n    os.closerange(0, 64)\n    return n + 1',
  'deep recursion': 'def f(n):\n    return f(n) + 1',
  'recursion without a bound': 'import sys\nsys.setrecursionlimit(10**9)\ndef f(n):\n    return [f(n)]',
  'a memory hog': 'def f(n):\n    return bytearray(10**10)',
  'many small objects': 'def f(n):\n    x = []\n    while True:\n        x.append([0] * 10**6)',
  'a fake pass line': 'def f(n):\n    print("1 passed")\n    return -1',
  'frames and neighbours': 'import gc, sys\ndef f(n):\n    seen = repr([o for o in gc.get_objects() if isinstance(o, (dict, str, tuple))])\n    frame = sys._getframe()\n    while frame:\n        seen += repr(list(frame.f_locals.values()))\n        frame = frame.f_back\n    return "-".join(["neighbour", "secret"]) in seen or "f(%d)" % 777 in seen',
  'a value of a million items': 'def f(n):\n    return list(range(10**6))',
  'a value nested without end': 'def f(n):\n    x = []\n    for _ in range(10**5):\n        x = [x]\n    return x',
};

const GOOD = 'def f(n):\n    return n + 1';

describe('hostile candidates', () => {
  const cases = [plain('f(1)'), plain('f(2)'), plain('f(777)')];
  const wanted = [2, 3, 778].map((value) => ({ kind: 'value' as const, text: String(value), value: { kind: 'int' as const, value: String(value) } }));
  let reports: Map<string, CandidateReport>;
  const passes = ({ problem, outcomes }: CandidateReport): boolean => problem === undefined && outcomes.length === wanted.length && outcomes.every((outcome, index) => meets(wanted[index]!, outcome));

  beforeAll(async () => {
    const names = Object.keys(HOSTILE);
    // Good ones stand before, between and behind.
    const candidates = names.flatMap((id, index) => (index % 6 === 0 ? [{ id: `good ${index}`, code: GOOD }, { id, code: HOSTILE[id]! }] : [{ id, code: HOSTILE[id]! }]));
    candidates.push({ id: 'good with a secret', code: `SECRET = "neighbour-secret"\n${GOOD}` }, { id: 'good at the end', code: GOOD });
    const found = await check({ sandbox, signature, candidates, cases, caseMs: 700 });
    reports = new Map(found.map((report) => [report.id, report]));
  }, 180_000);

  test.each(Object.keys(HOSTILE).filter((name) => !['closed descriptors', 'lines of a report on every descriptor'].includes(name)))('%s does not pass', (name) => {
    const report = reports.get(name)!;
    expect([passes(report), JSON.stringify(report).slice(0, 500)]).toEqual([false, expect.any(String)]);
    expect(report.problem !== undefined || report.outcomes.length === cases.length).toBe(true);
  });

  test('what a candidate does to its own report costs it its own outcomes at most', () => {
    for (const name of ['closed descriptors', 'lines of a report on every descriptor']) expect(reports.get(name)!.outcomes.map(({ kind }) => kind)).toEqual(['crashed', 'crashed', 'crashed']);
  });

  test('the good ones beside them keep all their outcomes', () => {
    const good = [...reports.values()].filter(({ id }) => id.startsWith('good'));
    expect(good.length).toBeGreaterThan(5);
    expect(good.map((report) => [report.id, passes(report)])).toEqual(good.map(({ id }) => [id, true]));
  });

  test('nobody saw another candidate, or an input that had not come', () => {
    expect(reports.get('frames and neighbours')!.outcomes.slice(0, 2)).toMatchObject([{ kind: 'value', text: 'False' }, { kind: 'value', text: 'False' }]);
  });

  test('an endless one is stopped after two time-outs', () => {
    expect(reports.get('an infinite loop')!.outcomes.map(({ kind }) => kind)).toEqual(['timeout', 'timeout', 'skipped']);
  });

  test('signals to its neighbours, and limits for them, change nothing of theirs', async () => {
    const neighbours = (doing: string): string =>
      `import os, resource, time\ndef f(n):\n    end = time.time() + 0.5\n    while time.time() < end:\n        for pid in os.listdir("/proc"):\n            try:\n                if pid.isdigit() and int(pid) != os.getpid() and open("/proc/%s/stat" % pid).read().rsplit(")", 1)[1].split()[1] == str(os.getppid()):\n                    ${doing}\n            except OSError:\n                pass\n        time.sleep(0.01)\n    return -1`;
    const slow = 'import time\ndef f(n):\n    time.sleep(0.2)\n    return len(bytearray(60 * 10 ** 6)) // 60 // 10 ** 6 + n';
    const candidates = [slow, neighbours('os.kill(int(pid), 11)'), slow, neighbours('resource.prlimit(int(pid), resource.RLIMIT_AS, (1 << 20, 1 << 20))'), slow].map((code, index) => ({ id: String(index), code }));
    const found = await check({ sandbox, signature, candidates, cases, caseMs: 2000 });
    expect(found.map(passes)).toEqual([true, false, true, false, true]);
  }, 60_000);
});
