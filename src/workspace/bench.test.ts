/* oxlint-disable vitest/no-conditional-expect -- which end is right depends on the moment that was struck */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { sha256 } from '../core/hash.ts';
import type { Bench } from './bench.ts';
import { openWorkbench, type OpenOptions } from './open.ts';

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
