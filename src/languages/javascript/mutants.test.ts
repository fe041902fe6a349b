import { describe, expect, it } from 'vitest';
import { syntaxError } from './ast.ts';
import { mutants } from './mutants.ts';

const contents = async (source: string, path = 'a.js') => (await mutants(path, source)).map((m) => m.content);

describe('mutants', () => {
  it.each<[string, string]>([
    ['f(a < b);', 'f(a <= b);'],
    ['x = a + b;', 'x = a - b;'],
    ["x = 'a' + b;", 'x = b;'],
    ['x = a && b;', 'x = a || b;'],
    ['x = a ?? b;', 'x = a && b;'],
    ['x = !a;', 'x = a;'],
    ['x = true;', 'x = false;'],
    ['x = 41;', 'x = 42;'],
    ["x = 'a';", "x = '';"],
    ["x = '';", "x = 'mutant';"],
    ['if (a) b();', 'if (!(a)) b();'],
    ['x = a ? 1 : 2;', 'x = !(a) ? 1 : 2;'],
    ['function f() { return a; }', 'function f() { return undefined; }'],
    ['const f = () => a;', 'const f = () => undefined;'],
    ['x = Math.min(a, b);', 'x = Math.max(a, b);'],
    ['i++;', 'i--;'],
    ['save(a);', ';'],
    ['for (;;) { break; }', 'for (;;) { continue; }'],
  ])('%s → %s', async (source, mutant) => {
    expect(await contents(source)).toContain(mutant);
  });

  it.each(["import a from 'a';", "const a = require('a');", "'use strict';", 'type A = 1 | 2;', "interface A { b: 'c' }", 'x = { a: b };', "export { a } from 'b';"])('leaves %s as it is', async (source) => {
    expect(await contents(source, 'a.ts')).toEqual([]);
  });

  it('changes the wanted lines only, each once before any twice, and never more than the limit', async () => {
    const source = 'export function f(a, b) {\n  if (a < 1) return b + 2;\n  return a * b;\n}\n';
    expect((await mutants('a.js', source, [3])).every((m) => m.line === 3)).toBe(true);
    expect((await mutants('a.js', source, undefined, 2)).map((m) => m.line)).toEqual([2, 3]);
    const all = await mutants('a.js', source);
    expect(new Set(all.map((m) => m.content)).size).toBe(all.length);
    for (const m of all) expect(await syntaxError('a.js', m.content)).toBeUndefined();
  });

  it('has none for a broken file', async () => {
    expect(await contents('x = (1;')).toEqual([]);
  });
});
