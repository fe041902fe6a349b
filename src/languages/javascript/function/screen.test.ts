import { beforeAll, describe, expect, it } from 'vitest';
import type { Problem, Signature } from '../../function/types.ts';
import { typescriptFunctions } from '../../typescript/function/language.ts';
import { javascriptFunctions } from './language.ts';

let signature: Signature;
let typed: Signature;
beforeAll(async () => {
  signature = await javascriptFunctions.parseSignature('f(a, b)', 'f');
  typed = await typescriptFunctions.parseSignature('function f(xs: number[]): number', 'f');
});

describe('what a text says before it runs', () => {
  it.each([
    ['other names', 'function f(x, y) { return x; }'],
    ['an arrow with a default and one more that may be left out', 'const f = (x, y = 1, z = 2) => x;'],
    ['`arguments`', 'function f() { return arguments[1]; }'],
    ['harmless modules', "import { inspect } from 'node:util';\nconst { createHash } = require('crypto');\nexport function f(a, b) { return inspect(a); }"],
    ['writes to its own things', 'function f(a, b) { const map = {}; map.x = 1; a.sort(); Object.assign(b, map); const test = {}; test.x = 1; return map; }'],
    ['its own names for what is global', 'function f(a, b) { const process = { exit: 1 }; const name = a; return process.exit + name; }'],
  ])('%s will do', async (_, code) => {
    expect(await javascriptFunctions.screen(code, signature)).toBeUndefined();
  });

  it.each<[string, Partial<Problem>]>([
    ['function f(a, b) {\n  return (;\n}', { class: 'syntax', line: 2 }],
    ['function f(a: number, b) { return a; }', { class: 'syntax', line: 1 }],
    ['function g(a, b) {}', { class: 'no_function', message: "It defines no function 'f'." }],
    ['class f { }', { class: 'no_function', message: "'f' is a class, and a function is wanted." }],
    ['function f(a) { return a; }', { class: 'signature', message: 'f takes (a), wanted is (a, b).' }],
    ['function f(a, b, c) { return a; }', { class: 'signature' }],
    ["function f(a, b) { return require('child_process').execSync('ls'); }", { class: 'side_effect', message: "It imports 'child_process', which no pure function needs." }],
    ["import fs from 'node:fs/promises';\nfunction f(a, b) { return fs; }", { class: 'side_effect', line: 1 }],
    ["async function f(a, b) { return import('node:net'); }", { class: 'side_effect' }],
    ['function f(a, b) { return require(a); }', { class: 'side_effect', message: 'It loads a module whose name is made when it runs.' }],
    ["function f(a, b) { return require('./f.test.js'); }", { class: 'side_effect' }],
    ["import test from 'node:test';\nfunction f(a, b) { return test; }", { class: 'side_effect' }],
    ["import assert from 'node:assert';\nassert.equal = () => {};\nfunction f(a, b) { return a; }", { class: 'side_effect', line: 2 }],
    ["import _ from 'lodash';\nfunction f(a, b) { return _; }", { class: 'import' }],
    ['function f(a, b) {\n  process.exit(0);\n}', { class: 'side_effect', line: 2 }],
    ["function f(a, b) { process['kill'](1); }", { class: 'side_effect' }],
    ['function f(a, b) { return process.binding(a); }', { class: 'side_effect' }],
    ['function f(a, b) { return process[a](b); }', { class: 'side_effect' }],
    ['function f(a, b) { return eval(a); }', { class: 'side_effect', message: 'It makes code from text with eval.' }],
    ["function f(a, b) { return new Function('return 1')(); }", { class: 'side_effect' }],
    ['Array.prototype.last = function () {};\nfunction f(a, b) { return a; }', { class: 'side_effect', message: 'It changes Array.prototype.last, which all code shares.' }],
    ["function f(a, b) { Object.defineProperty(Object.prototype, 'x', {}); }", { class: 'side_effect' }],
    ['function f(a, b) { globalThis.x = 1; }', { class: 'side_effect' }],
    ['function f(a, b) { JSON.stringify = () => a; }', { class: 'side_effect' }],
    ['function f(a, b) { delete console.log; }', { class: 'side_effect' }],
    ['function f(a, b) { console = a; }', { class: 'side_effect' }],
  ])('%s', async (code, problem) => {
    expect(await javascriptFunctions.screen(code, signature)).toMatchObject(problem);
  });

  it.each([
    ['what is typed well', 'export function f(xs: number[]): number { return xs.reduce((a, b) => a + b, 0); }'],
    ['modules of Node, loosely', "import { inspect } from 'node:util';\nfunction f(xs: readonly number[]): number { console.log(inspect(xs)); return xs.at(-1) ?? Buffer.from('').length; }"],
    ['iteration over sets, and new methods', 'const f = (xs: number[]): number => { let n = 0; for (const x of new Set(xs.toSorted())) n += x; return n; };'],
  ])('the compiler takes %s', async (_, code) => {
    expect(await typescriptFunctions.screen(code, typed)).toBeUndefined();
  });

  it.each<[string, Partial<Problem>]>([
    ['function f(xs: number[]): number {\n  return "a";\n}', { class: 'type', message: "TS2322: Type 'string' is not assignable to type 'number'.", line: 2 }],
    ['function f(xs: number[]): number {\n  return sum(xs);\n}', { class: 'name', message: "TS2304: Cannot find name 'sum'.", line: 2 }],
    ['function f(xs: number[]): number { return xs.find((x) => x > 1); }', { class: 'type', line: 1 }],
    ['function f(xs: string[]): number { return xs.length; }', { class: 'signature', message: expect.stringContaining('It does not fit `function f(xs: number[]): number`') }],
    ['const f = (xs) => xs.length;', { class: 'type', message: expect.stringContaining('TS7006') }],
    ['function f(xs: number[]): number { return xs.length', { class: 'syntax' }],
  ])('the compiler refuses %s', async (code, problem) => {
    expect(await typescriptFunctions.screen(code, typed)).toMatchObject(problem);
  });

  it.each([
    ['brackets', `function f(xs: number[]): number { return ${'('.repeat(9_000)}1${')'.repeat(9_000)}; }`],
    ['a sum', `function f(xs: number[]): number { return ${'1 + '.repeat(4_900)}1; }`],
    ['sums of 100,000 characters', `function f(xs: number[]): number { return ${'1 + '.repeat(25_000)}1; }`],
    ['choices', `function f(xs: number[]): number { return ${'xs ? 1 : '.repeat(2_000)}1; }`],
  ])('nothing of a model ends the process that reads it: %s without end', async (_, code) => {
    for (const language of [javascriptFunctions, typescriptFunctions]) {
      const text = language === javascriptFunctions ? code.replaceAll(': number[]', '').replaceAll('): number', ')') : code;
      expect(await language.screen(text, typed)).toMatchObject({ class: 'syntax', message: 'It cannot be read: it is too long or nested too deeply.' });
      expect([await language.normalise(text), await language.mend(text, typed)]).toEqual([undefined, undefined]);
      expect(['string', 'undefined']).toContain(typeof (await language.extract(text, 'chat', typed, '')));
    }
  }, 60_000);
});
