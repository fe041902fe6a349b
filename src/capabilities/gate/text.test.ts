import { describe, expect, it } from 'vitest';
import type { FunctionLanguageName } from '../../languages/function/types.ts';
import { takenName } from './names.ts';
import { impurityOf } from './purity.ts';
import { differs } from './schemas-differ.ts';
import { secretIn } from './secrets.ts';

describe('names that mean something already', () => {
  it.each([['sum', 'a builtin of Python'], ['lambda', 'a keyword of Python'], ['statistics', 'a module of Python'], ['fetch', 'a global or module of Node'], ['interface', 'a word of JavaScript or TypeScript'], ['append', 'a word of Go'], ['strconv', 'a package of Go'], ['describe', 'a name of the test frameworks'], ['test_percentage', 'what pytest takes for a test']])('%s is %s', (name, what) => {
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
  ])('%s: %j', async (language, code, line) => {
    expect(await impurityOf(language, 'tool', code)).toMatchObject({ line });
  });

  it.each<[FunctionLanguageName, string]>([
    ['python', '"""Reads date.today() and hash(x)."""\nimport re\n\n\ndef f(x):\n    # id(x)\n    return x.id, "time.now()", \'hash(\'\n'],
    ['python', 'import sys\nfrom datetime import datetime\n\n\ndef f(text):\n    return min(sys.maxsize, datetime.fromisoformat(text).year)\n'],
    ['javascript', "import { createHash } from 'node:crypto';\nexport const f = (text) => createHash('sha256').update(text).digest('hex');\n"],
    ['javascript', 'export function f(text, stack = []) {\n  const state = { stack, process: 1 };\n  state.stack.push(new Date(text).getTime());\n  return text.constructor === String ? state.process : Math.max(...stack);\n}\n'],
    ['typescript', 'export const f = (x: Date | Function): string => `${x.constructor.name} Date.now()`;\n'],
  ])('%s is left alone: %j', async (language, code) => {
    expect(await impurityOf(language, 'tool', code)).toBeUndefined();
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
