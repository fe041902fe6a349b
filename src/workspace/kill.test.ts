/* oxlint-disable vitest/no-conditional-expect -- which end is right depends on the moment that was struck */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript6';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { applyToSource } from './apply.ts';
import { openWorkbench } from './open.ts';
import { recover, undoApply } from './undo.ts';

const repository = join(import.meta.dirname, '../..');
let top: string;
let source: string;
let pristine: string;
let journalDir: string;

/** Compiled once, so that each of the many processes starts at once. */
function compile(target: string): void {
  for (const room of ['core', 'edit', 'sandbox', 'workspace']) {
    mkdirSync(join(target, room), { recursive: true });
    for (const name of readdirSync(join(repository, 'src', room))) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
      const { outputText } = ts.transpileModule(readFileSync(join(repository, 'src', room, name), 'utf8'), {
        compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, rewriteRelativeImportExtensions: true, verbatimModuleSyntax: true },
      });
      writeFileSync(join(target, room, name.replace(/\.ts$/, '.js')), outputText);
    }
  }
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  symlinkSync(join(repository, 'node_modules'), join(target, 'node_modules'));
}

const options = () => ({ source, root: join(top, 'work'), blobs: join(top, 'blobs'), resume: true });

beforeAll(async () => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'kill-')));
  source = join(top, 'source');
  pristine = join(top, 'pristine');
  journalDir = join(top, 'journal');
  compile(join(top, 'js'));
  const put = (path: string, content: string, mode = 0o644) => {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), content);
    chmodSync(join(source, path), mode);
  };
  put('a.txt', 'one\r\ntwo\n');
  put('run.sh', '#!/bin/sh\n', 0o755);
  put('old/deep/b.txt', 'b\n', 0o444);
  put('untouched', 'u\n');
  cpSync(source, pristine, { recursive: true, preserveTimestamps: true });
  const bench = await openWorkbench(options());
  await bench.write([
    { kind: 'write', path: 'a.txt', content: 'one\r\nTWO\n' },
    { kind: 'write', path: 'run.sh', content: '#!/bin/sh\nls\n' },
    { kind: 'delete', path: 'old/deep/b.txt' },
    { kind: 'write', path: 'new/dir/c.txt', content: 'c\n' },
  ]);
  await bench.checkpoint();
  const script = (name: string, body: string) => writeFileSync(join(top, 'js', name), `
    import { applyToSource } from './workspace/apply.js';
    import { openWorkbench } from './workspace/open.js';
    import { recover, undoApply } from './workspace/undo.js';
    const journalDir = ${JSON.stringify(journalDir)};
    ${body}`);
  script('apply.js', `await applyToSource(await openWorkbench(${JSON.stringify(options())}), { journalDir, runId: 'r' });`);
  script('undo.js', `await undoApply(journalDir, { runId: 'r' });`);
  script('recover.js', `await recover(journalDir);`);
});
afterAll(() => {
  execFileSync('rm', ['-rf', '--', top]);
});

/** Paths with modes, contents and times of files. */
function tree(): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (at: string) => {
    for (const name of readdirSync(join(source, at)).toSorted()) {
      const path = at === '' ? name : `${at}/${name}`;
      const info = lstatSync(join(source, path));
      if (info.isDirectory()) {
        found[`${path}/`] = (info.mode & 0o7777).toString(8);
        walk(path);
      } else found[path] = `${(info.mode & 0o7777).toString(8)} ${JSON.stringify(readFileSync(join(source, path), 'utf8'))}`;
    }
  };
  walk('');
  return found;
}

function reset(): void {
  rmSync(source, { recursive: true, force: true });
  rmSync(journalDir, { recursive: true, force: true });
  cpSync(pristine, source, { recursive: true, preserveTimestamps: true });
}

/** Runs a script that dies at its n-th moment. False: it came to its end before. */
function killedAt(script: string, n: number): boolean {
  const done = spawnSync(process.execPath, [join(top, 'js', script)], { env: { ...process.env, UNTILGREEN_KILL_AT: String(n) }, encoding: 'utf8' });
  if (done.signal === 'SIGKILL') return true;
  if (done.status !== 0) throw new Error(done.stderr);
  return false;
}

/** The number of the moment after the first file has got its new content. Leaves everything as it was before. */
function afterFirstRename(): number {
  const log = join(top, 'log');
  rmSync(log, { force: true });
  execFileSync(process.execPath, [join(top, 'js', 'apply.js')], { env: { ...process.env, UNTILGREEN_KILL_LOG: log } });
  reset();
  return Number(/^(\d+) apply\.renamed$/m.exec(readFileSync(log, 'utf8'))![1]);
}

test('recovery of a store that is not there makes none', async () => {
  expect(await recover(join(top, 'none'))).toEqual([]);
  expect(readdirSync(top)).not.toContain('none');
});

test('killed at any moment of an apply, the directory ends untouched or fully changed', async () => {
  reset();
  const before = tree();
  await applyToSource(await openWorkbench(options()), { journalDir, runId: 'r' });
  const after = tree();
  expect(after).not.toEqual(before);
  const ends = { before: 0, after: 0 };
  let n = 1;
  for (; ; n += 1) {
    reset();
    const killed = killedAt('apply.js', n);
    await recover(journalDir);
    const now = tree();
    const end = JSON.stringify(now) === JSON.stringify(before) ? 'before' : 'after';
    if (end === 'after') expect(now, `killed at moment ${n}`).toEqual(after);
    ends[end] += 1;
    expect(await recover(journalDir), 'a second recovery has nothing to do').toEqual([]);
    // Going on with the run gives the whole change, once.
    if (n % 4 === 0 || !killed) {
      await applyToSource(await openWorkbench(options()), { journalDir, runId: 'r' });
      expect(tree()).toEqual(after);
    }
    if (!killed) break;
  }
  expect(n).toBeGreaterThan(50);
  expect(Math.min(ends.before, ends.after)).toBeGreaterThan(5);
}, 240_000);

test('killed at any moment of an undo, the directory ends changed or as it was', async () => {
  reset();
  const before = tree();
  await applyToSource(await openWorkbench(options()), { journalDir, runId: 'r' });
  const after = tree();
  const applied = join(top, 'applied');
  const journals = join(top, 'journals');
  cpSync(source, applied, { recursive: true, preserveTimestamps: true });
  cpSync(journalDir, journals, { recursive: true });
  // The moments are those of an apply, all of which are struck above; here every third is enough.
  for (let n = 1; ; n += 3) {
    rmSync(source, { recursive: true });
    rmSync(journalDir, { recursive: true });
    cpSync(applied, source, { recursive: true, preserveTimestamps: true });
    cpSync(journals, journalDir, { recursive: true });
    const killed = killedAt('undo.js', n);
    await recover(journalDir);
    const now = tree();
    if (JSON.stringify(now) !== JSON.stringify(after)) expect(now, `killed at moment ${n}`).toEqual(before);
    else await undoApply(journalDir, { runId: 'r' });
    expect(tree()).toEqual(before);
    if (!killed) break;
  }
}, 240_000);

test('killed while it recovers, again and again, the directory still ends fully changed', async () => {
  reset();
  await applyToSource(await openWorkbench(options()), { journalDir, runId: 'r' });
  const after = tree();
  reset();
  expect(killedAt('apply.js', afterFirstRename())).toBe(true);
  expect(tree()['a.txt']).toBe(after['a.txt']);
  let deaths = 0;
  for (let m = 1; killedAt('recover.js', m); m += 1) deaths += 1;
  expect(deaths).toBeGreaterThan(3);
  expect(await recover(journalDir)).toEqual([]);
  expect(tree()).toEqual(after);
}, 240_000);

test('a file that somebody changed while a transaction lay broken is left as it is', async () => {
  reset();
  await applyToSource(await openWorkbench(options()), { journalDir, runId: 'r' });
  const after = tree();
  reset();
  killedAt('apply.js', afterFirstRename());
  expect(tree()['a.txt']).toBe(after['a.txt']);
  writeFileSync(join(source, 'run.sh'), 'mine\n');
  const [done] = await recover(journalDir);
  expect(done).toMatchObject({ outcome: 'completed', left: ['run.sh'] });
  expect(readFileSync(join(source, 'run.sh'), 'utf8')).toBe('mine\n');
  expect(readdirSync(source)).toEqual(['a.txt', 'new', 'run.sh', 'untouched']);
});
