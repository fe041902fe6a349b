import { describe, expect, it } from 'vitest';
import type { FunctionLanguageName } from '../../languages/function/types.ts';
import { emptyLaw } from './empty-law.ts';
import { takenName } from './names.ts';
import { impurityOf } from './purity.ts';
import { differs } from './schemas-differ.ts';
import { secretIn } from './secrets.ts';

describe('names that mean something already', () => {
  it.each([['sum', 'a builtin of Python'], ['lambda', 'a keyword of Python'], ['statistics', 'a module of Python'], ['fetch', 'a global or module of Node'], ['interface', 'a word of JavaScript or TypeScript'], ['append', 'a word of Go'], ['strconv', 'a package of Go'], ['con', 'a device of Windows'], ['describe', 'a name of the test frameworks'], ['test_percentage', 'what pytest takes for a test']])('%s is %s', (name, what) => {
    expect(takenName(name)).toBe(what);
  });
  it.each(['calculate_percentage', 'reverse_string', 'run_t_test', 'sum_of_digits'])('%s is free', (name) => {
    expect(takenName(name)).toBeUndefined();
  });
});

describe('secrets', () => {
  it.each([
    ['x = 1\nkey = "AKIAIOSFODNN7EXAMPLE"', 'an access key of AWS', 2],
    ['const password = "correct-horse";', 'a password', 1],
    ['API_KEY: str = "0123456789abcdef"', 'a password', 1],
    ['url = "postgres://me:hunter22@db.example.org/x"', 'a password in an address', 1],
    ['-----BEGIN RSA PRIVATE KEY-----', 'a private key', 1],
  ])('are found: %s', (text, what, line) => {
    expect(secretIn(text)).toEqual({ what, line });
  });
  it.each(['def count(token: str) -> int:', 'password = ""', 'return {"secret": secret}', 'url = "https://example.org/a:b@c"'])('are not seen in %s', (text) => {
    expect(secretIn(text)).toBeUndefined();
  });
});

describe('what a tool has no business with', () => {
  it.each<[FunctionLanguageName, string, number]>([
    ['python', 'import math\nimport time\n', 2],
    ['python', 'from uuid import uuid4\n', 1],
    ['python', 'from datetime import date\n\n\ndef days():\n    return date.today()\n', 5],
    ['python', 'def f(x):\n    return f"{hash(x)}"\n', 2],
    ['python', 'import sys\n\n\ndef f(x):\n    return sys.getsizeof(x)\n', 5],
    ['javascript', 'export function f() {\n  return Date.now();\n}\n', 2],
    ['javascript', "import { randomUUID } from 'node:crypto';\n", 1],
    ['javascript', "export const f = () => ({})['__proto__'];\n", 1],
    ['javascript', 'export const f = () => import.meta.url;\n', 1],
    ['typescript', 'export const f = (): number => performance.now();\n', 1],
    // What is reached under another name, or by a name that is a text.
    ['python', 'from datetime import datetime\nclock = datetime.now\n', 2],
    ['python', 'from datetime import datetime\nf = getattr(datetime, "now")\n', 2],
    ['python', 'import operator\nf = operator.methodcaller("now")\n', 2],
    ['python', 'import operator\nf = operator.attrgetter("builtins.open")\n', 2],
    ['python', 'import io\nf = getattr(io, "open")\n', 2],
    ['python', 'import codecs, functools\nf = functools.reduce(getattr, ["builtins", "open"], codecs)\n', 2],
    ['python', 'import codecs\nf = codecs.__dict__["open"]\n', 2],
    ['python', 'import string\nf = string.Formatter().get_field("0.x", [string], {})\n', 2],
    ['python', 'import codecs\nmatch codecs:\n    case object(builtins=b):\n        pass\n', 3],
    ['python', 'import typing\nclass C:\n    x: "[]"\ntyping.get_type_hints(C)\n', 4],
    ['python', 'import sys as s\nx = s.flags\n', 1],
    ['python', 'import statistics\nx = statistics.random.random()\n', 2],
    ['python', 'from statistics import random\n', 1],
    ['python', 'import math\nm = math\nm.floor = abs\n', 2],
    ['python', 'import os\np = os.path\n', 2],
    ['python', 'import xml.etree.ElementTree as E\nx = E.parse("/etc/hostname")\n', 2],
    ['python', 'x = sorted([2, 1], key=id)\n', 1],
    ['python', 'x = list(map(hash, ["a"]))\n', 1],
    ['python', 'from datetime import datetime\nx = (datetime\n  .\n  now())\n', 3],
    ['python', 'from datetime import datetime\nx = datetime.ｎｏｗ()\n', 2],
    ['python', 'class N(int):\n    def __eq__(self, other):\n        return other == other\n', 1],
    ['python', `from datetime import datetime\nx = f'{"'"}'\nt = datetime.now()\ny = '"'\n`, 3],
    ['javascript', 'export const f = () => new Date(...[]);\n', 1],
    ['javascript', 'const { constructor: D } = new Date(0);\n', 1],
    ['javascript', 'let D;\n({ constructor: D } = new Date(0));\n', 2],
    ['javascript', 'export const f = () => D\\u0061te.now();\n', 1],
    ['javascript', 'export const f = () => new Intl.DateTimeFormat().format();\n', 1],
    ['javascript', "export const f = () => new Event('x').timeStamp;\n", 1],
    ['javascript', "export const f = () => new File([], 'x').lastModified;\n", 1],
    ['javascript', 'const c = crypto;\n', 1],
    ['javascript', "import * as c from 'node:crypto';\n", 1],
    ['javascript', 'export const f = () => Buffer.allocUnsafe(8);\n', 1],
    ['javascript', 'export const f = () => Object.getPrototypeOf([]);\n', 1],
    ['javascript', "export const f = () => new Date(0)[['con', 'structor'].join('')].now();\n", 1],
    ['javascript', "const m = module;\nexport const f = () => m.require('node:fs');\n", 1],
    ['javascript', 'export const f = () => __filename;\n', 1],
    ['javascript', 'const all = () => globalThis;\n', 1],
    ['javascript', 'class A {\n  all = process;\n}\n', 2],
    ['go', 'package solution\n\nimport "time"\n\nvar x = time.Now\n', 5],
    ['go', 'package solution\n\nimport t "time"\n', 3],
    ['go', 'package solution\n\nimport "math/rand"\n\nvar x = rand.Intn(3)\n', 5],
    ['go', 'package solution\n\nimport "crypto/rand"\n', 3],
    ['go', 'package solution\n\nimport "fmt"\n\nvar x = fmt.Sprintf("%d %p", 1, &y)\n', 5],
    ['go', 'package solution\n\nfunc f() {\n\tgo func() {}()\n}\n', 4],
  ])('%s: %j', async (language, code, line) => {
    expect(await impurityOf(language, 'tool', code)).toMatchObject({ line });
  });

  it.each<[FunctionLanguageName, string]>([
    ['python', '"""Reads date.today() and hash(x)."""\nimport re\n\n\ndef f(x):\n    # id(x)\n    return x.id, "time.now()", \'hash(\'\n'],
    ['python', 'import sys\nfrom datetime import datetime\n\n\ndef f(text):\n    return min(sys.maxsize, datetime.fromisoformat(text).year)\n'],
    ['javascript', "import { createHash } from 'node:crypto';\nexport const f = (text) => createHash('sha256').update(text).digest('hex');\n"],
    ['javascript', 'export function f(text, stack = []) {\n  const state = { stack, process: 1 };\n  state.stack.push(new Date(text).getTime());\n  return text.constructor === String ? state.process : Math.max(...stack);\n}\n'],
    ['typescript', 'export const f = (x: Date | Function): string => `${x.constructor.name} Date.now()`;\n'],
    ['python', 'import operator\nimport os.path\nimport urllib.parse\nimport xml.sax.saxutils\n\n\ndef f(rows, today, id):\n    x = getattr(rows, "size", 0)\n    return sorted(rows, key=operator.attrgetter("name")), os.path.join("a"), urllib.parse.quote("a"), today, id, x\n'],
    ['javascript', "import crypto from 'node:crypto';\nclass Event {}\nexport const f = (x, { stack: y }) => [new Event(), new Date(2026, 1), crypto.createHash('md5'), new Intl.DateTimeFormat('en').format(x), y];\n"],
    ['javascript', 'export const f = (module, { now }) => [module.size, now].map((module) => module);\n'],
    // Patterns that could try the same text in many ways would never end on these.
    ['python', `x = f'{"'"}'\ny = '${'\\\\'.repeat(2_000)}'\n`],
    ['go', `package solution\n\nvar x = "${'%%'.repeat(2_000)}q\n`],
    ['go', 'package solution\n\nimport (\n\t"fmt"\n\t"math/rand"\n\t"time"\n)\n\n// time.Now is not asked.\nfunc f(seed int64, going bool) string {\n\tr := rand.New(rand.NewSource(seed))\n\treturn fmt.Sprintf("100 %%p %d %s", r.Intn(3), time.Duration(seed))\n}\n'],
  ])('%s is left alone: %j', async (language, code) => {
    expect(await impurityOf(language, 'tool', code)).toBeUndefined();
  });
});

describe('laws that hold of any function', () => {
  it.each([
    ['True', 'it says nothing of the function'],
    ['len(numbers) >= 0', 'it says nothing of the function'],
    ['rescale(numbers) == numbers', 'it says nothing of the function'],
    ['scale(a, b) == scale(a, b)', 'it compares a call with itself'],
    ['(scale(a,  b) === scale(a, b))', 'it compares a call with itself'],
    ['scale(a, b) is not None or True', 'it is true whatever the function gives'],
    ['true || scale(a) > 1', 'it is true whatever the function gives'],
  ])('%s: %s', (law, why) => {
    expect(emptyLaw(law, 'scale')).toBe(why);
  });
  it.each(['scale(a, b) == scale(b, a)', 'scale(scale(a, b), b) == scale(a, b)', 'len(scale(a)) == len(a)', 'scale(a) is True or scale(a) is False', 'b != 1 or scale(a, b) == a', 'scale(a, true) === true', '(scale(a)) == (scale(b))'])('%s says something', (law) => {
    expect(emptyLaw(law, 'scale')).toBeUndefined();
  });
});

describe('schemas beside those of a signature', () => {
  const wanted = { type: 'object', properties: { a: { type: 'number' }, b: { anyOf: [{ type: 'string' }, { type: 'null' }] } }, required: ['a'], additionalProperties: false };
  const given = (changes: object): object => ({ ...wanted, ...changes });
  it.each<[string, object, number]>([
    ['the same', wanted, 0],
    ['descriptions and bounds', given({ properties: { a: { type: 'number', minimum: 0, description: 'how much' }, b: { anyOf: [{ type: 'string', enum: ['x'] }, { type: 'null' }] } } }), 0],
    ['another type', given({ properties: { a: { type: 'integer' }, b: wanted.properties.b } }), 1],
    ['another order', given({ properties: { b: wanted.properties.b, a: wanted.properties.a } }), 1],
    ['another option', given({ properties: { a: { type: 'number' }, b: { anyOf: [{ type: 'integer' }, { type: 'null' }] } } }), 1],
    ['more that is required', given({ required: ['a', 'b'] }), 1],
    ['anything besides', given({ additionalProperties: true }), 1],
  ])('%s', (_what, other, problems) => {
    expect(differs(wanted, other, 'parameters')).toHaveLength(problems);
  });
});
