import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { sha256 } from '../core/hash.ts';
import type { Bench } from './bench.ts';
import { openWorkbench, type OpenOptions } from './open.ts';
import { checkDirectory } from './paths.ts';

let top: string;
let source: string;
let data: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'bench-')));
  source = join(top, 'my project \u00E9');
  data = join(top, 'data');
  mkdirSync(source);
});
afterEach(() => {
  execFileSync('rm', ['-rf', '--', top]);
});

function put(path: string, content: string | Uint8Array = 'x\n', mode?: number): void {
  mkdirSync(dirname(join(source, path)), { recursive: true });
  writeFileSync(join(source, path), content);
  if (mode !== undefined) chmodSync(join(source, path), mode);
}
const open = (options: Partial<OpenOptions> = {}): Promise<Bench> => openWorkbench({ source, root: join(data, 'work'), blobs: join(data, 'blobs'), ...options });
const paths = async (bench: Bench) => (await bench.list()).map((f) => f.path);
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('the directory', () => {
  test.each([
    ['the root', () => '/', 'directory_refused'],
    ['the home directory', () => homedir(), 'directory_refused'],
    ['a link to the root', () => { symlinkSync('/', join(top, 'l')); return join(top, 'l'); }, 'directory_refused'],
    ['a missing one', () => join(top, 'missing'), 'directory_missing'],
    ['a file', () => { put('f'); return join(source, 'f'); }, 'not_a_directory'],
    ['something behind a file', () => { put('f'); return join(source, 'f', 'g'); }, 'not_a_directory'],
    ['an empty path', () => '', 'directory_missing'],
    ['a path with NUL', () => 'a\0b', 'directory_missing'],
  ])('%s is refused', async (_title, path, expected) => {
    await expect(checkDirectory(path())).rejects.toEqual(code(expected));
  });
  test('is answered as a real path', async () => {
    symlinkSync(source, join(top, 'link'));
    await expect(checkDirectory(join(top, 'link'))).resolves.toBe(source);
  });
  test.each(['-rf', '--', 'a\nb', 'x y', '\u{1F600}'])('may be called %j', async (name) => {
    source = join(top, name);
    put('a.txt');
    const bench = await open();
    expect(await paths(bench)).toEqual(['a.txt']);
    await bench.dispose();
    expect(existsSync(join(source, 'a.txt'))).toBe(true);
  });
});

describe('the copy', () => {
  test('holds the project, and not what is ignored, in git', async () => {
    execFileSync('git', ['init', '-q'], { cwd: source });
    put('.gitignore', '*.log\n/build/\n!keep.log\n');
    put('a.txt');
    put('keep.log');
    put('x.log');
    put('build/out.js');
    put('sub/.gitignore', '/local\n!special.log\n');
    put('sub/special.log');
    put('sub/local');
    put('sub/deep/local');
    put('sub/deep/build/x');
    writeFileSync(join(source, '.git/info/exclude'), 'excluded\n');
    put('excluded');
    const bench = await open();
    expect(await paths(bench)).toEqual(['.gitignore', 'a.txt', 'keep.log', 'sub/.gitignore', 'sub/deep/build/x', 'sub/deep/local', 'sub/special.log']);
    expect(existsSync(join(bench.root, '.git'))).toBe(false);
    expect(readFileSync(join(bench.root, 'build/out.js'), 'utf8')).toBe('x\n');
    expect(await bench.exists('build/out.js')).toBe(true);
  });

  test('a directory that a nearer ignore file takes back counts with its content', async () => {
    put('.gitignore', 'gen/\n*.tmp\n');
    put('a/.gitignore', '!gen/\n');
    put('a/gen/x');
    put('a/gen/y.tmp');
    put('b/gen/x');
    expect(await paths(await open())).toEqual(['.gitignore', 'a/.gitignore', 'a/gen/x']);
  });

  test('agrees with git about random ignore files', async () => {
    const patterns = ['*.a', '!x.a', '/d', 'd/', 'd/*', '!d/x.a', '**/e', 'e/**', '!e/', 'x.*', '\\!b', '# note', 'd/e', ' ', '[xy].b', 'y.?'];
    const names = ['x.a', 'y.a', 'x.b', 'y.b', '!b', 'd/x.a', 'd/y.b', 'd/e/x.a', 'e/x.a', 'e/d/y.a', 'f/d/x.b', 'f/e/y.a', 'f/x.a'];
    let seed = 7;
    const next = (n: number) => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % n; };
    for (let round = 0; round < 12; round += 1) {
      execFileSync('rm', ['-rf', '--', source]);
      mkdirSync(source);
      execFileSync('git', ['init', '-q'], { cwd: source });
      for (const name of names) put(name);
      for (const at of ['.gitignore', 'd/.gitignore', 'f/.gitignore']) put(at, Array.from({ length: 1 + next(4) }, () => patterns[next(patterns.length)]).join('\n'));
      const git = execFileSync('git', ['ls-files', '-z', '--others', '--exclude-standard'], { cwd: source, encoding: 'utf8' }).split('\0').filter(Boolean).toSorted();
      expect(await paths(await open())).toEqual(git);
    }
  }, 60_000);

  test('honours ignore files above it in the repository, and none above the repository', async () => {
    writeFileSync(join(top, '.gitignore'), '*.txt\n');
    execFileSync('git', ['init', '-q'], { cwd: source });
    put('.gitignore', '*.log\npackages/app/gen\n');
    put('packages/app/a.txt');
    put('packages/app/b.log');
    put('packages/app/gen/c');
    expect(await paths(await open({ source: join(source, 'packages/app') }))).toEqual(['a.txt']);
  });

  test('shows dependency folders read-only instead of copying them', async () => {
    put('.gitignore', 'vendor/\n');
    put('package.json', '{}');
    put('node_modules/a/index.js', 'module.exports = 1\n');
    put('packages/app/package.json', '{}');
    put('packages/app/node_modules/b/index.js');
    put('.venv/pyvenv.cfg', 'home = /usr\n');
    put('myenv/pyvenv.cfg', 'home = /usr\n');
    put('myenv/lib/x.py');
    put('env/settings.py');
    put('vendor/lib.go');
    put('pkg/vendor/lib.go');
    put('target/notes.md');
    const bench = await open({ mountAt: '/w' });
    expect(await paths(bench)).toEqual(['.gitignore', 'env/settings.py', 'package.json', 'packages/app/package.json', 'target/notes.md']);
    const shown = ['.venv', 'myenv', 'node_modules', 'packages/app/node_modules', 'pkg/vendor', 'vendor'];
    expect(bench.mounts.map((m) => m.target).toSorted()).toEqual(shown.map((p) => `/w/${p}`));
    expect(bench.mounts.map((m) => m.source).toSorted()).toEqual(shown.map((p) => join(source, p)));
    expect(existsSync(join(bench.root, 'node_modules/a'))).toBe(false);
    expect((await bench.readText('node_modules/a/index.js')).text).toBe('module.exports = 1\n');
    expect(await bench.exists('node_modules/zzz')).toBe(false);
    await expect(bench.write([{ kind: 'write', path: 'node_modules/a/index.js', content: '' }])).rejects.toEqual(code('path_unsafe'));
  });

  test('shows large ignored folders and files read-only', async () => {
    put('.gitignore', 'data/\n*.bin\n');
    put('a.txt');
    put('data/big');
    truncateSync(join(source, 'data/big'), 200 * 2 ** 20);
    put('big.bin');
    truncateSync(join(source, 'big.bin'), 2 * 2 ** 20);
    const bench = await open();
    expect(bench.mounts.map((m) => m.source)).toEqual([join(source, 'big.bin'), join(source, 'data')]);
    expect(statSync(join(bench.root, 'big.bin')).size).toBe(0);
    expect(await bench.exists('data/big')).toBe(true);
    await expect(bench.readBytes('data/big')).rejects.toEqual(code('too_large'));
  });

  test('leaves secrets where they are', async () => {
    execFileSync('git', ['init', '-q'], { cwd: source });
    put('.gitignore', '.env*\n!.env.example\n*.pem\nkeys/\ncredentials.json\n');
    for (const path of ['.env', '.env.production', '.env.example', 'server.pem', 'keys/id_rsa', 'keys/note', 'credentials.json']) put(path);
    const bench = await open();
    expect(await paths(bench)).toEqual(['.env.example', '.gitignore']);
    for (const path of ['.env', '.env.production', 'server.pem', 'keys/id_rsa', 'credentials.json']) expect(existsSync(join(bench.root, path))).toBe(false);
    expect(bench.skipped.map((s) => `${s.path} ${s.reason}`).toSorted()).toEqual(['.env secret', '.env.production secret', 'credentials.json secret', 'keys/id_rsa secret', 'server.pem secret']);
  });

  test('leaves .env where it is where nothing says what to ignore', async () => {
    for (const path of ['.env', '.env.example', 'a.txt']) put(path);
    expect(await paths(await open())).toEqual(['.env.example', 'a.txt']);
  });

  test('copies a submodule as files, without its .git', async () => {
    execFileSync('git', ['init', '-q'], { cwd: source });
    put('lib/sub/.git', 'gitdir: ../../.git/modules/sub\n');
    put('lib/sub/a.c');
    const bench = await open();
    expect(await paths(bench)).toEqual(['lib/sub/a.c']);
    expect(existsSync(join(bench.root, 'lib/sub/.git'))).toBe(false);
  });

  test('keeps links as they are and follows none', async () => {
    put('a.txt');
    put('dir/b.txt');
    symlinkSync('a.txt', join(source, 'inside'));
    symlinkSync('/etc/passwd', join(source, 'outside'));
    symlinkSync('/', join(source, 'root'));
    symlinkSync('missing', join(source, 'broken'));
    const bench = await open();
    expect(await paths(bench)).toEqual(['a.txt', 'dir/b.txt']);
    expect(readlinkSync(join(bench.root, 'outside'))).toBe('/etc/passwd');
    for (const path of ['outside', 'root/etc/passwd', 'inside', 'broken']) {
      await expect(bench.readBytes(path)).rejects.toEqual(code('path_unsafe'));
      await expect(bench.write([{ kind: 'write', path, content: 'x' }])).rejects.toEqual(code('path_unsafe'));
    }
    await bench.write([{ kind: 'delete', path: 'outside' }]);
    expect(await bench.deltas()).toMatchObject([{ path: 'outside', kind: 'deleted' }]);
    await bench.restore(bench.base);
    expect(readlinkSync(join(bench.root, 'outside'))).toBe('/etc/passwd');
  });

  test('does not hang on fifos, and names what it leaves out', async () => {
    put('a.txt');
    execFileSync('mkfifo', [join(source, 'pipe')]);
    writeFileSync(Buffer.concat([Buffer.from(`${source}/bad-`), Buffer.from([0xff, 0xfe])]), 'x');
    put('a\nb');
    put('-rf');
    const bench = await open();
    expect(await paths(bench)).toEqual(['-rf', 'a\nb', 'a.txt']);
    expect(bench.skipped.map((s) => s.reason).toSorted()).toEqual(['name', 'special']);
    await bench.restore(bench.base);
    expect(existsSync(Buffer.concat([Buffer.from(`${source}/bad-`), Buffer.from([0xff, 0xfe])]))).toBe(true);
  });

  test('shares no inode with the project and keeps modes, times, CRLF and BOM', async () => {
    put('run.sh', '\uFEFFa\r\nb\n', 0o755);
    put('locked', 'x', 0o444);
    utimesSync(join(source, 'run.sh'), 1_000_000_000, 1_000_000_000);
    const bench = await open();
    const [from, to] = [statSync(join(source, 'run.sh')), statSync(join(bench.root, 'run.sh'))];
    expect(to.ino).not.toBe(from.ino);
    expect([to.mode, to.mtimeMs, to.nlink]).toEqual([from.mode, from.mtimeMs, 1]);
    expect(readFileSync(join(bench.root, 'run.sh'))).toEqual(readFileSync(join(source, 'run.sh')));
    expect(statSync(join(bench.root, 'locked')).mode & 0o777).toBe(0o444);
  });

  test('refuses a project that is too large, and shows single large files read-only', async () => {
    put('a.txt', 'x'.repeat(2000));
    put('b.txt', 'x'.repeat(900));
    await expect(open({ maxCopyBytes: 1000 })).rejects.toEqual(code('too_large'));
    const bench = await open({ maxFileBytes: 1000 });
    expect(await paths(bench)).toEqual(['b.txt']);
    expect(bench.mounts.map((m) => m.source)).toEqual([join(source, 'a.txt')]);
  });

  test('does not copy itself', async () => {
    put('a.txt');
    const bench = await open({ root: join(source, '.data/work'), blobs: join(source, '.data/blobs') });
    expect(await paths(bench)).toEqual(['a.txt']);
    await expect(open({ root: source })).rejects.toEqual(code('directory_refused'));
  });

  test('takes 5 000 files', async () => {
    for (let d = 0; d < 50; d += 1) {
      mkdirSync(join(source, `d${d}`));
      for (let f = 0; f < 100; f += 1) writeFileSync(join(source, `d${d}/f${f}.txt`), `content ${d} ${f}\n`);
    }
    const bench = await open();
    expect(await paths(bench)).toHaveLength(5000);
    await bench.write([{ kind: 'write', path: 'd1/f1.txt', content: 'new\n' }]);
    expect((await bench.deltas()).map((d) => d.path)).toEqual(['d1/f1.txt']);
  });
});

describe('reading and writing', () => {
  test.each([
    ['/etc/passwd', 'path_outside'],
    ['../x', 'path_outside'],
    ['a/../../x', 'path_outside'],
    ['C:\\x', 'path_outside'],
    ['~/x', 'path_outside'],
    ['a\0b', 'path_unsafe'],
    ['.git/config', 'path_unsafe'],
    ['sub/.GIT/hooks/x', 'path_unsafe'],
    ['', 'path_unsafe'],
    ['.', 'path_unsafe'],
  ])('%j is refused', async (path, expected) => {
    put('a/b.txt');
    const bench = await open();
    await expect(bench.readText(path)).rejects.toEqual(code(expected));
    await expect(bench.write([{ kind: 'write', path, content: 'x' }])).rejects.toEqual(code(expected));
    await expect(bench.exists(path)).rejects.toEqual(code(expected));
  });

  test('refuses binary as text, directories, missing and large files', async () => {
    put('bin', Uint8Array.of(0, 1));
    put('d/a', 'x');
    put('a', 'x');
    const bench = await open({ maxFileBytes: 10 });
    await expect(bench.readText('bin')).rejects.toEqual(code('binary_file'));
    await expect(bench.readText('d')).rejects.toEqual(code('not_a_file'));
    await expect(bench.readText('none')).rejects.toEqual(code('file_missing'));
    await expect(bench.readText('a/b')).rejects.toEqual(code('file_missing'));
    await expect(bench.write([{ kind: 'write', path: 'd', content: 'x' }])).rejects.toEqual(code('not_a_file'));
    await expect(bench.write([{ kind: 'write', path: 'a/b', content: 'x' }])).rejects.toEqual(code('not_a_file'));
    await expect(bench.write([{ kind: 'write', path: 'b', content: 'x'.repeat(11) }])).rejects.toEqual(code('too_large'));
    await expect(bench.write([{ kind: 'delete', path: 'none' }])).rejects.toEqual(code('file_missing'));
    expect(await bench.readBytes('bin')).toEqual(Buffer.of(0, 1));
  });

  test('writes all or nothing', async () => {
    put('a', '1');
    put('b', '2');
    const bench = await open();
    await expect(
      bench.write([{ kind: 'write', path: 'a', content: 'changed' }, { kind: 'delete', path: 'b', expect: sha256('other') }]),
    ).rejects.toEqual(code('stale'));
    await expect(bench.write([{ kind: 'write', path: 'new', content: 'x' }, { kind: 'write', path: 'a', content: 'x', expect: null }])).rejects.toEqual(code('stale'));
    await expect(bench.write([{ kind: 'write', path: 'x', content: 'x' }, { kind: 'write', path: 'x/y', content: 'x' }])).rejects.toEqual(code('not_a_file'));
    expect(await bench.deltas()).toEqual([]);
    await bench.write([{ kind: 'write', path: 'a', content: 'A', expect: sha256('1') }, { kind: 'delete', path: 'b' }, { kind: 'write', path: 'b/c', content: 'C', expect: null }]);
    expect(await paths(bench)).toEqual(['a', 'b/c']);
  });

  test('keeps the mode of a file and removes directories it empties', async () => {
    put('bin/run', '#!/bin/sh\n', 0o755);
    const bench = await open();
    await bench.write([{ kind: 'write', path: 'bin/run', content: '#!/bin/sh\nls\n' }]);
    expect(statSync(join(bench.root, 'bin/run')).mode & 0o777).toBe(0o755);
    await bench.write([{ kind: 'delete', path: 'bin/run' }]);
    expect(existsSync(join(bench.root, 'bin'))).toBe(false);
  });

  test('never writes through a directory that a command replaced by a link', async () => {
    put('d/a.txt', 'mine');
    mkdirSync(join(top, 'outside'));
    writeFileSync(join(top, 'outside/a.txt'), 'theirs');
    const bench = await open();
    rmSync(join(bench.root, 'd'), { recursive: true });
    symlinkSync(join(top, 'outside'), join(bench.root, 'd'));
    await expect(bench.readText('d/a.txt')).rejects.toEqual(code('path_unsafe'));
    await expect(bench.write([{ kind: 'write', path: 'd/a.txt', content: 'x' }])).rejects.toEqual(code('path_unsafe'));
    expect(await bench.deltas()).toMatchObject([{ path: 'd/a.txt', kind: 'deleted' }]);
    await bench.restore(bench.base);
    expect(readFileSync(join(bench.root, 'd/a.txt'), 'utf8')).toBe('mine');
    expect(readFileSync(join(top, 'outside/a.txt'), 'utf8')).toBe('theirs');
  });

  test('stays inside while links are swapped under it', async () => {
    put('d/a.txt', 'mine');
    mkdirSync(join(top, 'outside'));
    writeFileSync(join(top, 'outside/a.txt'), 'theirs');
    const bench = await open();
    const [dir, hidden] = [join(bench.root, 'd'), join(bench.root, 'hidden')];
    for (let i = 0; i < 100; i += 1) {
      const work = [bench.readText('d/a.txt'), bench.write([{ kind: 'write', path: 'd/a.txt', content: 'mine' }])];
      renameSync(dir, hidden);
      symlinkSync(join(top, 'outside'), dir);
      await new Promise((resolve) => setImmediate(resolve));
      rmSync(dir);
      if (existsSync(dir)) execFileSync('rm', ['-rf', dir]);
      renameSync(hidden, dir);
      for (const done of await Promise.allSettled(work)) if (done.status === 'fulfilled' && done.value) expect(done.value.text).toBe('mine');
      if (lstatSync(dir).isSymbolicLink()) throw new Error('the swap went wrong');
    }
    expect(readFileSync(join(top, 'outside/a.txt'), 'utf8')).toBe('theirs');
  });
});

describe('checkpoints', () => {
  test('lists and compares what was written, not what commands left behind', async () => {
    put('a', '1');
    const bench = await open();
    writeFileSync(join(bench.root, 'left.db'), 'x');
    mkdirSync(join(bench.root, 'cache'));
    writeFileSync(join(bench.root, 'cache/y'), 'x');
    await bench.write([{ kind: 'write', path: 'b', content: '2' }]);
    writeFileSync(join(bench.root, 'a'), 'snapshot'); // a check rewrote a file of the project
    expect(await paths(bench)).toEqual(['a', 'b']);
    expect(await bench.leftovers()).toEqual(['cache/y', 'left.db']);
    expect((await bench.deltas()).map((d) => `${d.kind} ${d.path}`)).toEqual(['modified a', 'added b']);
  });

  test('puts files, modes, directories and ignored files back and removes the rest', async () => {
    put('.gitignore', 'gen/\n');
    put('a', '1', 0o755);
    put('d/b', '2');
    put('gen/c', '3');
    mkdirSync(join(source, 'empty'));
    const bench = await open();
    await bench.write([{ kind: 'write', path: 'a', content: 'A' }, { kind: 'delete', path: 'd/b' }, { kind: 'write', path: 'n/e', content: 'E' }]);
    const middle = await bench.checkpoint();
    chmodSync(join(bench.root, 'a'), 0o600);
    rmSync(join(bench.root, 'gen'), { recursive: true });
    rmSync(join(bench.root, 'empty'), { recursive: true });
    mkdirSync(join(bench.root, 'deep'));
    chmodSync(join(bench.root, 'deep'), 0o000);
    await bench.restore(bench.base);
    expect(await bench.deltas()).toEqual([]);
    expect(await bench.leftovers()).toEqual([]);
    expect(readFileSync(join(bench.root, 'gen/c'), 'utf8')).toBe('3');
    expect(existsSync(join(bench.root, 'empty'))).toBe(true);
    expect(existsSync(join(bench.root, 'deep'))).toBe(false);
    await bench.restore(middle);
    expect((await bench.deltas()).map((d) => `${d.kind} ${d.path}`)).toEqual(['modified a', 'deleted d/b', 'added n/e']);
    expect(Buffer.from((await bench.readAt(bench.base, 'd/b'))!).toString()).toBe('2');
    expect(await bench.readAt(middle, 'd/b')).toBeUndefined();
    await expect(bench.restore('nonsense')).rejects.toEqual(code('bad_arguments'));
  });

  test('an ignored file counts as changed once it is written', async () => {
    put('.gitignore', 'gen.txt\n');
    put('gen.txt', 'old\n');
    const bench = await open();
    writeFileSync(join(bench.root, 'gen.txt'), 'by a command\n');
    expect(await bench.deltas()).toEqual([]);
    await bench.write([{ kind: 'write', path: 'gen.txt', content: 'new\n' }]);
    expect(await bench.diff()).toContain('-old\n+new\n');
  });

  test('survive the process and a lost copy', async () => {
    put('a', '1');
    const first = await open();
    await first.write([{ kind: 'write', path: 'b', content: '2' }]);
    const kept = await first.checkpoint();
    const second = await open({ resume: true });
    expect(second.base).toBe(first.base);
    expect((await second.deltas()).map((d) => d.path)).toEqual(['b']);
    rmSync(first.root, { recursive: true });
    const third = await open({ resume: true });
    expect(await third.deltas()).toEqual([]);
    await third.restore(kept);
    expect(await paths(third)).toEqual(['a', 'b']);
    rmSync(`${first.root}.json`);
    expect(await paths(await open({ resume: true }))).toEqual(['a']);
  });

  test('notice a change that leaves size and times as they were', async () => {
    put('a', '1');
    const bench = await open({ settle: 0 });
    await bench.list();
    const { atime, mtime } = statSync(join(bench.root, 'a'));
    writeFileSync(join(bench.root, 'a'), '2');
    utimesSync(join(bench.root, 'a'), atime, mtime);
    expect(await bench.deltas()).toHaveLength(1);
  });

  test('a fork is a copy of its own', async () => {
    put('a', '1');
    put('node_modules/x/i.js');
    const bench = await open();
    await bench.write([{ kind: 'write', path: 'a', content: '2' }, { kind: 'write', path: 'b', content: '3' }]);
    const fork = await bench.fork(bench.base);
    expect(await paths(fork)).toEqual(['a']);
    expect(fork.mounts).toEqual(bench.mounts);
    expect(existsSync(join(fork.root, 'node_modules'))).toBe(true);
    await fork.write([{ kind: 'write', path: 'a', content: '4' }]);
    expect((await bench.readText('a')).text).toBe('2');
    await fork.dispose();
    expect(existsSync(fork.root)).toBe(false);
    expect(await paths(bench)).toEqual(['a', 'b']);
  });

  test('disposing leaves the project and the dependencies alone', async () => {
    put('a', '1');
    put('node_modules/x/i.js');
    const bench = await open();
    await bench.dispose();
    expect(existsSync(bench.root)).toBe(false);
    expect(existsSync(join(source, 'node_modules/x/i.js'))).toBe(true);
  });

  test('a damaged content is noticed', async () => {
    put('a', '1');
    const bench = await open();
    await bench.write([{ kind: 'write', path: 'a', content: '2' }]);
    writeFileSync(bench.blobs.path(sha256('1')), 'damaged');
    await expect(bench.restore(bench.base)).rejects.toEqual(code('store_failed'));
  });
});
