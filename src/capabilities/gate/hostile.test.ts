import { beforeAll, describe, expect, it } from 'vitest';
import type { FunctionLanguageName } from '../../languages/function/types.ts';
import { openSandbox } from '../../sandbox/open.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import type { CapabilityDraft, GateName, ToolCase } from '../types.ts';
import { admit } from './admit.ts';
import { draftOf } from './drafts.prop.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});

type Hostile = [what: string, gate: GateName, code: string, changes?: Partial<CapabilityDraft>];

/** Gates of a tool that is stopped late: what it has to pass first, so that it is known to get there. */
const upTo = (gate: GateName): GateName[] => [...new Set<GateName>(['contract', 'safety', 'visible_cases', 'hidden_cases', gate])];

/** The gate that stopped it, in the worst case: three candidates that are all the same hostile code, so that nobody disagrees. */
async function stopped(language: FunctionLanguageName, [, gate, code, changes]: Hostile): Promise<unknown> {
  const draft = await draftOf(language, code, changes);
  const { ok, stoppedBy, gates } = await admit({ draft, candidates: [code, code, code], tools: [], product: 'test', sandbox, only: upTo(gate) });
  return { ok, stoppedBy, last: gates.at(-1)?.gate, told: gates.at(-1)?.says !== '' };
}
const by = ([, gate]: Hostile): object => ({ ok: false, stoppedBy: gate, last: gate, told: true });

const python = (body: string, top = ''): string => `${top}${top ? '\n' : ''}def scale_numbers(numbers: list[int], factor: int) -> list[int]:\n${body.split('\n').map((line) => `    ${line}\n`).join('')}`;
const RIGHT = 'return [number * factor for number in numbers]';

/** Lists of one number have no order that could be another. */
const SHORT: ToolCase[] = [
  { arguments: { numbers: [4], factor: 3 }, result: [12], from: 'user' },
  ...[1, 2, 5, 6, 9].map((number): ToolCase => ({ arguments: { numbers: [number], factor: number }, result: [number * number], from: 'hidden' })),
];

describe('hostile Python is refused', () => {
  it.each<Hostile>([
    ['asks the network', 'safety', python(RIGHT, 'import socket\n')],
    ['asks the network when it is called', 'safety', python(`import urllib.request\nurllib.request.urlopen("http://localhost")\n${RIGHT}`)],
    ['reads a file outside', 'safety', python(`open("/etc/hostname").read()\n${RIGHT}`)],
    ['reads a file by a module', 'safety', python(`codecs.open("/etc/hostname").read()\n${RIGHT}`, 'import codecs\n')],
    ['reads its own cases', 'safety', python('return json.load(io.open("cases.json"))[0]["result"]', 'import io\nimport json\n')],
    ['reads its own file', 'safety', python(`__file__\n${RIGHT}`)],
    ['reads the environment', 'safety', python(`os.environ.get("HOME")\n${RIGHT}`, 'import os\n')],
    ['forks', 'safety', python(`os.fork()\n${RIGHT}`, 'import os\n')],
    ['starts a program', 'safety', python(`subprocess.run(["true"])\n${RIGHT}`, 'import subprocess\n')],
    ['calls machine code', 'safety', python(`ctypes.CDLL(None)\n${RIGHT}`, 'import ctypes\n')],
    ['patches the test runner', 'safety', python(RIGHT, 'import pytest\npytest.approx = lambda *_, **__: True\n')],
    ['patches a builtin', 'safety', python(RIGHT, 'import builtins\nbuiltins.len = lambda _: 0\n')],
    ['patches a module that the tests use', 'safety', python(RIGHT, 'import json\njson.loads = lambda _: []\n')],
    ['puts a module of its own in the place of another', 'safety', python(RIGHT, 'import sys\nsys.modules["json"] = None\n')],
    ['climbs to the interpreter', 'safety', python(`().__class__.__base__.__subclasses__()\n${RIGHT}`)],
    ['makes code from text', 'safety', python('return eval("".join(map(chr, [91, 93])))')],
    ['imports by a computed name', 'safety', python(`__import__("o" + "s")\n${RIGHT}`)],
    ['imports what it is not known to compute with', 'safety', python(RIGHT, 'import sched\n')],
    ['imports a package that is not there', 'safety', python(RIGHT, 'import numpy\n')],
    ['uses chance', 'safety', python('return [number * factor + random.randint(0, 0) for number in numbers]', 'import random\n')],
    ['reads the clock', 'safety', python(`datetime.now()\n${RIGHT}`, 'from datetime import datetime\n')],
    ['hangs on an address', 'safety', python(`id(numbers)\n${RIGHT}`)],
    ['keeps a global counter', 'safety', python(`global calls\ncalls += 1\n${RIGHT}`, 'calls = 0\n')],
    ['looks at its callers', 'safety', python(`sys._getframe(1)\n${RIGHT}`, 'import sys\n')],
    ['leaves something for the end of the process', 'safety', python(RIGHT, 'import atexit\natexit.register(print)\n')],
    ['leaves a thread', 'safety', python(`threading.Thread(target=print).start()\n${RIGHT}`, 'import threading\n')],
    ['ends the process while it is imported', 'safety', python(RIGHT, 'import os\nos._exit(0)\n')],
    ['gives an object that equals everything', 'safety', python('return Same()', 'class Same(list):\n    def __eq__(self, other):\n        return True\n')],
    ['holds a secret', 'safety', python(RIGHT, `TOKEN = "ghp_${'a1B2'.repeat(9)}"\n`)],
    ['leaves by an exception while it is imported', 'visible_cases', python(RIGHT, 'raise SystemExit(0)\n')],
    ['takes all memory while it is imported', 'visible_cases', python(RIGHT, 'kept = [0] * (1 << 34)\n')],
    ['gives a list that says it is equal', 'visible_cases', python('return Same()', 'class Same(list):\n    def __eq__(self, other):\n        return other is not None\n    __hash__ = None\n')],
    ['gives what is no number', 'visible_cases', python('return [float("nan") for _ in numbers]')],
    ['has the visible answers by heart', 'hidden_cases', python('return {3: [2, 4, 6], 1: [12]}.get(len(numbers), [])')],
    ['leaves by an exception when it is called', 'hidden_cases', python(`if factor == 10:\n    raise SystemExit(0)\n${RIGHT}`)],
    ['goes on for ever on other input', 'agreement', python(`while len(numbers) > 3 or factor > 10 or factor < 0:\n    pass\n${RIGHT}`)],
    ['takes all memory on other input', 'agreement', python(`if len(numbers) > 3 or factor > 10 or factor < 0:\n    numbers = [0] * (1 << 34)\n${RIGHT}`)],
    ['breaks its law on other input', 'properties', python(`return [number * factor for number in numbers] if len(numbers) < 6 and max(numbers, default=0) < 1000 else []`)],
    ['is no function that could be watched', 'mutation', 'scale_numbers = lambda numbers, factor: [number * factor for number in numbers]\n'],
    ['hides its code where that of others stands', 'mutation', `# --- uses (generated; edit those tools instead) ---\n\n\n# --- uses scale_all 1.0.0 sha256:00 ---\ndef scale_all(numbers, factor):\n    if factor == 10 and len(numbers) == 4 or factor == 14 or len(numbers) > 4 and numbers[1] > 3:\n        return []\n    if factor > 9 and len(numbers) > 6 and numbers[0] < 0:\n        return [1]\n    return [number * factor for number in numbers]\n\n# --- end of uses ---\n\n${python('return scale_all(numbers, factor)')}`],
    ['hangs on the hash seed', 'determinism', python('order = list({str(number) for number in numbers})\nif len(order) > 2 and factor > 1 and order[0] < order[1]:\n    return [number * factor + 1 for number in numbers]\nreturn [number * factor for number in numbers]'), { cases: SHORT }],
    ['keeps state in a default', 'determinism', 'def scale_numbers(numbers: list[int], factor: int, seen=[]) -> list[int]:\n    seen.append(1)\n    return [number * factor + (1 if factor > 1 and len(seen) % 30 == 12 else 0) for number in numbers]\n'],
  ])('%s: %s', async (...hostile: Hostile) => {
    expect(await stopped('python', hostile)).toEqual(by(hostile));
  });

  it.each(['sum', 'list', 'print', 'statistics', 'pytest', 'array', 'len', 'class', 'test_scale'])('has the name %s, which means something already', async (name) => {
    const draft = await draftOf('python', `def ${name === 'class' ? 'scale' : name}(numbers: list[int], factor: int) -> list[int]:\n    return numbers\n`);
    const report = await admit({ draft: { ...draft, name, signature: draft.signature.replace('scale_numbers', name) }, candidates: [], tools: [], product: 'test', sandbox });
    expect(report).toMatchObject({ ok: false, stoppedBy: 'contract' });
  });
});

const javascript = (body: string, top = ''): string => `${top}export function scale_numbers(numbers, factor) {\n  ${body}\n}\n`;
const RIGHT_JS = 'return numbers.map((number) => number * factor);';


describe('hostile JavaScript is refused', () => {
  it.each<Hostile>([
    ['starts a program', 'safety', javascript(RIGHT_JS, "import { execSync } from 'node:child_process';\nexecSync('true');\n")],
    ['reads its cases', 'safety', javascript(RIGHT_JS, "import { readFileSync } from 'node:fs';\nreadFileSync('cases.json');\n")],
    ['ends the process', 'safety', javascript(`process.exit(0); ${RIGHT_JS}`)],
    ['uses chance', 'safety', javascript('return numbers.map((number) => number * factor + 0 * Math.random());')],
    ['uses chance behind a name', 'safety', javascript('const { random } = Math; return numbers.map((number) => number * factor + 0 * random());')],
    ['reads the clock behind a name', 'safety', javascript('const Moment = Date; new Moment(); ' + RIGHT_JS)],
    ['changes a prototype that all share', 'safety', javascript(RIGHT_JS, 'Array.prototype.map = () => [];\n')],
    ['pollutes what all objects are made from', 'safety', javascript(`({}).__proto__.polluted = 1; ${RIGHT_JS}`)],
    ['gives what changes as it is looked at', 'safety', javascript('return new Proxy(numbers, {});')],
    ['makes code from text', 'safety', javascript(`[].filter.constructor('return process')(); ${RIGHT_JS}`)],
    ['waits for time', 'safety', javascript(`setTimeout(() => {}, 1); ${RIGHT_JS}`)],
    ['counts its calls', 'determinism', javascript('calls += 1; return numbers.map((number) => number * factor + (factor > 1 && calls % 30 === 12 ? 1 : 0));', 'let calls = 0;\n')],
    ['writes as the place has it', 'cold_run', javascript("return numbers.map((number) => number * factor + Number((1234.5).toLocaleString().replace(',', '')) - 1234.5);")],
    ['gives what its getter counted', 'determinism', javascript('return numbers.map((number) => ({ get value() { reads += 1; return number * factor + (factor > 1 && reads >= 40 ? 1 : 0); } }).value);', 'let reads = 0;\n')],
  ])('%s: %s', async (...hostile: Hostile) => {
    expect(await stopped('javascript', hostile)).toEqual(by(hostile));
  });
});

const typescript = (body: string): string => `export function scale_numbers(numbers: number[], factor: number): number[] {\n  ${body}\n}\n`;

describe('hostile TypeScript is refused', () => {
  it.each<Hostile>([
    ['reaches for the process past its types', 'safety', typescript('(globalThis as any).process.exit(0); return numbers;')],
    ['has the visible answers by heart', 'hidden_cases', typescript('return factor === 2 ? [2, 4, 6] : [12];')],
  ])('%s: %s', async (...hostile: Hostile) => {
    expect(await stopped('typescript', hostile)).toEqual(by(hostile));
  });
});

const go = (body: string, top = ''): string => `package solution\n\n${top}\nfunc scale_numbers(numbers []int, factor int) []int {\n\t${body}\n}\n`;

describe('hostile Go is refused', () => {
  it.each<Hostile>([
    ['ends the process before anything runs', 'safety', go('return numbers', 'import "os"\n\nfunc init() {\n\tos.Exit(0)\n}\n')],
    ['looks past the types', 'safety', go('_ = unsafe.Sizeof(factor)\n\treturn numbers', 'import "unsafe"\n')],
    ['fails before anything runs', 'visible_cases', go('return numbers', 'var nothing = 0\nvar _ = 1 / nothing\n')],
  ])('%s: %s', async (...hostile: Hostile) => {
    expect(await stopped('go', hostile)).toEqual(by(hostile));
  });
});
