import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSandbox } from '../open.ts';
import { CodeSandbox } from './box.ts';
import { codeLanguageOf } from './languages/registry.ts';
import type { CodeRunOptions } from './types.ts';

const box = new CodeSandbox({ timeoutSeconds: 20 });
afterAll(() => box.close());
const hasGo = spawnSync('go', ['version']).status === 0;

/** One snippet of each kind in each language; what the five are expected to do is the same. */
const SNIPPETS: Record<string, { print: string; fail: [code: string, said: RegExp]; exit7: string; echo: string; args: string; spin: string; flood: string; broken: [code: string, said: RegExp] }> = {
  python: {
    print: 'print("ä", 6 * 7)',
    fail: ['x = 1\nprint([][0])', /main\.py", line 2, in <module>\n[^]*IndexError: list index out of range/],
    exit7: 'import sys; sys.exit(7)',
    echo: 'import sys; print(sys.stdin.read().upper(), end="")',
    args: 'import sys; print("|".join(sys.argv[1:]))',
    spin: 'print("up")\nwhile True: pass',
    flood: 'while True: print("x" * 100)',
    broken: ['x = (', /SyntaxError/],
  },
  javascript: {
    print: 'console.log("ä", 6 * 7)',
    fail: ['const x = 1;\nundefined.x', /main\.js:2\n[^]*TypeError: Cannot read properties of undefined/],
    exit7: 'process.exitCode = 7',
    echo: 'process.stdin.on("data", (d) => process.stdout.write(String(d).toUpperCase()))',
    args: 'console.log(process.argv.slice(2).join("|"))',
    spin: 'require("fs").writeSync(1, "up\\n"); for (;;);',
    flood: 'for (;;) require("fs").writeSync(1, "x".repeat(100) + "\\n")',
    broken: ['let x = (', /main\.js:1\n[^]*SyntaxError/],
  },
  typescript: {
    print: 'enum E { A = 6 }\nconst x: number = E.A * 7;\nconsole.log("ä", x)',
    fail: ['interface A { a: string }\n\n\nconst x = undefined as unknown as { y: A };\nconsole.log(x.y)', /main\.ts:5\n[^]*TypeError: Cannot read properties of undefined[^]*main\.ts:5:15/],
    exit7: 'process.exitCode = 7 as number',
    echo: 'process.stdin.on("data", (d: Buffer) => process.stdout.write(String(d).toUpperCase()))',
    args: 'const words: string[] = process.argv.slice(2);\nconsole.log(words.join("|"))',
    spin: 'import { writeSync } from "fs"; writeSync(1, "up\\n" as string); for (;;);',
    flood: 'import { writeSync } from "fs"; for (;;) writeSync(1, "x".repeat(100 as number) + "\\n")',
    broken: ['let y = 1;\nlet x: = 2', /^main\.ts\(2,8\): error TS1110: Type expected\.\n$/],
  },
  shell: {
    print: 'echo ä $((6 * 7))',
    fail: ['echo start\nset -u; echo "$missing"', /main\.sh: line 2: missing: unbound variable/],
    exit7: 'exit 7',
    echo: 'tr a-z A-Z',
    args: 'IFS="|"; echo "$*"',
    spin: 'echo up; while :; do :; done',
    flood: 'yes',
    broken: ['if true; then', /syntax error/],
  },
  go: {
    print: 'package main\nimport "fmt"\nfunc main() { fmt.Println("ä", 6*7) }',
    fail: ['package main\nfunc main() {\n\tvar a []int\n\tprintln(a[len(a)])\n}', /panic: runtime error: index out of range[^]*main\.go:4/],
    exit7: 'package main\nimport "os"\nfunc main() { os.Exit(7) }',
    echo: 'package main\nimport ("io"; "os"; "bytes")\nfunc main() { b, _ := io.ReadAll(os.Stdin); os.Stdout.Write(bytes.ToUpper(b)) }',
    args: 'package main\nimport ("fmt"; "os"; "strings")\nfunc main() { fmt.Println(strings.Join(os.Args[1:], "|")) }',
    spin: 'package main\nimport "fmt"\nfunc main() { fmt.Println("up"); for {} }',
    flood: 'package main\nimport "fmt"\nfunc main() { for { fmt.Println("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") } }',
    broken: ['package main\nfunc main() { x := 1 }', /main\.go:2:\d+: declared and not used: x/],
  },
};

for (const [language, snippets] of Object.entries(SNIPPETS)) describe.skipIf(language === 'go' && !hasGo)(language, () => {
  const run = (code: string, more: Partial<CodeRunOptions> = {}) => box.run(code, { language, ...more });
  // The first Go program compiles the packages it uses.
  beforeAll(async () => void (await run(snippets.print, { timeoutSeconds: 120 })), 150_000);

  test('prints its value', async () => {
    expect(await run(snippets.print)).toMatchObject({ ok: true, status: 'exited', exitCode: 0, signal: null, stdout: 'ä 42\n', stderr: '', language, truncated: { stdout: false, stderr: false } });
  });
  test('an exception has its text, and the line that was written', async () => {
    const result = await run(snippets.fail[0]);
    expect(result).toMatchObject({ ok: false, status: 'exited' });
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toMatch(snippets.fail[1]);
  });
  test('a syntax error is a clear result', async () => {
    const result = await run(snippets.broken[0]);
    expect(result).toMatchObject({ ok: false, status: 'exited', stdout: '' });
    expect(result.exitCode).toBeGreaterThan(0);
    expect(result.stderr).toMatch(snippets.broken[1]);
  });
  test('ends with its own exit code', async () => {
    const result = await run(snippets.exit7);
    expect(result).toMatchObject({ ok: false, status: 'exited', exitCode: 7 });
  });
  test('reads standard input', async () => {
    expect((await run(snippets.echo, { stdin: 'some text\n' })).stdout).toBe('SOME TEXT\n');
  });
  test('gets its arguments as they are', async () => {
    expect((await run(snippets.args, { args: ['a b', '-x', '--', "'$HOME'"] })).stdout).toBe("a b|-x|--|'$HOME'\n");
  });
  test('is ended when its time runs out, what it printed is kept', async () => {
    expect(await run(snippets.spin, { timeoutSeconds: language === 'go' ? 10 : 3 })).toMatchObject({ ok: false, status: 'timeout', exitCode: null, stdout: 'up\n' });
  });
  test('is ended when it floods', async () => {
    const result = await run(snippets.flood, { maxOutputBytes: 10_000 });
    expect(result).toMatchObject({ ok: false, status: 'output', truncated: { stdout: true } });
    expect(result.stdout.length).toBeLessThan(11_000);
  });
});

describe('a snippet', () => {
  test.each([
    ['python', 'x = bytearray(400 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\nprint("filled")', 128],
    ['javascript', 'const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1))', 128],
  ])('in %s is ended when its memory runs out', async (language, code, maxMemoryMb) => {
    const result = await box.run(code, { language, maxMemoryMb });
    // Rung A ends the tree; where each process is limited its own allocation fails.
    expect(result.ok).toBe(false);
    expect(result.stdout).toBe('');
    if (result.rung === 'A') expect(result.status).toBe('oom');
  });

  test.each([
    ['a module', 'import { sep } from "path"; import.meta.url; console.log(sep, await 1)', '/ 1\n'],
    ['a script', 'const { sep } = require("path"); module.exports = 1; console.log(sep, __dirname === process.cwd())', '/ true\n'],
    ['a mixture of both', 'const { sep } = require("path"); console.log(sep, await 1, __dirname === process.cwd())', '/ 1 true\n'],
    ['a script that asks for its kind', 'console.log(typeof require, typeof module, require.main === module)', 'function object true\n'],
    ['an import beside require', 'import { sep } from "path"; const fs = require("fs"); console.log(sep, typeof fs.readFileSync)', '/ function\n'],
  ])('in JavaScript may be %s', async (_title, code, stdout) => {
    expect(await box.run(code, { language: 'js' })).toMatchObject({ ok: true, stdout, stderr: '' });
  });

  test.each([
    ['enums and namespaces', 'enum A { X = "x" }\nnamespace N { export const y = 2 }\nconsole.log(A.X, N.y)', 'x 2\n'],
    ['parameter properties and private names', 'class P { #z = 1; constructor(readonly a: number, private b = 2) {} sum() { return this.a + this.b + this.#z } }\nconsole.log(new P(3).sum())', '6\n'],
    ['decorators', 'function twice(f: () => number, _: unknown) { return function (this: unknown) { return f.call(this) * 2 } }\nclass A { @twice f() { return 4 } }\nconsole.log(new A().f())', '8\n'],
    ['generics, satisfies and casts', 'const id = <T,>(x: T): T => x;\nconsole.log(id({ a: 1 } satisfies { a: number }).a as unknown as string)', '1\n'],
    ['imports of types', 'import type { Stats } from "node:fs";\nimport { type Dirent, existsSync } from "node:fs";\nlet a: Stats | Dirent | undefined;\nconsole.log(a, existsSync("/"))', 'undefined true\n'],
    ['import with require', 'import path = require("path");\nconsole.log(path.sep)', '/\n'],
    ['await at the top', 'const x: number = await Promise.resolve(5);\nexport {};\nconsole.log(x)', '5\n'],
    ['using', 'using x = { [Symbol.dispose]() { console.log("closed") } };\nconsole.log("open")', 'open\nclosed\n'],
  ])('in TypeScript may use %s', async (_title, code, stdout) => {
    expect(await box.run(code, { language: 'ts' })).toMatchObject({ ok: true, stdout, stderr: '' });
  });

  test('has the variables it is given and none of the host', async () => {
    process.env.CODE_BOX_TEST_SECRET = 'secret';
    const { stdout } = await box.run('env', { language: 'sh', env: { GIVEN: 'a b' } });
    delete process.env.CODE_BOX_TEST_SECRET;
    expect(stdout).toContain('GIVEN=a b\n');
    expect(stdout).not.toContain('SECRET');
  });

  test('reaches no listener of the host', async () => {
    const server = createServer((socket) => socket.end('reached'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const code = `import socket\ntry: print(socket.create_connection(("127.0.0.1", ${port}), 2).recv(9))\nexcept OSError as e: print("refused")`;
    for (const network of ['none', 'loopback'] as const) expect((await box.run(code, { language: 'python', network })).stdout).toBe('refused\n');
    server.close();
  });

  test('does not find its own file when it is over, nor does the next', async () => {
    await box.run('print(1)', { language: 'python', blockedImports: ['socket'] });
    expect((await box.run('ls -A', { language: 'sh' })).stdout.split('\n').filter((name) => /^main|blocked/.test(name))).toEqual(['main.sh']);
  });

  test('may be ended by a signal of the caller, and only it', async () => {
    const abort = new AbortController();
    const [ended, other] = await Promise.all([
      box.run('import time\nprint("up")\ntime.sleep(60)', { language: 'python', signal: abort.signal, onOutput: () => abort.abort() }),
      box.run('import time\ntime.sleep(1)\nprint("done")', { language: 'python' }),
    ]);
    expect(ended).toMatchObject({ ok: false, status: 'killed', stdout: expect.stringMatching(/^up/) });
    expect(other).toMatchObject({ ok: true, stdout: 'done\n' });
  });
});

describe('a box', () => {
  test('keeps files from run to run, in every language', async () => {
    await using own = new CodeSandbox();
    own.writeFile('data/in.txt', 'from the host\n');
    expect((await own.run('open("data/out.txt", "w").write(open("data/in.txt").read().upper())', { language: 'python' })).ok).toBe(true);
    expect(own.readFile('data/out.txt').toString()).toBe('FROM THE HOST\n');
    const { stdout } = await own.run('import { value } from "./lib.mjs"; import fs from "fs"; console.log(value, fs.readFileSync("data/out.txt", "utf8"))', { language: 'js', files: { 'lib.mjs': 'export const value = 3' } });
    expect(stdout).toBe('3 FROM THE HOST\n\n');
    expect((await own.run('import helper; print(helper.x)', { language: 'py', files: { 'helper.py': 'x = 4' } })).stdout).toBe('4\n');
    expect(own.readFile('helper.py').toString()).toBe('x = 4');
  });

  test('is no other box', async () => {
    await using one = new CodeSandbox();
    await using two = new CodeSandbox();
    one.writeFile('secret', 'of one');
    const { stdout, stderr } = await two.run(`ls; cat ${join(one.directory, 'secret')}`, { language: 'sh' });
    expect(stdout).toBe('main.sh\n');
    expect(stderr).toContain('No such file');
  });

  test('does not overwrite a file of the name it would give a snippet', async () => {
    await using own = new CodeSandbox();
    own.writeFile('main.py', 'x = 5');
    expect(await own.run('import main; print(main.x)', { language: 'python' })).toMatchObject({ ok: true, stdout: '5\n' });
    expect(own.readFile('main.py').toString()).toBe('x = 5');
  });

  test('runs twenty at once, each with its own', async () => {
    await using own = new CodeSandbox();
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => own.run(`import sys, time\ntime.sleep(0.2)\nprint(${index}, sys.argv[1])`, { language: 'python', args: [String(index * index)] })));
    expect(results.map(({ stdout }) => stdout)).toEqual(results.map((_, index) => `${index} ${index * index}\n`));
    expect(readdirSync(own.directory)).toEqual([]);
  });

  test('does not follow a link that a snippet left', async () => {
    await using own = new CodeSandbox();
    const outside = mkdtempSync(join(tmpdir(), 'code-box-outside-'));
    writeFileSync(join(outside, 'file'), 'untouched');
    await own.run(`ln -s ${outside} folder; ln -s ${outside}/file link; mkfifo pipe; mkdir dir`, { language: 'sh' });
    for (const path of ['folder/file', 'link', 'folder/new']) {
      expect(() => own.writeFile(path, 'x')).toThrow(expect.objectContaining({ code: 'path_unsafe' }));
      expect(() => own.readFile(path)).toThrow(expect.objectContaining({ code: 'path_unsafe' }));
    }
    for (const path of ['pipe', 'dir']) expect(() => own.writeFile(path, 'x')).toThrow(expect.objectContaining({ code: 'not_a_file' }));
    for (const path of ['../x', '/etc/x', '', 'a/../../x', 'a\0b']) expect(() => own.writeFile(path, 'x')).toThrow(expect.objectContaining({ code: 'path_outside' }));
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('untouched');
    expect(readdirSync(outside)).toEqual(['file']);
    rmSync(outside, { recursive: true });
  });

  test('a link in the place of the next snippet\'s file is not followed either', async () => {
    await using own = new CodeSandbox();
    const outside = mkdtempSync(join(tmpdir(), 'code-box-outside-'));
    symlinkSync(join(outside, 'new'), join(own.directory, 'main.py'));
    expect(await own.run('print(1)', { language: 'python' })).toMatchObject({ ok: true, stdout: '1\n' });
    expect(readdirSync(outside)).toEqual([]);
    rmSync(outside, { recursive: true });
  });

  test('close ends what runs, and leaves nothing', async () => {
    const own = new CodeSandbox();
    let up: () => void = () => {};
    const started = new Promise<void>((resolve) => (up = resolve));
    const running = own.run('import time\nprint("up")\ntime.sleep(60)', { language: 'python', onOutput: () => up() });
    await started;
    await own.close();
    expect(await running).toMatchObject({ status: 'killed' });
    expect(existsSync(own.directory)).toBe(false);
    await expect(own.run('1', { language: 'python' })).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringContaining('closed') });
  });

  test.each([
    ['close', async (own: CodeSandbox) => own.close()],
    ['the end of `using`', (own: CodeSandbox) => own[Symbol.dispose]()],
  ])('%s removes folders that are too deep to have a path, and folders that are closed', async (_title, end) => {
    const own = new CodeSandbox();
    await own.run('import os\nos.makedirs("closed/x"); os.chmod("closed", 0)\nfor _ in range(3000):\n  os.mkdir("d" * 20); os.chdir("d" * 20)', { language: 'python' });
    expect(existsSync(join(own.directory, 'd'.repeat(20)))).toBe(true);
    await end(own);
    expect(existsSync(own.directory)).toBe(false);
  });

  const loader = fileURLToPath(import.meta.resolve('tsx'));
  const child = (more: string) =>
    spawnSync(process.execPath, ['--import', loader, '--input-type=module', '-e', `import { CodeSandbox } from ${JSON.stringify(fileURLToPath(new URL('./box.ts', import.meta.url)))}; const box = new CodeSandbox(); box.writeFile('a/b', 'x'); console.log(box.directory); ${more}`], { encoding: 'utf8', cwd: fileURLToPath(new URL('../../..', import.meta.url)) });

  test('goes with the process that forgot to close it', () => {
    const { stdout } = child('process.exit(3)');
    expect(stdout).toMatch(/untilgreen-box/);
    expect(existsSync(stdout.trim())).toBe(false);
  });

  test('of a killed process goes with the next', () => {
    const left = child('process.kill(process.pid, "SIGKILL")').stdout.trim();
    expect(existsSync(left)).toBe(true);
    child('process.exit()');
    expect(existsSync(left)).toBe(false);
  });

  test('given up by `using` in the middle of a run leaves nothing', async () => {
    const own = new CodeSandbox();
    const running = own.run('print(1)', { language: 'python', blockedImports: ['socket'] });
    own[Symbol.dispose]();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(own.directory)).toBe(false);
  });

  test('opens its sandbox at once where that is asked for, and uses a given one', async () => {
    await using opened = await CodeSandbox.open({ minRung: 'D' });
    expect((await opened.run('print(1)', { language: 'py' })).ok).toBe(true);
    await using given = new CodeSandbox({ sandbox: await openSandbox({ mode: 'none' }) });
    for (const [language, code] of [['python', 'import os\nprint(os.getcwd())'], ['js', 'console.log(process.cwd())'], ['ts', 'console.log(process.cwd() as string)'], ['sh', 'pwd']] as const) {
      expect(await given.run(code, { language, ...(language === 'sh' ? {} : { blockedImports: ['socket'] }) })).toMatchObject({ ok: true, stdout: `${given.directory}\n`, stderr: '', rung: 'none' });
    }
  });
});

const boxes = (): string[] => readdirSync(realpathSync(tmpdir())).filter((name) => name.startsWith('untilgreen-box-') && name.includes(`-${process.pid}-`));

test.each(['typescript', 'javascript'])('%s that is nested deeper than a parser can go is a result', async (language) => {
  const result = await box.run(`${'('.repeat(200_000)}1${')'.repeat(200_000)}`, { language, blockedImports: ['net'] });
  expect(result).toMatchObject({ ok: false, status: 'exited', exitCode: 1, stderr: expect.stringContaining('nested too deeply') });
});

describe('bad input is refused before anything is made', () => {
  test.each<[string, object, RegExp]>([
    ['a negative timeout', { timeoutSeconds: -1 }, /`timeoutSeconds` option to be a number of seconds from 0\.001 to 86400, got -1\./],
    ['a timeout of nothing', { timeoutSeconds: 0 }, /`timeoutSeconds`.*got 0\./],
    ['a timeout that is no number', { timeoutSeconds: NaN }, /`timeoutSeconds`.*got NaN\./],
    ['a timeout without end', { timeoutSeconds: Infinity }, /`timeoutSeconds`.*got Infinity\./],
    ['a timeout as text', { timeoutSeconds: '10' }, /`timeoutSeconds`.*got "10"\./],
    ['too little memory', { maxMemoryMb: 8 }, /`maxMemoryMb` option to be a whole number of megabytes from 16/],
    ['half a megabyte', { maxMemoryMb: 64.5 }, /`maxMemoryMb`.*got 64\.5\./],
    ['no output', { maxOutputBytes: 0 }, /`maxOutputBytes`/],
    ['too few processes', { maxProcesses: 1 }, /`maxProcesses`/],
    ['a network that is none', { network: 'install' }, /`network` option to be 'none' or 'loopback', got "install"\./],
    ['names to block that are no list', { blockedImports: 'os' }, /`blockedImports` option to be a list of modules .* got "os"\./],
    ['names to block that are no text', { blockedImports: ['os', 3] }, /`blockedImports`.*got 3\./],
    ['an empty name to block', { blockedImports: [''] }, /`blockedImports`.*got ""\./],
    ['a limit by part of its name', { timeout: 5 }, /has no `timeout` option\. Did you mean timeoutSeconds\?$/],
    ['a mistyped limit', { maxMemoryMB: 64 }, /has no `maxMemoryMB` option\. Did you mean maxMemoryMb\?$/],
    ['an option that is like none', { colour: 'red' }, /has no `colour` option\. There are timeoutSeconds, /],
  ])('%s', async (_title, options, message) => {
    const before = boxes();
    expect(() => new CodeSandbox(options)).toThrow(expect.objectContaining({ code: 'bad_arguments', message: expect.stringMatching(message) }));
    expect(boxes()).toEqual(before);
    await expect(box.run('print(1)', { language: 'python', ...options })).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringMatching(message) });
  });

  test.each<[string, unknown, object, RegExp]>([
    ['code that is empty', '', { language: 'python' }, /`code` option to be something to run/],
    ['code of blanks', ' \n\t', { language: 'python' }, /`code`/],
    ['code that is no text', 3, { language: 'python' }, /`code` option to be text, got 3\./],
    ['code with a NUL', 'print(1)\0', { language: 'python' }, /NUL/],
    ['code of five megabytes', '#'.repeat(5 << 20), { language: 'python' }, /at most 4194304 bytes, got 5242880\..*file of the box/],
    ['no options', 'x', undefined as never, /`options` option to be an object with the `language` of the code, got undefined\.$/],
    ['no language', 'x', {}, /`language` option to be one of python, py, python3; javascript.*got undefined\./],
    ['an unknown language', 'x', { language: 'ruby' }, /got "ruby"\.$/],
    ['a mistyped language', 'x', { language: 'javscript' }, /Did you mean javascript\?$/],
    ['too little memory for Node', 'x', { language: 'ts', maxMemoryMb: 32 }, /`maxMemoryMb` option to be at least 96 for typescript.*got 32\./],
    ['names to block in shell', 'ls', { language: 'sh', blockedImports: ['os'] }, /`blockedImports` option does not work for shell/],
    ['a file outside', 'x', { language: 'py', files: { '../x': '' } }, /not a path inside the box/],
    ['arguments that are no list', 'x', { language: 'py', args: 'a' }, /`args` option to be a list of strings, got "a"\./],
    ['an argument that is no text', 'x', { language: 'py', args: ['a', 3] }, /`args` option .*got an array\./],
    ['a variable that is no text', 'x', { language: 'py', env: { A: 1 } }, /`env` option .*got an object\./],
    ['input that is no text', 'x', { language: 'py', stdin: 5 }, /`stdin` option to be text, got 5\./],
    ['a file without content', 'x', { language: 'py', files: { a: null } }, /`files` option/],
    ['an argument with a NUL', 'x', { language: 'py', args: ['a\0'] }, /NUL/],
  ])('%s', async (_title, code, options, message) => {
    await expect(box.run(code as string, options as CodeRunOptions)).rejects.toMatchObject({ code: expect.stringMatching(/bad_arguments|path_outside/), message: expect.stringMatching(message) });
  });

  test('a language that is not installed names what to install', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    await expect(box.run('package main', { language: 'go' })).rejects.toMatchObject({ code: 'file_missing', message: expect.stringMatching(/^go is not on the PATH, and go needs it\. Install Go: /) });
    process.env.PATH = path;
  });
});

test.each([
  ['a.py', '', 'python'], ['A.PY', '', 'python'], ['a.cjs', '', 'javascript'], ['a.mts', '', 'typescript'], ['a.go', '', 'go'], ['a.bash', '', 'shell'],
  ['a', '#!/usr/bin/python3.11 -u\n', 'python'], ['a', '#!/usr/bin/env -S node --flag\n', 'javascript'], ['a', '#! /bin/dash\n', 'shell'], ['a.txt', 'x\n#!/bin/sh', undefined], ['a', '', undefined],
])('the language of %s that begins %j is %s', (path, code, name) => {
  expect(codeLanguageOf(path, code)).toBe(name);
});
