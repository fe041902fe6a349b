import { describe, expect, it } from 'vitest';
import { scan } from './scan.ts';

const rules = async (source: string, path = 'src/a.js') => (await scan(path, undefined, source)).map((f) => `${f.severity} ${f.rule.slice(3)}`);

describe('what blocks', () => {
  it.each<[string, string]>([
    ["eval('1')", 'eval'],
    ["const e = eval; e('1');", 'eval'],
    ["(0, eval)('1')", 'eval'],
    ["globalThis.eval('1')", 'eval'],
    ["globalThis['eval']('1')", 'eval'],
    ["globalThis['ev' + 'al']('1')", 'eval'],
    ["const k = `ev${'al'}`; global[k]('1')", 'eval'],
    ["window.globalThis[['e', 'val'].join('')]('1')", 'eval'],
    ['const { eval: run } = globalThis; run("1")', 'eval'],
    ["let f; f = eval; f('1');", 'eval'],
    ["['1'].map(eval)", 'eval'],
    ["\\u0065val('1')", 'eval'],
    ["eval.call(null, '1')", 'eval'],
    ["Reflect.get(globalThis, 'eval')('1')", 'eval'],
    ["new Function('return 1')", 'function-constructor'],
    ["Function('return 1')()", 'function-constructor'],
    ["const F = Function; new F('1')", 'function-constructor'],
    ["(() => {}).constructor('return 1')()", 'function-constructor'],
    ["(function () {})['constructor']('1')", 'function-constructor'],
    ["[].constructor.constructor('1')", 'function-constructor'],
    ["''['constructor']['constructor']('1')", 'function-constructor'],
    ["const A = Object.getPrototypeOf(async function () {}).constructor; new A('1')", 'function-constructor'],
    ["Reflect.construct(Function, ['1'])", 'function-constructor'],
    ["Function.prototype.constructor('1')", 'function-constructor'],
    ["function f() {} f.constructor('1')", 'function-constructor'],
    ["import vm from 'node:vm'; vm.runInNewContext('1')", 'vm'],
    ["require('vm').runInThisContext('1')", 'vm'],
    ["import { exec } from 'child_process'; exec('ls')", 'child-process'],
    ["import * as cp from 'node:child_process'; cp.spawn('ls')", 'child-process'],
    ["const { execSync: run } = require('node:child_process'); run('ls')", 'child-process'],
    ["require('child_' + 'process').exec('ls')", 'child-process'],
    ["const r = require; r('child_process')", 'child-process'],
    ["module.require('child_process')", 'child-process'],
    ["process.mainModule.require('child_process')", 'child-process'],
    ["process.getBuiltinModule('child_process')", 'child-process'],
    ["import { createRequire } from 'node:module'; const r = createRequire(import.meta.url); r('child_process')", 'child-process'],
    ["const cp = await import('node:child_process')", 'child-process'],
    ["export * from 'child_process'", 'child-process'],
    ["import { execa } from 'execa'", 'child-process'],
    ["process.binding('fs')", 'process-binding'],
    ["const { binding } = process; binding('fs')", 'process-binding'],
    ["setTimeout('f()', 1)", 'timer-text'],
    ["setInterval(`f(${x})`, 1)", 'timer-text'],
    ["import { Worker } from 'node:worker_threads'; new Worker('1', { eval: true })", 'worker-eval'],
    ["import('data:text/javascript,1')", 'data-import'],
    ["module._compile('1', 'a.js')", 'module-compile'],
    ["import inspector from 'inspector'", 'inspector'],
    ["globalThis[atob('ZXZhbA==')]('1')", 'computed-global'],
    [`globalThis['e' + ${"'' + ".repeat(60)}'val']('1')`, 'eval'],
    ['let a = b; let b = c; let c = a; c = eval; a(1);', 'eval'],
  ])('%s', async (source, rule) => {
    expect(await rules(source)).toContain(`block ${rule}`);
  });
});

describe('what is shown and does not block', () => {
  it.each<[string, string]>([
    ['require(name)', 'dynamic-load'],
    ['await import(`./plugins/${name}.js`)', 'dynamic-load'],
    ["import net from 'net'", 'network'],
    ["require('dgram')", 'network'],
    ["import { rmSync } from 'fs'; rmSync(x, { recursive: true })", 'recursive-delete'],
    ["import fs from 'node:fs/promises'; await fs.rm(x, { recursive: true, force: true })", 'recursive-delete'],
    ["import fs from 'fs'; await fs.promises.rm(x, { recursive: true })", 'recursive-delete'],
    ['const x = globalThis[name]', 'computed-global'],
    ["process.kill(1, 'SIGTERM')", 'process-kill'],
  ])('%s', async (source, rule) => {
    expect(await rules(source)).toEqual([`warn ${rule}`]);
  });

  it('warns of other programs and of exits in a test', async () => {
    expect(await rules("import { spawnSync } from 'node:child_process';\nprocess.exit(0);", 'test/cli.test.js')).toEqual(['warn child-process', 'warn exit-in-test']);
  });
});

it('blocks a test that could write into the runner’s report', async () => {
  const source = "import v8 from 'node:v8'; const s = new v8.DefaultSerializer();";
  expect(await rules(source, 'test/a.test.js')).toEqual(['block forged-report']);
  expect(await rules(source)).toEqual([]);
});

describe('what passes', () => {
  it.each([
    '/a/.exec(text)', 'pattern.exec(text)', "db.exec('SELECT 1')", 'model.eval()', 'parser.compile(x)', 'function evaluate() {} evaluate()', 'const x = { eval: 1 }; x.eval',
    'class A { eval() {} } new A().eval()', 'function f(eval_) { return eval_(1) }', 'x instanceof Function', 'Function.prototype.call.bind(f)', 'this.constructor.name', 'new this.constructor(1)',
    'x.constructor === Object', 'setTimeout(() => f(), 1)', 'setTimeout(f, 1)', "require('./a')", "import x from './vm.js'", "import type { ChildProcess } from 'child_process'",
    "import { type ChildProcess } from 'child_process'", 'const f: Function = g', "fs.rm('a')", "// eval('x')", "'eval(1)'", "import('./a.js')", "function exec(c) { return c } exec('ls')",
    'new Worker(new URL("./w.js", import.meta.url))', 'const require = f; require(x)', 'process.exit(1)', 'process.env.HOME', 'obj[name]()', 'const spawn = 1; spawn',
    'function outer(Function) { return Function("1") }', 'new obj.constructor(1)', 'Object.getPrototypeOf(x).constructor.name',
  ])('%s', async (source) => {
    expect(await rules(source, 'src/a.ts')).toEqual([]);
  });
});

describe('only what the change adds', () => {
  it.each([
    ['eval(a);\n', 'const x = 1;\neval(a);\n', 0],
    ['eval(a);\n', 'eval(a);\neval(a);\n', 1],
    ['eval(a);\n', '  eval(a);\n', 0],
    ['x();\n', 'x();\neval(b);\n', 1],
  ])('%j → %j', async (before, after, count) => {
    expect(await scan('a.js', before, after)).toHaveLength(count);
  });

  it('names line and excerpt', async () => {
    expect(await scan('a.js', '', 'f();\n\n  eval(x); // why\n')).toMatchObject([{ rule: 'js/eval', path: 'a.js', line: 3, excerpt: 'eval(x); // why' }]);
  });

  it('reads broken files too', async () => {
    expect(await rules('if (y { eval(x);')).toContain('block eval');
  });
});
