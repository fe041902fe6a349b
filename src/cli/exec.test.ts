import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from './main.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-exec-')));
  for (const [name, value] of Object.entries({ HOME: root, XDG_CONFIG_HOME: join(root, 'config'), XDG_CACHE_HOME: join(root, 'cache'), UNTILGREEN_HOME: join(root, 'home') })) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

/** Runs `untilgreen exec …` in this process. `{root}` stands for the scratch directory. */
async function exec(args: string[], { stdin = '', tty = false, onWrite }: { stdin?: string; tty?: boolean; onWrite?: (text: string) => void } = {}) {
  const streams = { stdout: '', stderr: '' };
  const heard: string[] = [];
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      streams[name] += String(text);
      heard.push(String(text));
      onWrite?.(String(text));
      return true;
    });
  }
  const isTTY = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY');
  Object.defineProperty(process.stdout, 'isTTY', { value: tty, configurable: true });
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([stdin]) as unknown as typeof process.stdin);
  const exitCode = await main(['exec', ...args.map((arg) => arg.replace('{root}', root))]);
  vi.restoreAllMocks();
  if (isTTY) Object.defineProperty(process.stdout, 'isTTY', isTTY);
  else delete (process.stdout as { isTTY?: boolean }).isTTY;
  return { exitCode, heard, ...streams };
}

describe('untilgreen exec', () => {
  it.each<[string, string, string, string]>([
    ['by the extension .py', 'a.py', 'print("py")', 'py\n'],
    ['by the extension .mjs', 'a.mjs', 'console.log(await "js")', 'js\n'],
    ['by the extension .ts', 'a.ts', 'const s: string = "ts"; console.log(s)', 'ts\n'],
    ['by the extension .sh', 'a.sh', 'echo sh', 'sh\n'],
    ['by the #! line', 'tool', '#!/usr/bin/env python3\nprint("shebang")', 'shebang\n'],
  ])('a file runs in the language told %s', async (_title, name, code, stdout) => {
    writeFileSync(join(root, name), code);
    expect(await exec([`{root}/${name}`])).toMatchObject({ exitCode: 0, stdout, stderr: '' });
  });

  it('code comes from the command line and from standard input, words after it are its arguments', async () => {
    const show = 'import sys; print(sys.argv[1:])';
    expect((await exec(['-c', show, '--lang', 'py', 'a b', '--', '-x'])).stdout).toBe("['a b', '-x']\n");
    expect((await exec(['-', '--language', 'python', 'a'], { stdin: show })).stdout).toBe("['a']\n");
  });

  it('standard input is handed on when it is asked for, and empty otherwise', async () => {
    const show = ['-c', 'cat; echo end', '--lang', 'sh'];
    expect((await exec([...show, '--stdin'], { stdin: 'data ' })).stdout).toBe('data end\n');
    expect((await exec(show, { stdin: 'data' })).stdout).toBe('end\n');
  });

  it.each<[string, string[], number, RegExp]>([
    ['of the snippet', ['-c', 'exit 3', '--lang', 'sh'], 3, /^$/],
    ['of an exception', ['-c', '1/0', '--lang', 'py'], 1, /ZeroDivisionError/],
    ['of a signal', ['-c', 'kill -SEGV $$', '--lang', 'sh'], 139, /^$/],
    ['of a time that ran out', ['-c', 'sleep 60', '--lang', 'sh', '--timeout', '0.3'], 124, /ended after 0\.\d s: its time ran out/],
    ['of memory that ran out', ['-c', 'x = bytearray(300 << 20)\nprint(len(x))', '--lang', 'py', '--memory', '64'], 137, /more memory/],
    ['of a flood', ['-c', 'yes', '--lang', 'sh', '--output-limit', '1000'], 137, /printed more/],
    ['of a syntax error in TypeScript', ['-c', 'let x: = 1', '--lang', 'ts'], 1, /^main\.ts\(1,8\): error TS1110/],
    ['of a blocked name in the text', ['-c', 'import fs from "fs";', '--lang', 'js', '--block', 'fs'], 1, /^main\.js:1: BlockedImport: fs is blocked here/],
    ['of a blocked name in the run', ['-c', '__import__("so" + "cket")', '--lang', 'py', '--block', 'socket'], 1, /BlockedImport: socket is blocked here[^]*untilgreen: The snippet met socket, which is blocked, in line 1\.\n$/],
    ['of too many processes', ['-c', 'import subprocess\nprint([subprocess.Popen(["sleep", "3"]) for _ in range(9)])', '--lang', 'py', '--processes', '4'], 1, /temporarily unavailable/],
  ])('the exit code is that %s', async (_title, args, exitCode, stderr) => {
    const result = await exec(args);
    expect(result.stderr).toMatch(stderr);
    expect(result.exitCode).toBe(exitCode);
  });

  it('output is told as it comes', async () => {
    const { heard } = await exec(['-c', 'import time\nprint("one")\ntime.sleep(0.3)\nprint("two")', '--lang', 'py']);
    expect(heard[0]).toMatch(/^one\n?$/);
    expect(heard.join('')).toBe('one\ntwo\n');
  });

  it('a terminal is not steered, a pipe gets what was printed', async () => {
    const args = ['-c', String.raw`printf '\033[31mred\033[0m\n'`, '--lang', 'sh'];
    expect((await exec(args, { tty: true })).stdout).toBe('red\n');
    expect((await exec(args)).stdout).toBe('\u001b[31mred\u001b[0m\n');
  });

  it('--json tells the whole result, with the same exit code', async () => {
    const { exitCode, stdout } = await exec(['-c', 'import os\nos.system("ls")', '--lang', 'py', '--block', 'os.system', '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, status: 'exited', language: 'python', blocked: { name: 'os.system', line: 2 }, stdout: '' });
  });

  it('without a sandbox it runs when that is said, and the result says so', async () => {
    const { stdout } = await exec(['-c', 'print(1)', '--lang', 'py', '--sandbox', 'none', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, stdout: '1\n', rung: 'none' });
  });

  it('Ctrl-C ends the whole tree', async () => {
    const code = 'import subprocess\nsubprocess.Popen(["sleep", "60"])\nprint("up")\nsubprocess.run(["sleep", "60"])';
    const result = await exec(['-c', code, '--lang', 'py'], { onWrite: (text) => text.startsWith('up') && process.emit('SIGINT') });
    expect(result.exitCode).toBe(130);
    expect(result.stdout).toMatch(/^up/);
  });

  it.each<[string, string[], RegExp]>([
    ['nothing to run', [], /^There is nothing to run\. Give a file, - for standard input, or -c 'CODE'\.$/],
    ['a file that is not there', ['{root}/gone.py'], /gone\.py\. Give a file/],
    ['a directory', ['{root}/folder'], /folder is not a regular file\./],
    ['a file that is no text', ['{root}/binary.py'], /binary\.py cannot be read as text/],
    ['a file that is not there, with flags of its own', ['{root}/gone.py', '--', '--json', '--verbose'], /gone\.py\. Give a file/],
    ['a file that is empty', ['{root}/empty.py'], /^There is nothing in .*empty\.py to run: it is empty\.$/],
    ['a link in a circle', ['{root}/circle.py'], /circle\.py cannot be read: ELOOP/],
    ['an option that is meant for the snippet', ['{root}/empty.py', '--loud'], /^Unknown option '--loud'\. What is meant for the snippet stands after --/],
    ['a file whose language cannot be told', ['{root}/notes.txt'], /^The language of .*notes\.txt cannot be told\. Add --lang/],
    ['code without a language', ['-c', 'x'], /^With -c the language must be given\./],
    ['an unknown language', ['-c', 'x', '--lang', 'pyhton'], /^Expected the `language` option .* Did you mean python\?$/],
    ['code that is empty', ['-c', ' ', '--lang', 'py'], /^Expected the `code` option to be something to run/],
    ['a timeout that is no number', ['-c', 'x', '--lang', 'py', '--timeout', '-1'], /^--timeout -1: expected seconds above 0/],
    ['a timeout of nothing', ['-c', 'x', '--lang', 'py', '--timeout', '0'], /^--timeout 0: expected seconds above 0/],
    ['too little memory', ['-c', 'x', '--lang', 'py', '--memory', '3'], /^Expected the `--memory` option to be a whole number of megabytes from 16/],
    ['too little memory for Node', ['-c', 'x', '--lang', 'js', '--memory', '20'], /^Expected the `--memory` option to be at least 96 for javascript/],
    ['an unknown network', ['-c', 'x', '--lang', 'py', '--network', 'host'], /^--network host is unknown.* Expected none, loopback\.$/],
    ['an unknown rung', ['-c', 'x', '--lang', 'py', '--min-rung', 'Z'], /^--min-rung Z is unknown/],
    ['a rung and no sandbox', ['-c', 'x', '--lang', 'py', '--min-rung', 'A', '--sandbox', 'none'], /exclude each other/],
    ['names to block in shell', ['-c', 'ls', '--lang', 'sh', '--block', 'os'], /^The `--block` option does not work for shell\./],
    ['code and data both on standard input', ['-', '--lang', 'py', '-i'], /cannot be read as data too/],
  ])('%s is refused with one clear line, and nothing runs', async (_title, args, message) => {
    mkdirSync(join(root, 'folder'));
    writeFileSync(join(root, 'binary.py'), Buffer.from([0xff, 0xfe, 0]));
    writeFileSync(join(root, 'notes.txt'), 'x');
    writeFileSync(join(root, 'empty.py'), '');
    symlinkSync('circle.py', join(root, 'circle.py'));
    const result = await exec(args);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(/^untilgreen: [^\n]+\n$/);
    expect(result.stderr.slice('untilgreen: '.length, -1)).toMatch(message);
  });

  it.skipIf(existsSync('/usr/bin/go'))('a language that is not installed is told as a shell does', async () => {
    vi.stubEnv('PATH', '/usr/bin:/bin');
    const { exitCode, stdout, stderr } = await exec(['-c', 'package main', '--lang', 'go', '--json']);
    expect(exitCode).toBe(127);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, code: 'file_missing', exitCode: 127 });
    expect(stderr).toMatch(/^untilgreen: go is not on the PATH, and go needs it\. Install Go: [^\n]+\n$/);
  });

  it('leaves nothing behind', async () => {
    const boxes = () => readdirSync(tmpdir()).filter((name) => name.includes(`-${process.pid}-`) && name.startsWith('untilgreen-box-'));
    await exec(['-c', 'echo x > file', '--lang', 'sh']);
    expect(boxes()).toEqual([]);
  });

  it('has help with examples', async () => {
    const { exitCode, stdout } = await exec(['--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}\$ untilgreen exec script\.py/);
    expect(stdout).toContain('--lang, --language <name>');
  });
});
