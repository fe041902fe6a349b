import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, realpathSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

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

  test.skipIf(process.getuid?.() !== 0)('belongs to the owner of the project, as root, so that its tests can run as that user', async () => {
    put('d/a.txt');
    execFileSync('chown', ['-R', '1234:1235', source]);
    const bench = await open();
    await bench.write([{ kind: 'write', path: 'n/b.txt', content: 'x' }, { kind: 'write', path: 'd/a.txt', content: 'x' }]);
    const fork = await bench.fork(await bench.checkpoint());
    for (const root of [bench.root, fork.root]) {
      for (const path of ['', 'd', 'd/a.txt', 'n', 'n/b.txt']) expect([path, statSync(join(root, path)).uid, statSync(join(root, path)).gid]).toEqual([path, 1234, 1235]);
    }
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
