import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { blockedInGo } from './blocked/go.ts';
import { CodeSandbox } from './box.ts';

const box = new CodeSandbox({ timeoutSeconds: 20 });
afterAll(() => box.close());

/** Title, what is blocked, the snippet, the name that is told, its line (undefined: not told). */
type Case = [title: string, blocked: string[], code: string[], name: string, line: number | undefined];

/** Shown by the text alone: nothing of it runs. Every snippet begins with a line that prints. */
const PYTHON_TEXT: Case[] = [
  ['an import', ['socket'], ['print("ran")', 'import socket'], 'socket', 2],
  ['an import under another name', ['socket'], ['print("ran")', 'import socket as s'], 'socket', 2],
  ['an import of several', ['socket'], ['print("ran")', 'import os, json, socket'], 'socket', 2],
  ['a module below it', ['xml'], ['print("ran")', 'import xml.etree.ElementTree as E'], 'xml', 2],
  ['a name from it', ['socket'], ['print("ran")', 'from socket import create_server'], 'socket', 2],
  ['a dotted module', ['http.client'], ['print("ran")', 'from http import client'], 'http.client', 2],
  ['an import in a function nobody calls', ['socket'], ['print("ran")', 'def f():', '  import socket'], 'socket', 3],
  ['an attribute', ['os.system'], ['print("ran")', 'import os', 'os.system("id")'], 'os.system', 3],
  ['an attribute of a module under another name', ['os.system'], ['print("ran")', 'import os as o', 'x = 1', 'o.system("id")'], 'os.system', 4],
  ['an attribute imported', ['os.system'], ['print("ran")', 'from os import system as s'], 'os.system', 2],
  ['an attribute of an attribute', ['os.environ.get'], ['print("ran")', 'import os', 'os.environ.get("HOME")'], 'os.environ.get', 3],
  ['an attribute read and not called', ['subprocess.Popen'], ['print("ran")', 'import subprocess', 'f = subprocess.Popen'], 'subprocess.Popen', 3],
  ['getattr with a constant', ['os.system'], ['print("ran")', 'import os', 'getattr(os, "system")("id")'], 'os.system', 3],
  ['vars and __dict__', ['os.system'], ['print("ran")', 'import os', 'vars(os)["system"]; os.__dict__["system"]'], 'os.system', 3],
  ['__import__', ['socket'], ['print("ran")', '__import__("socket")'], 'socket', 2],
  ['an attribute of __import__', ['os.system'], ['print("ran")', '__import__("os").system("id")'], 'os.system', 2],
  ['importlib', ['socket'], ['print("ran")', 'import importlib', 'importlib.import_module("socket")'], 'socket', 3],
  ['importlib under another name', ['socket'], ['print("ran")', 'from importlib import import_module as load', 'load("socket")'], 'socket', 3],
  ['sys.modules', ['os'], ['print("ran")', 'import sys', 'sys.modules["os"]'], 'os', 3],
  ['a module kept in a variable', ['os.system'], ['print("ran")', 'import os', 'o = os', 'o.system("id")'], 'os.system', 4],
  ['a builtin', ['builtins.eval'], ['print("ran")', 'eval("1")'], 'builtins.eval', 2],
];

const PYTHON_RUN: Case[] = [
  ['a name put together', ['socket'], ['m = "sock" + "et"', '__import__(m)'], 'socket', 2],
  ['importlib with a name put together', ['socket'], ['import importlib', 'm = "sock" + "et"', 'importlib.import_module(m)'], 'socket', 3],
  ['exec of text', ['socket'], ['x = 1', 'exec("import sock" "et")'], 'socket', 2],
  ['getattr with a name put together', ['os.system'], ['import os', 'f = getattr(os, "sys" + "tem")', 'f("id")'], 'os.system', 3],
  ['another module that gives out the same', ['os.system'], ['import posix', 'posix.system("id")'], 'os.system', 2],
  ['a star import', ['os.system'], ['from os import *', 'globals()["sys" + "tem"]("id")'], 'os.system', 2],
  ['a module imported later', ['shutil.rmtree'], ['import importlib', 's = importlib.import_module("shu" + "til")', 'getattr(s, "rm" + "tree")("x")'], 'shutil.rmtree', 3],
  ['a library that uses it for the snippet', ['subprocess.Popen'], ['import subprocess', 'subprocess.run(["true"])'], 'subprocess.Popen', 2],
  ['a name bound twice', ['os.system'], ['import os', 'for os in [os]:', '  os.system("id")'], 'os.system', 3],
  ['a file of the box that the snippet imports', ['socket'], ['x = 1', 'import helper_with_socket'], 'socket', 2],
];

const JS_TEXT: Case[] = [
  ['an import', ['child_process'], ['console.log("ran")', 'import cp from "child_process"'], 'child_process', 2],
  ['an import with node:', ['child_process'], ['console.log("ran")', 'import "node:child_process"'], 'child_process', 2],
  ['an import without node:', ['node:fs'], ['console.log("ran")', 'import { readFileSync } from "fs"'], 'node:fs', 2],
  ['a module below it', ['fs'], ['console.log("ran")', 'import { readFile } from "fs/promises"'], 'fs', 2],
  ['a re-export', ['fs'], ['console.log("ran")', 'export * from "node:fs"'], 'fs', 2],
  ['require', ['child_process'], ['console.log("ran")', 'const { exec } = require("child_process")'], 'child_process', 2],
  ['import() of a constant', ['child_process'], ['console.log("ran")', 'await import(`child_process`)'], 'child_process', 2],
  ['process.getBuiltinModule', ['fs'], ['console.log("ran")', 'process.getBuiltinModule("fs")'], 'fs', 2],
  ['createRequire', ['fs'], ['console.log("ran")', 'import { createRequire as make } from "module"', 'const load = make(import.meta.url)', 'load("fs")'], 'fs', 4],
  ['an attribute', ['fs.writeFileSync'], ['console.log("ran")', 'import fs from "node:fs"', 'fs.writeFileSync("x", "")'], 'fs.writeFileSync', 3],
  ['an attribute of a namespace', ['fs.writeFileSync'], ['console.log("ran")', 'import * as f from "node:fs"', 'f["writeFileSync"]("x", "")'], 'fs.writeFileSync', 3],
  ['an attribute imported', ['fs.writeFileSync'], ['console.log("ran")', 'import { writeFileSync as w } from "node:fs"'], 'fs.writeFileSync', 2],
  ['an attribute in a pattern', ['child_process.exec'], ['console.log("ran")', 'const { exec: run } = require("child_process")'], 'child_process.exec', 2],
  ['an attribute of require itself', ['child_process.exec'], ['console.log("ran")', 'require("child_process").exec("id")'], 'child_process.exec', 2],
  ['an attribute of import() itself', ['fs.rmSync'], ['console.log("ran");', '(await import("fs")).default.rmSync("x")'], 'fs.rmSync', 2],
  ['an attribute of an attribute', ['fs.promises.rm'], ['console.log("ran")', 'const p = require("fs").promises', 'p.rm("x")'], 'fs.promises.rm', 3],
  ['one module by its two names', ['fs.promises.rm'], ['console.log("ran")', 'import { rm } from "node:fs/promises"'], 'fs.promises.rm', 2],
  ['an attribute of process', ['process.exit'], ['console.log("ran")', 'process.exit(3)'], 'process.exit', 2],
  ['a call through a comma', ['fs.rmSync'], ['console.log("ran")', 'const fs = require("fs");', '(0, fs.rmSync)("x")'], 'fs.rmSync', 3],
];

const TS_TEXT: Case[] = [
  ['an import in the form of TypeScript', ['fs'], ['console.log("ran" as string)', 'import fs = require("fs")', 'fs.rmSync'], 'fs', 2],
  ['an attribute behind types', ['fs.rmSync'], ['console.log("ran" as string)', 'import fs from "fs"', 'interface A { a: 1 }', '(fs as any)!.rmSync("x")'], 'fs.rmSync', 4],
];

const JS_RUN: Case[] = [
  ['require with a name put together', ['child_process'], ['const m = "child_" + "process";', 'require(m);'], 'child_process', 2],
  ['import() with a name put together', ['child_process'], ['const m = "child_" + "process";', 'await import(m);'], 'child_process', 2],
  ['import() in a script', ['child_process'], ['const m = "child_" + "process"; require("fs");', 'import(m).catch((e) => { throw e; });'], 'child_process', 2],
  ['require in a module', ['child_process'], ['const m = "child_" + "process"; await 1;', 'require(m);'], 'child_process', 2],
  ['createRequire with a name put together', ['fs'], ['import { createRequire } from "module";', 'const load = createRequire(import.meta.url);', 'load("f" + "s");'], 'fs', 3],
  ['getBuiltinModule with a name put together', ['fs'], ['const m = "f" + "s";', 'process.getBuiltinModule(m);'], 'fs', 2],
  ['an attribute by a name put together', ['fs.writeFileSync'], ['const fs = require("fs");', 'fs["write" + "FileSync"]("x", "");'], 'fs.writeFileSync', 2],
  ['the same in a module', ['fs.writeFileSync'], ['import * as fs from "fs";', 'fs["write" + "FileSync"]("x", "");'], 'fs.writeFileSync', 2],
  ['an attribute by a name declared twice', ['fs.writeFileSync'], ['const fs = require("fs");', '(function (fs) { fs.writeFileSync("x", "") })(fs);'], 'fs.writeFileSync', 2],
  ['a class', ['worker_threads.Worker'], ['const w = require("worker_threads");', 'new w["Wor" + "ker"]("", { eval: true });'], 'worker_threads.Worker', 2],
  ['a global', ['globalThis.fetch'], ['const f = fetch;', 'await f("http://localhost");'], 'globalThis.fetch', 2],
  ['a value that is no function', ['fs.promises'], ['const fs = require("fs");', 'fs["prom" + "ises"].readFile("x");'], 'fs.promises', 2],
  ['an attribute of a package', ['pkg.run'], ['for (let i = 0; i < 3; i++) require("pkg");', 'require("pkg")["ru" + "n"]();'], 'pkg.run', 2],
  ['a file of the box that the snippet loads', ['child_process'], ['const x = 1;', 'await import("./helper.mjs");'], 'child_process', undefined],
];

const TS_RUN: Case[] = [
  ['an attribute, told in the lines that were written', ['fs.writeFileSync'], ['interface A {', '  a: string;', '}', 'import fs from "fs";', 'const key: string = "write" + "FileSync";', '(fs as any)[key]("x", "");'], 'fs.writeFileSync', 6],
  ['import(), told in the lines that were written', ['child_process'], ['type A =', '  | 1;', 'const m: string = "child_" + "process";', 'await import(m);'], 'child_process', 4],
];

const GO: Case[] = [
  ['an import', ['net/http'], ['package main', 'import "net/http"', 'func main() { http.Get("") }'], 'net/http', 2],
  ['an import in a group', ['os/exec'], ['package main', 'import (', '  "fmt"', '  // "os/exec"', '  x "os/exec"', ')', 'func main() { fmt.Println(x.Command("id")) }'], 'os/exec', 5],
  ['a package below it', ['net'], ['package main', 'import `net/http`', 'func main() { http.Get("") }'], 'net', 2],
  ['an import after a semicolon', ['os/exec'], ['package main; import "fmt"; import x "os/exec"', 'func main() { fmt.Println(x.Command("id")) }'], 'os/exec', 1],
  ['a name of a package with a version', ['math/rand/v2.IntN'], ['package main', 'import "math/rand/v2"', 'func main() { println(rand.IntN(3)) }'], 'math/rand/v2.IntN', 3],
  ['a name of a package without a name', ['os.Exit'], ['package main', 'import . "os"', 'func main() {', '  Exit(3)', '}'], 'os.Exit', 4],
  ['a name', ['os.Exit'], ['package main', 'import o "os"', '// o.Exit(1)', 'func main() {', '  println("o.Exit")', '  o.Exit(3)', '}'], 'os.Exit', 6],
];

const run = (language: string, [, blockedImports, code]: Case) =>
  box.run(code.join('\n'), { language, blockedImports, files: { 'node_modules/pkg/index.js': 'exports.run = () => 1', 'helper_with_socket.py': 'import socket', 'helper.mjs': 'await import("child_" + "process");' } });

const hasGo = spawnSync('go', ['version']).status === 0;

for (const [language, cases] of [
  ['python', PYTHON_TEXT],
  ['javascript', JS_TEXT],
  ['typescript', TS_TEXT],
  ['go', GO],
] as const) describe.skipIf(language === 'go' && !hasGo)(`in the text of ${language}`, () => {
  test.each(cases)('%s is found, and nothing runs', async (...given) => {
    const [, , , name, line] = given;
    const result = await run(language, given);
    expect(result).toMatchObject({ ok: false, status: 'exited', exitCode: 1, stdout: '', blocked: { name, line } });
    expect(result.stderr).toContain(`BlockedImport: ${name} is blocked here (line ${line}); do without it.`);
  });
});

describe.each([
  ['python', PYTHON_RUN],
  ['javascript', JS_RUN],
  ['typescript', TS_RUN],
])('in the run of %s', (language, cases) => {
  test.each(cases)('%s is refused, and named', async (...given) => {
    const [, , , name, line] = given;
    const result = await run(language, given);
    expect(result).toMatchObject({ ok: false, status: 'exited', exitCode: 1 });
    expect(result.stderr).toContain(`BlockedImport: ${name} is blocked here`);
    expect(result.blocked?.name).toBe(name);
    if (line !== undefined) expect(result.blocked).toEqual({ name, line });
  });
});

test.each([
  ['an import in a string', ['os/exec'], 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println(`\nimport "os/exec"\n`) }'],
  ['an import in a comment', ['os/exec'], 'package main\n// import "os/exec"\n/*\nimport "os/exec"\n*/\nfunc main() {}'],
  ['a method of that name', ['os.Exit'], 'package main\nimport "os"\ntype T struct{}\nfunc (T) Exit(int) {}\nfunc main() { var x struct{ os T }; x.os.Exit(1); _ = os.Args }'],
  ['a package that only begins alike', ['net', 'os.Ex'], 'package main\nimport ("netip"; "os")\nfunc main() { os.Exit(netip.X) }'],
])('in Go %s is none', (_title, blocked, code) => {
  expect(blockedInGo(code, blocked)).toBeUndefined();
});

// With a pattern that starts anew at each place these take hours.
test.each(['import(\n', 'import "os"\n', 'import ', 'import a "', '"\\', "'\\", '/*', '/**', '\t', 'os . ', 'a'])('four megabytes of %j in Go are read in one go', (piece) => {
  const size = 4 * 1024 * 1024;
  expect(blockedInGo(piece.repeat(size / piece.length), ['net', 'net.Dial'])).toBeUndefined();
  expect(blockedInGo(`import(${piece.repeat(size / piece.length)})`, ['net', 'net.Dial'])).toBeUndefined();
});

describe('what is not blocked runs', () => {
  test.each([
    ['python', 'a library that imports it for its own ends', ['socket', 'os', 'sys'], 'import asyncio, urllib.request\nprint(asyncio.run(asyncio.sleep(0, 5)))', '5\n'],
    ['python', 'a name that only begins alike', ['sock', 'os.sy', 'o'], 'import socket, os\nprint(os.sys is not None)', 'True\n'],
    ['python', 'a local variable of that name', ['os.system'], 'class A:\n  system = 4\nos = A()\nprint(os.system)', '4\n'],
    ['python', 'what Python itself needs to load modules', ['os.listdir', 'os.stat', 'builtins.open', 'io.open_code'], 'import decimal\nprint(decimal.Decimal(1))', '1\n'],
    ['python', 'a class derived from a blocked one by a library', ['threading.Thread'], 'import concurrent.futures\nprint(1)', '1\n'],
    ['python', 'the main module, its arguments and its own files', ['socket'], 'import sys, __main__, pickle\nclass A: pass\nprint(__name__, sys.argv[1:], __main__ is sys.modules["__main__"], pickle.loads(pickle.dumps(A())).__class__ is A, __file__.endswith("main.py"))', '__main__ [] True True True\n'],
    ['javascript', 'a library that loads it for its own ends', ['net', 'tls', 'stream'], 'import http from "http"; console.log(typeof http.get)', 'function\n'],
    ['javascript', 'what Node itself needs to load modules', ['fs.readFileSync', 'fs.statSync', 'path.resolve'], 'const { a } = require("./cjs.cjs"); console.log(a, (await import("./esm.mjs")).b)', '1 2\n'],
    ['typescript', 'types of a blocked module', ['fs'], 'import type { Stats } from "fs";\nconst x: Stats | undefined = undefined;\nconsole.log(x)', 'undefined\n'],
  ])('%s: %s', async (language, _title, blockedImports, code, stdout) => {
    const result = await box.run(code, { language, blockedImports, files: { 'cjs.cjs': 'exports.a = 1', 'esm.mjs': 'export const b = 2' } });
    expect(result).toMatchObject({ ok: true, stdout, stderr: '' });
  });
});

describe('a guard changes nothing else', () => {
  test.each([
    ['an exception', 'python', 'def f():\n  1/0\nf()', /^Traceback \(most recent call last\):\n {2}File ".*main\.py", line 3, in <module>\n[^]*line 2, in f\n[^]*ZeroDivisionError: division by zero\n$/, 1],
    ['a syntax error', 'python', 'x = 1\ndef f(:', /main\.py", line 2\n[^]*SyntaxError/, 1],
    ['an exit code', 'python', 'import sys\nsys.exit(7)', /^$/, 7],
    ['an exit with words', 'python', 'import sys\nsys.exit("gone")', /^gone\n$/, 1],
    ['an exception', 'javascript', 'const f = () => {\n  throw new Error("bad");\n};\nf();', /main\.js:2\n[^]*Error: bad\n {4}at f \(.*main\.js:2:9\)/, 1],
    ['a rejection', 'javascript', 'await Promise.reject(new TypeError("bad"))', /TypeError: bad/, 1],
    ['an exit code', 'javascript', 'process.exit(7)', /^$/, 7],
  ])('%s in %s', async (_title, language, code, stderr, exitCode) => {
    const result = await box.run(code, { language, blockedImports: ['socket', 'child_process', 'fs.rmSync'] });
    expect(result).toMatchObject({ status: 'exited', exitCode });
    expect(result.stderr).toMatch(stderr);
    expect(result.blocked).toBeUndefined();
  });

  test('a snippet that goes on after the error is told of all the same', async () => {
    const result = await box.run('try:\n  __import__("sock" + "et")\nexcept ImportError as e:\n  print(type(e).__name__)', { language: 'python', blockedImports: ['socket'] });
    expect(result).toMatchObject({ ok: false, exitCode: 0, stdout: 'BlockedImport\n', blocked: { name: 'socket', line: 2 } });
  });

  test.each([
    ['something else', 'open(r, "w").write("not json")'],
    ['a link', 'os.symlink("/etc/hosts", r)'],
    ['a fifo', 'os.mkfifo(r)'],
    ['a folder', 'os.makedirs(r + "/x")'],
    ['a name that is not blocked', 'open(r, "w").write(json.dumps({"name": "json", "line": 1}))'],
  ])('%s in the place of the report tells nothing, and harms nothing', async (_title, code) => {
    const result = await box.run(`import json, os\nr = json.loads(os.environ["UNTILGREEN_GUARD"])["report"]\n${code}\nprint("done")`, { language: 'python', blockedImports: ['socket'] });
    expect(result).toMatchObject({ ok: true, stdout: 'done\n' });
    expect(result.blocked).toBeUndefined();
  });

  test('workers of the same interpreter are guarded too', async () => {
    const code = 'const { Worker } = require("worker_threads"); new Worker("try { require(\'child_\' + \'process\') } catch (e) { console.log(e.name) }", { eval: true });';
    const result = await box.run(code, { language: 'js', blockedImports: ['child_process'] });
    expect(result.stdout).toBe('BlockedImport\n');
  });
});
