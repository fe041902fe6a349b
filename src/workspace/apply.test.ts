/* oxlint-disable vitest/no-conditional-expect -- a law speaks of the cases in which it applies; each test counts them */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { applyToSource } from './apply.ts';
import type { Bench } from './bench.ts';
import { JournalStore } from './journal.ts';
import { openWorkbench } from './open.ts';
import { pruneJournals } from './prune.ts';
import type { FileChange } from './types.ts';
import { undoApply } from './undo.ts';

let top: string;
let source: string;
let journalDir: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'apply-')));
  source = join(top, 'pro ject');
  journalDir = join(top, 'journal');
  mkdirSync(source);
});
afterEach(() => {
  execFileSync('rm', ['-rf', '--', top]);
});

function put(path: string, content: string | Uint8Array, mode?: number): void {
  mkdirSync(dirname(join(source, path)), { recursive: true });
  writeFileSync(join(source, path), content);
  if (mode !== undefined) chmodSync(join(source, path), mode);
}
let opened = 0;
const open = (): Promise<Bench> => openWorkbench({ source, root: join(top, `work${(opened += 1)}`), blobs: join(top, 'blobs') });
const write = (path: string, content: string, mode?: number): FileChange => ({ kind: 'write', path, content, ...(mode === undefined ? {} : { mode }) });
const remove = (path: string): FileChange => ({ kind: 'delete', path });
const code = (expected: string) => expect.objectContaining({ code: expected });
const text = (path: string) => readFileSync(join(source, path), 'utf8');

/** Everything about a tree that an undo has to bring back; `times` too for what was not touched. */
function tree(root: string, times = false): Record<string, string> {
  const found = Object.create(null) as Record<string, string>;
  const walk = (at: string) => {
    for (const name of readdirSync(join(root, at)).toSorted()) {
      const path = at === '' ? name : `${at}/${name}`;
      const info = lstatSync(join(root, path));
      const about = `${(info.mode & 0o7777).toString(8)} ${info.uid}:${info.gid}`;
      if (info.isDirectory()) {
        found[`${path}/`] = about;
        walk(path);
      } else if (info.isSymbolicLink()) found[path] = `-> ${readlinkSync(join(root, path))}`;
      else found[path] = `${about} ${readFileSync(join(root, path)).toString('base64')}${times ? ` ${info.mtimeMs} ${info.ino}` : ''}`;
    }
  };
  walk('');
  return found;
}

describe('applying', () => {
  test('changes, adds and deletes, and nothing else', async () => {
    put('a.txt', 'a\r\nb\r\n');
    put('run.sh', '#!/bin/sh\n', 0o755);
    put('locked.txt', 'x\n', 0o444);
    put('old/deep/x.txt', 'x\n');
    put('untouched', 'u');
    utimesSync(join(source, 'untouched'), 1_000_000_000, 1_000_000_000);
    const bench = await open();
    await bench.write([write('a.txt', 'a\r\nB\r\n'), write('run.sh', '#!/bin/sh\nls\n'), write('locked.txt', 'y\n'), remove('old/deep/x.txt'), write('new/d\u00E9/y z.txt', 'y\n', 0o755)]);
    const before = tree(source, true)['untouched'];
    const { files, journal } = await applyToSource(bench, { journalDir, runId: 'r1' });
    expect(files).toEqual([
      { path: 'a.txt', kind: 'modified', merged: false },
      { path: 'locked.txt', kind: 'modified', merged: false },
      { path: 'new/d\u00E9/y z.txt', kind: 'added', merged: false },
      { path: 'old/deep/x.txt', kind: 'deleted', merged: false },
      { path: 'run.sh', kind: 'modified', merged: false },
    ]);
    expect(JSON.parse(readFileSync(journal, 'utf8'))).toMatchObject({ state: 'committed', run: 'r1', directory: source });
    expect(readdirSync(source).toSorted()).toEqual(['a.txt', 'locked.txt', 'new', 'run.sh', 'untouched']);
    expect([text('a.txt'), text('locked.txt'), text('new/d\u00E9/y z.txt')]).toEqual(['a\r\nB\r\n', 'y\n', 'y\n']);
    expect(['run.sh', 'locked.txt', 'new/d\u00E9/y z.txt'].map((p) => statSync(join(source, p)).mode & 0o777)).toEqual([0o755, 0o444, 0o755]);
    expect(tree(source, true)['untouched']).toBe(before);
  });

  test('does it once for a run and a checkpoint', async () => {
    put('a', '1');
    const bench = await open();
    await bench.write([write('a', '2')]);
    const first = await applyToSource(bench, { journalDir, runId: 'r1' });
    writeFileSync(join(source, 'a'), 'mine since');
    expect(await applyToSource(bench, { journalDir, runId: 'r1' })).toEqual(first);
    expect(text('a')).toBe('mine since');
  });

  test('applies a checkpoint that is not the last state', async () => {
    put('a', '1');
    const bench = await open();
    await bench.write([write('a', '2')]);
    const to = await bench.checkpoint();
    await bench.write([write('a', '3')]);
    await applyToSource(bench, { to, journalDir, runId: 'r1' });
    expect(text('a')).toBe('2');
  });

  test('merges a file that was changed elsewhere too', async () => {
    put('a', 'one\ntwo\nthree\nfour\nfive\n');
    put('same', '1\n');
    put('gone', '1\n');
    const bench = await open();
    await bench.write([write('a', 'ONE\ntwo\nthree\nfour\nfive\n'), write('same', '2\n'), remove('gone'), write('new', 'n\n')]);
    put('a', 'one\ntwo\nthree\nfour\nFIVE\n', 0o600);
    put('same', '2\n');
    put('new', 'n\n');
    rmSync(join(source, 'gone'));
    const before = tree(source);
    const { files } = await applyToSource(bench, { journalDir, runId: 'r1' });
    expect(files.every((f) => f.merged)).toBe(true);
    expect(text('a')).toBe('ONE\ntwo\nthree\nfour\nFIVE\n');
    expect(statSync(join(source, 'a')).mode & 0o777).toBe(0o600);
    await undoApply(journalDir, { directory: source });
    expect(tree(source)).toEqual(before);
  });

  test.each<[string, FileChange, () => void]>([
    ['the same lines were changed', write('a', 'ours\n'), () => put('a', 'theirs\n')],
    ['it was deleted in the project', write('a', 'ours\n'), () => rmSync(join(source, 'a'))],
    ['is to be deleted but was changed', remove('a'), () => put('a', 'theirs\n')],
    ['another file of that name', write('new', 'ours\n'), () => put('new', 'theirs\n')],
    ['not text', write('bin', 'ours\n'), () => put('bin', Uint8Array.of(0, 9))],
    ['is a directory there', write('new', 'ours\n'), () => put('new/x', 'theirs\n')],
    ['is a file', write('dir/new', 'ours\n'), () => put('dir', 'theirs\n')],
    ['symbolic link', write('d/x', 'ours\n'), () => { rmSync(join(source, 'd'), { recursive: true }); symlinkSync(top, join(source, 'd')); }],
    ['a link was changed', write('a', 'ours\n'), () => { rmSync(join(source, 'a')); symlinkSync('d/x', join(source, 'a')); }],
  ])('refuses everything where %s', async (reason, change, elsewhere) => {
    put('a', 'base\n');
    put('bin', Uint8Array.of(0, 1));
    put('d/x', 'x\n');
    put('other', 'o\n');
    const bench = await open();
    await bench.write([change, write('other', 'changed\n')]);
    elsewhere();
    const before = tree(source, true);
    await expect(applyToSource(bench, { journalDir, runId: 'r1' })).rejects.toEqual(
      expect.objectContaining({ code: 'conflict', data: { files: [expect.objectContaining({ path: change.path, reason: expect.stringContaining(reason) })] } }),
    );
    expect(tree(source, true)).toEqual(before);
  });

  test('never takes a file that was left out for one it may write', async () => {
    put('.env', 'SECRET=1\n');
    const bench = await open();
    await bench.write([write('.env', 'SECRET=\n')]);
    await expect(applyToSource(bench, { journalDir, runId: 'r1' })).rejects.toEqual(code('conflict'));
    expect(text('.env')).toBe('SECRET=1\n');
  });

  test('refuses a new link that leads out of the project', async () => {
    put('a', '1');
    symlinkSync('a', join(source, 'l'));
    const bench = await open();
    rmSync(join(bench.root, 'l'));
    symlinkSync('../../../etc/passwd', join(bench.root, 'l'));
    await expect(applyToSource(bench, { journalDir, runId: 'r1' })).rejects.toEqual(code('path_unsafe'));
  });

  test('carries links over and back', async () => {
    put('a', '1');
    put('b', '2');
    symlinkSync('a', join(source, 'l'));
    const before = tree(source);
    const bench = await open();
    rmSync(join(bench.root, 'l'));
    symlinkSync('b', join(bench.root, 'l'));
    await applyToSource(bench, { journalDir, runId: 'r1' });
    expect(readlinkSync(join(source, 'l'))).toBe('b');
    await undoApply(journalDir, {});
    expect(tree(source)).toEqual(before);
  });

  test('works in a dirty git repository and leaves git alone', async () => {
    const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: source, encoding: 'utf8' });
    git('init', '-q');
    put('a', '1\n');
    git('add', 'a');
    git('commit', '-qm', 'one');
    put('a', 'dirty\n');
    put('untracked', 'u\n');
    const bench = await open();
    await bench.write([write('a', 'dirty\nand more\n'), remove('untracked')]);
    await applyToSource(bench, { journalDir, runId: 'r1' });
    expect(git('status', '--short')).toBe(' M a\n');
    await undoApply(journalDir, { runId: 'r1' });
    expect(git('status', '--short')).toBe(' M a\n?? untracked\n');
  });

  test.skipIf(process.getuid?.() !== 0)('gives new files to the owner of their directory, as root', async () => {
    put('theirs/a', '1');
    chownSync(join(source, 'theirs'), 1234, 1235);
    chownSync(join(source, 'theirs/a'), 1236, 1237);
    const bench = await open();
    await bench.write([write('theirs/a', '2'), write('theirs/sub/b', '3')]);
    await applyToSource(bench, { journalDir, runId: 'r1' });
    const owner = (path: string) => [statSync(join(source, path)).uid, statSync(join(source, path)).gid];
    expect([owner('theirs/a'), owner('theirs/sub'), owner('theirs/sub/b')]).toEqual([[1236, 1237], [1234, 1235], [1234, 1235]]);
  });

  test.skipIf(process.getuid?.() !== 0)('refuses a read-only directory before anything is written, as an ordinary user', () => {
    put('open/a', '1', 0o666);
    put('closed/a', '1', 0o666);
    for (const path of [top, source, join(source, 'open')]) chmodSync(path, 0o777);
    chmodSync(join(source, 'closed'), 0o555);
    const before = tree(source, true);
    const done = spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '--import', import.meta.resolve('tsx'), worker(`
      const bench = await openWorkbench({ source, root: join(top, 'w'), blobs: join(top, 'b') });
      await bench.write([{ kind: 'write', path: 'open/a', content: '2' }, { kind: 'write', path: 'closed/a', content: '2' }]);
      await applyToSource(bench, { journalDir, runId: 'r1' }).then(() => console.log('applied'), (e) => console.log(e.code, e.data.directories));
      const again = await applyToSource(bench, { journalDir, runId: 'r1' }).catch((e) => e.code);
      console.log('and back:', again, await undoApply(journalDir, { directory: source }).catch((e) => e.code));`)], { encoding: 'utf8' });
    expect(done.stdout + done.stderr).toContain("directory_refused [ 'closed' ]");
    expect(done.stdout).toContain('and back: directory_refused nothing_to_undo');
    expect(tree(source, true)).toEqual(before);
  });
});

test.skipIf(process.getuid?.() !== 0)('an ordinary user applies and undoes', () => {
  put('d/a', '1', 0o640);
  execFileSync('chown', ['-R', '65534:65534', source]);
  chmodSync(top, 0o777);
  const before = tree(source);
  const done = spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '--import', import.meta.resolve('tsx'), worker(`
    const bench = await openWorkbench({ source, root: join(top, 'w'), blobs: join(top, 'b') });
    await bench.write([{ kind: 'write', path: 'd/a', content: '2' }, { kind: 'write', path: 'n/b', content: '2' }]);
    console.log((await applyToSource(bench, { journalDir, runId: 'r1' })).files.length, 'applied');
    console.log((await undoApply(journalDir, { directory: source })).files.length, 'undone');
    await bench.dispose();`)], { encoding: 'utf8' });
  expect(done.stdout + done.stderr).toBe('2 applied\n2 undone\n');
  expect(tree(source)).toEqual(before);
});

describe('undoing', () => {
  test('brings back contents, modes and directories', async () => {
    put('a', '1', 0o640);
    put('d/e/b', Uint8Array.of(0, 255), 0o755);
    chmodSync(join(source, 'd'), 0o750);
    put('u', 'untouched');
    const before = tree(source);
    const bench = await open();
    await bench.write([write('a', '2', 0o755), remove('d/e/b'), write('n/m/c', '3')]);
    await applyToSource(bench, { journalDir, runId: 'r1' });
    expect(existsSync(join(source, 'd'))).toBe(false);
    expect(await undoApply(journalDir, { directory: source })).toMatchObject({
      run: 'r1',
      files: [{ path: 'a', action: 'restored' }, { path: 'd/e/b', action: 'recreated' }, { path: 'n/m/c', action: 'removed' }],
    });
    expect(tree(source)).toEqual(before);
    await expect(undoApply(journalDir, { directory: source })).rejects.toEqual(code('nothing_to_undo'));
  });

  test('takes back one apply after the other, the newest first', async () => {
    put('a', '1');
    for (const [run, content] of [['r1', '2'], ['r2', '3']] as const) {
      const bench = await open();
      await bench.write([write('a', content)]);
      await applyToSource(bench, { journalDir, runId: run });
    }
    await expect(undoApply(journalDir, { runId: 'r1' })).rejects.toEqual(code('conflict'));
    expect(await undoApply(journalDir, { directory: source })).toMatchObject({ run: 'r2' });
    expect(text('a')).toBe('2');
    expect(await undoApply(journalDir, { directory: source })).toMatchObject({ run: 'r1' });
    expect(text('a')).toBe('1');
    await expect(undoApply(journalDir, { runId: 'unknown' })).rejects.toEqual(code('nothing_to_undo'));
    await expect(undoApply(journalDir, { directory: top })).rejects.toEqual(code('nothing_to_undo'));
  });

  test('refuses where a file was changed since, unless it is forced', async () => {
    put('a', '1');
    put('b', '1');
    const bench = await open();
    await bench.write([write('a', '2'), write('b', '2'), write('n', '2')]);
    await applyToSource(bench, { journalDir, runId: 'r1' });
    put('a', 'mine');
    rmSync(join(source, 'n'));
    const now = tree(source, true);
    await expect(undoApply(journalDir, { directory: source })).rejects.toEqual(expect.objectContaining({ code: 'conflict', data: { files: [{ path: 'a', reason: 'changed since' }] } }));
    expect(tree(source, true)).toEqual(now);
    await undoApply(journalDir, { directory: source, force: true });
    expect([text('a'), text('b'), readdirSync(source)]).toEqual(['1', '1', ['a', 'b']]);
  });

  test('leaves a made directory in which somebody has put something', async () => {
    put('a', '1');
    const bench = await open();
    await bench.write([write('n/c', '3')]);
    await applyToSource(bench, { journalDir, runId: 'r1' });
    put('n/mine', 'm');
    await undoApply(journalDir, { directory: source });
    expect(tree(source)).toHaveProperty(['n/mine']);
    expect(existsSync(join(source, 'n/c'))).toBe(false);
  });

  test('says so where the directory is gone', async () => {
    put('a', '1');
    const bench = await open();
    await bench.write([write('a', '2')]);
    await applyToSource(bench, { journalDir, runId: 'r1' });
    rmSync(source, { recursive: true });
    await expect(undoApply(journalDir, { runId: 'r1' })).rejects.toEqual(code('directory_missing'));
  });
});

test('kept contents stay under their limit, and the newest apply can always be undone', async () => {
  put('a', 'x'.repeat(1000));
  for (let i = 0; i < 5; i += 1) {
    const bench = await open();
    await bench.write([write('a', String(i).repeat(1000))]);
    await applyToSource(bench, { journalDir, runId: `r${i}`, maxJournalBytes: 2500 });
  }
  const store = new JournalStore(journalDir);
  const total = (await store.blobs.entries()).reduce((sum, b) => sum + b.bytes, 0);
  expect(total).toBeLessThanOrEqual(2500);
  expect(await pruneJournals(store, 0)).not.toContain((await store.all()).journals.at(-1)!.id);
  await undoApply(journalDir, { directory: source });
  expect(text('a')).toBe('3'.repeat(1000));
  await expect(undoApply(journalDir, { directory: source })).rejects.toEqual(code('nothing_to_undo'));
});

test('over random trees and changes, apply then undo gives the same tree', async () => {
  let undone = 0;
  const name = fc.constantFrom('a', 'b', 'c d', '\u00E9', '\u{1F600}', '-x', 'con\nstructor', 'constructor', '__proto__');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((p) => p.join('/'));
  const content = fc.oneof(fc.constantFrom('', 'x\r\ny\n', '\uFEFFz', 'no newline'), fc.uint8Array({ maxLength: 20 }));
  const mode = fc.constantFrom(0o644, 0o755, 0o600, 0o444);
  const file = fc.record({ path, content, mode });
  await fc.assert(
    fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 8 }), fc.array(fc.record({ path, content, mode, deletes: fc.boolean() }), { minLength: 1, maxLength: 6 }), async (files, changes) => {
      execFileSync('rm', ['-rf', '--', source, journalDir]);
      mkdirSync(source);
      for (const f of files) {
        try {
          put(f.path, f.content, f.mode);
        } catch {
          continue; // a file stands where a directory was wanted
        }
      }
      const before = tree(source, true);
      const bench = await open();
      const wanted = new Map<string, Buffer | null>();
      for (const change of changes) {
        const done = await bench
          .write([change.deletes ? remove(change.path) : { kind: 'write', path: change.path, content: change.content, mode: change.mode }])
          .then(() => true, () => false);
        if (done) wanted.set(change.path, change.deletes ? null : Buffer.from(change.content));
      }
      const swaps = [...wanted.keys()].some((p) => Object.keys(before).some((q) => q.startsWith(`${p}/`) || p.startsWith(`${q}/`)) && !(p in before));
      const applied = await applyToSource(bench, { journalDir, runId: 'r' }).then((r) => r, (error: { code: string }) => error.code);
      if (typeof applied === 'string') {
        // A file in the place of a directory, or the other way round, is refused as a whole.
        expect([applied, swaps]).toEqual(['conflict', true]);
        expect(tree(source, true)).toEqual(before);
      } else {
        for (const [p, bytes] of wanted) {
          if (bytes) expect(readFileSync(join(source, p))).toEqual(bytes);
          else expect(lstatSync(join(source, p), { throwIfNoEntry: false })?.isFile() ?? false).toBe(false);
        }
        const touched = new Set(applied.files.map((f) => f.path));
        const after = tree(source, true);
        for (const [p, state] of Object.entries(before)) if (!p.endsWith('/') && !touched.has(p)) expect(after[p]).toBe(state);
        if (applied.journal !== '') {
          undone += 1;
          await undoApply(journalDir, { directory: source });
        }
        const plain = (t: Record<string, string>) => Object.entries(t).map(([p, s]) => [p, touched.has(p) ? s.split(' ').slice(0, 3).join(' ') : s]);
        expect(plain(tree(source, true))).toEqual(plain(before));
      }
      await bench.dispose();
    }),
    { numRuns: 40 },
  );
  expect(undone).toBeGreaterThan(12);
}, 120_000);

/** Writes a script that does `body` with this room's functions. */
function worker(body: string): string {
  const script = join(top, 'worker.mts');
  const at = (name: string) => JSON.stringify(new URL(`./${name}.ts`, import.meta.url).href);
  writeFileSync(script, `
    import { join } from 'node:path';
    import { applyToSource } from ${at('apply')};
    import { openWorkbench } from ${at('open')};
    import { recover, undoApply } from ${at('undo')};
    const [top, source, journalDir] = ${JSON.stringify([top, source, journalDir])};
    ${body}
  `);
  return script;
}
