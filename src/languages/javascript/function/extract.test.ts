import { beforeAll, describe, expect, it } from 'vitest';
import type { Signature } from '../../function/types.ts';
import { JAVASCRIPT, TYPESCRIPT } from './dialect.ts';
import { extract } from './extract.ts';
import { mend } from './mend.ts';
import { normalise } from './normalise.ts';
import { parseSignature } from './signature.ts';

let signature: Signature;
beforeAll(async () => {
  signature = await parseSignature(JAVASCRIPT, 'f(a)', 'f');
});
const GOOD = 'function f(a) {\n  return a + 1;\n}\n';

describe('code in a reply', () => {
  it.each([
    ['a fenced block', `Sure!\n\n\`\`\`javascript\n${GOOD}\`\`\`\nIt adds one.`],
    ['a block that a limit cut behind the function', `\`\`\`js\n${GOOD}`],
    ['the block that defines it, of several', `\`\`\`js\nconst x = 1;\n\`\`\`\nand\n\`\`\`js\n${GOOD}\`\`\``],
    ['the block that parses, of several', `\`\`\`js\nfunction f(a) {\n  return (;\n}\n\`\`\`\nor\n\`\`\`js\n${GOOD}\`\`\``],
    ['code between prose without fences', `Here it is:\n\n${GOOD}\nThis works because it adds.`],
    ['prints and example calls dropped', `\`\`\`js\n${GOOD}\n// Example usage:\nconsole.log(f(1)); // 2\nconst result = f(2);\nassert.equal(f(1), 2);\n\`\`\``],
    ['a guard of a main program dropped', `\`\`\`js\n${GOOD}\nif (require.main === module) {\n  console.log(f(1));\n}\n\`\`\``],
    ['tests dropped', `\`\`\`js\nimport assert from 'node:assert';\n${GOOD}\ntest('f', () => { assert(f(1)); });\n\`\`\``],
  ])('%s', async (_, text) => {
    expect(await extract(text, 'chat', signature, '')).toBe(GOOD);
  });

  it.each([
    ['helpers and tables', '```js\nconst table = new Map();\ntable.set(1, 2);\nfunction help(x) { return table.get(x); }\nconst f = (a) => help(a);\nexport { f };\n```', 'const table = new Map();\ntable.set(1, 2);\nfunction help(x) { return table.get(x); }\nconst f = (a) => help(a);\nexport { f };\n'],
    ['an assert that the body needs', "```js\nimport assert from 'node:assert';\nfunction f(a) { assert(a); return a; }\n```", "import assert from 'node:assert';\nfunction f(a) { assert(a); return a; }\n"],
    ['code that does not parse, for mending', '```js\nfunction f(a) {\n  if (a', 'function f(a) {\n  if (a\n'],
  ])('%s stay', async (_, text, code) => {
    expect(await extract(text, 'chat', signature, '')).toBe(code);
  });

  it.each(['I cannot do that.', '```js\nfunction g() {}\n```', '', '```js\nfunction f(a);\n```'])('no function in %j', async (text) => {
    expect(await extract(text, 'chat', signature, '')).toBeUndefined();
  });

  it('continues the stub up to the end of the function', async () => {
    const stub = '/** Adds. */\nfunction f(a) {\n';
    for (const more of ['', '\nThe function adds one.', '\nconsole.log(f(1));\n', '\n```\nprose']) {
      expect(await extract(`  return a + 1;\n}\n${more}`, 'completion', signature, stub)).toBe(`/** Adds. */\n${GOOD}`);
    }
  });

  it('adds what the head needs and the reply left out, once', async () => {
    const typed = await parseSignature(TYPESCRIPT, "interface P { x: number }\ntype Q = P[];\nfunction f(a: Q): number", 'f');
    expect(await extract('```ts\ntype Q = { x: number }[];\nfunction f(a: Q): number { return a.length; }\n```', 'chat', typed, '')).toBe('interface P { x: number }\n\ntype Q = { x: number }[];\nfunction f(a: Q): number { return a.length; }\n');
  });
});

describe('the same code', () => {
  it.each([
    ['layout, comments and local names', 'function f(xs) { /* all */ const made = xs.map(x => ({ x, k: x })); return made }', 'export function f(a) {\n  let b = a.map(q => ({ x: q, k: q, }));\n  return b; // done\n}'],
    ['types', 'function f(a: number, b?: string): number { return a as number; }', 'function f(p, q) { return p; }'],
    ['quotes', "const f = (a) => 'x';", 'const f = (b) => "x";'],
    ['names taken from an object', 'function f({ a, b: c }) { return a + c; }', 'function f({ a: x, b: y }) { return x + y; }'],
  ])('differs in %s only', async (_, one, other) => {
    expect(await normalise(one)).toBe(await normalise(other));
  });

  it.each([
    ['another operator', 'function f(a) { return a + 1; }', 'function f(a) { return a - 1; }'],
    ['another property', 'function f(a) { return a.b; }', 'function f(a) { return a.c; }'],
    ['names exchanged', 'function f(a, b) { return a - b; }', 'function f(a, b) { return b - a; }'],
    ['another text', 'function f() { return "a"; }', 'function f() { return "A"; }'],
  ])('is not the same with %s', async (_, one, other) => {
    expect(await normalise(one)).not.toBe(await normalise(other));
  });

  it('is undefined for what does not parse', async () => {
    expect(await normalise('function f( {')).toBeUndefined();
  });
});

describe('mending', () => {
  it.each([
    ['a cut statement is given up and brackets are closed', 'function f(a) {\n  const y = [];\n  for (const x of a) {\n    y.push(`a${x}`);\n    if (x > ', 'function f(a) {\n  const y = [];\n  for (const x of a) {\n    y.push(`a${x}`);\n}\n}\n'],
    ['prose behind the function goes', `${GOOD}\nThis adds one`, GOOD],
    ['types are taken off in JavaScript', 'interface P { x: number }\nfunction f(a: P): number {\n  return a.x as number; // it\n}\n', 'function f(a) {\n    return a.x; // it\n}\n'],
    ['a known module is imported', 'function f(a) {\n  return isDeepStrictEqual(a, []);\n}\n', "import { isDeepStrictEqual } from 'node:util';\n\nfunction f(a) {\n  return isDeepStrictEqual(a, []);\n}\n"],
    ['a known module is required where others are', "const util = require('util');\nfunction f(a) {\n  return path.join(util.inspect(a));\n}\n", "const path = require('node:path');\n\nconst util = require('util');\nfunction f(a) {\n  return path.join(util.inspect(a));\n}\n"],
  ])('%s', async (_, code, mended) => {
    expect(await mend(JAVASCRIPT, code, signature)).toBe(mended);
  });

  it.each([['what is whole already', GOOD], ['a head without a body', 'function f('], ['another function', 'function g(a) { return a; ']])('nothing helps %s', async (_, code) => {
    expect(await mend(JAVASCRIPT, code, signature)).toBeUndefined();
  });
});
