import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { thisProcess } from '../store/process-identity.ts';
import { undoApply } from '../workspace/undo.ts';
import { runTool } from './registry.ts';
import { openToolSession, type ToolSession } from './session.ts';
import type { ToolContext } from './types.ts';

let root: string;
let project: string;
let session: ToolSession;
const open = async (more: Partial<Parameters<typeof openToolSession>[0]> = {}) => {
  const config = await loadConfig({ directory: project, env: { PATH: process.env.PATH, HOME: root, UNTILGREEN_HOME: join(root, 'home'), XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? root, '.cache') }, cwd: project });
  return openToolSession({ directory: project, config, ...more });
};
beforeEach(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-session-')));
  project = join(root, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'a.py'), 'x = 1\n');
  writeFileSync(join(project, 'b.py'), 'y = 1\n');
  // Times of files that were just made prove nothing, and the copy would not be kept.
  execFileSync('sleep', ['0.1']);
  session = await open();
});
afterEach(async () => {
  await session.close();
  rmSync(root, { recursive: true, force: true });
});

const text = (path: string) => readFileSync(join(project, path), 'utf8');
const write = (path: string, content: string) => (context: ToolContext) => runTool('file_write', { path, content }, context);
const read = (path: string) => async (context: ToolContext) => ({ ok: true, text: (await context.bench.readText(path)).text, copy: statSync(join(context.bench.root, path)).ino, at: (await context.bench.list()).length });

describe('what becomes of the directory', () => {
  it('takes a change over when the work is ok, and undo takes it back', async () => {
    const result = await session.work(write('a.py', 'x = 2\n'));
    expect(result).toMatchObject({ ok: true, run: expect.stringMatching(/^tool-\d{8}-\d{6}-/), applied: [{ path: 'a.py', kind: 'modified', merged: false }] });
    expect(text('a.py')).toBe('x = 2\n');
    await undoApply(join(root, 'home/journals'), { runId: result.run! });
    expect(text('a.py')).toBe('x = 1\n');
  });

  it('applies all files of one work as one transaction', async () => {
    const result = await session.work(async (context) => {
      await runTool('file_write', { path: 'a.py', content: 'x = 3\n' }, context);
      await runTool('delete_file', { path: 'b.py' }, context);
      return { ok: true };
    });
    expect(result.applied).toMatchObject([{ path: 'a.py', kind: 'modified' }, { path: 'b.py', kind: 'deleted' }]);
    await undoApply(join(root, 'home/journals'), { directory: project });
    expect([text('a.py'), text('b.py')]).toEqual(['x = 1\n', 'y = 1\n']);
  });

  it.each<[string, (context: ToolContext) => Promise<{ ok: boolean }>, unknown]>([
    ['is not ok', async (context) => ({ ...(await write('a.py', 'x = 9\n')(context)), ok: false }), { ok: false }],
    ['throws', async (context) => { await write('a.py', 'x = 9\n')(context); throw new RangeError('stop'); }, 'stop'],
  ])('writes nothing when the work %s', async (_title, work, expected) => {
    const result: unknown = await session.work(work).catch((error: Error) => error.message);
    if (typeof expected === 'string') expect(result).toBe(expected);
    else expect(result).toMatchObject(expected as object);
    expect(text('a.py')).toBe('x = 1\n');
    // The next work finds nothing of it either.
    expect(await session.work(read('a.py'))).toMatchObject({ text: 'x = 1\n' });
    expect(existsSync(join(root, 'home/journals'))).toBe(false);
  });

  it('writes nothing when the same line was changed elsewhere meanwhile, and says which', async () => {
    const work = session.work(async (context) => {
      const result = await write('a.py', 'x = 2\n')(context);
      writeFileSync(join(project, 'a.py'), 'x = 7\n');
      return result;
    });
    await expect(work).rejects.toMatchObject({ code: 'conflict', data: { files: [{ path: 'a.py' }] } });
    expect(text('a.py')).toBe('x = 7\n');
  });

  it('writes nothing once it was cancelled, the work ahead of it in the queue finished', async () => {
    const stop = new AbortController();
    const first = session.work(write('b.py', 'y = 2\n'));
    const second = session.work(write('a.py', 'x = 2\n'), { signal: stop.signal });
    stop.abort();
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    expect(await first).toMatchObject({ ok: true });
    expect([text('a.py'), text('b.py')]).toEqual(['x = 1\n', 'y = 2\n']);
  });
});

describe('each work sees the directory as it is now', () => {
  it('keeps the copy while nothing changed, also when a command ran in it', async () => {
    const first = await session.work(read('a.py'));
    expect(await session.work(read('a.py'))).toMatchObject({ copy: first.copy });
    await session.work((context) => runTool('shell', { command: 'echo 9 > b.py' }, context));
    expect(await session.work(read('a.py'))).toMatchObject({ copy: first.copy });
    expect(readdirSync(join(root, 'home/tools'))).toHaveLength(1);
  });

  it('keeps the copy after its own change to a file that was there, and counts later changes from it', async () => {
    const first = await session.work(read('b.py'));
    const changed = await session.work(write('a.py', 'x = 2\n'));
    expect(await session.work(read('b.py'))).toMatchObject({ copy: first.copy });
    const again = await session.work(write('a.py', 'x = 3\n'));
    expect(again.applied).toMatchObject([{ path: 'a.py', kind: 'modified', merged: false }]);
    expect(await session.work(write('b.py', 'y = 3\n'))).toMatchObject({ applied: [{ path: 'b.py' }] });
    // What a command leaves behind is taken back to the last change, not to the first copy.
    await session.work((context) => runTool('shell', { command: 'echo 9 > a.py' }, context));
    expect(await session.work(read('a.py'))).toMatchObject({ text: 'x = 3\n' });
    expect(await session.work(read('b.py'))).toMatchObject({ copy: expect.any(Number), text: 'y = 3\n' });
    for (const { run } of [again, changed]) await undoApply(join(root, 'home/journals'), { runId: run! });
    expect(await session.work(read('a.py'))).toMatchObject({ text: 'x = 1\n' });
  });

  it('makes the copy anew when a file that it changed is changed by another at once', async () => {
    await session.work(write('a.py', 'x = 2\n'));
    writeFileSync(join(project, 'a.py'), 'x = 8\n');
    expect(await session.work(read('a.py'))).toMatchObject({ text: 'x = 8\n' });
    await session.work(write('a.py', 'x = 4\n'));
    writeFileSync(join(project, 'b.py'), 'y = 8\n');
    expect(await session.work(read('b.py'))).toMatchObject({ text: 'y = 8\n' });
    expect(await session.work(write('new.py', 'z = 1\n'))).toMatchObject({ applied: [{ path: 'new.py', kind: 'added' }] });
    expect(await session.work(read('new.py'))).toMatchObject({ text: 'z = 1\n', at: 3 });
  });

  it.each<[string, () => void, string, string]>([
    ['a file was rewritten with another text of equal length', () => writeFileSync(join(project, 'a.py'), 'x = 5\n'), 'a.py', 'x = 5\n'],
    ['a file was made', () => writeFileSync(join(project, 'c.py'), 'z = 1\n'), 'c.py', 'z = 1\n'],
    ['a file was replaced by another one', () => execFileSync('mv', ['b.py', 'a.py'], { cwd: project }), 'a.py', 'y = 1\n'],
    ['a file was rewritten and given its old times', () => execFileSync('sh', ['-c', 'touch -r a.py t; echo "x = 6" > a.py; touch -r t a.py; rm t'], { cwd: project }), 'a.py', 'x = 6\n'],
  ])('after %s', async (_title, change, path, expected) => {
    await session.work(read('a.py'));
    await session.work(read('a.py'));
    change();
    expect(await session.work(read(path))).toMatchObject({ text: expected });
  });

  it('after a file was made an ignored one', async () => {
    expect(await session.work(read('a.py'))).toMatchObject({ at: 2 });
    writeFileSync(join(project, '.gitignore'), 'b.py\n');
    mkdirSync(join(project, '.git'));
    expect(await session.work(read('a.py'))).toMatchObject({ at: 2 }); // .gitignore in place of b.py
    expect(await session.work((context) => runTool('search', { pattern: 'y = ' }, context))).toMatchObject({ data: { matches: [] } });
  });

  it('after its own change', async () => {
    await session.work(write('a.py', 'x = 2\n'));
    expect(await session.work(read('a.py'))).toMatchObject({ text: 'x = 2\n' });
    expect(await session.work(write('a.py', 'x = 3\n'))).toMatchObject({ ok: true });
    expect(text('a.py')).toBe('x = 3\n');
  });

  it('what a command left in the copy is gone for the next one', async () => {
    const command = await session.work((context) => runTool('shell', { command: 'echo 9 > a.py; echo 1 > made; mkdir -p d/e' }, context));
    expect(command).toMatchObject({ ok: true, data: { status: 'exited', exitCode: 0, reverted: ['a.py', 'made'] } });
    expect(await session.work((context) => runTool('shell', { command: 'ls; cat a.py' }, context))).toMatchObject({ data: { stdout: 'a.py\nb.py\nx = 1\n' } });
    expect(readdirSync(project)).toEqual(['a.py', 'b.py']);
  });

  it('what a test run writes is not taken over', async () => {
    const result = await session.work((context) => runTool('run_tests', { command: 'echo 9 > a.py; echo 1 > made' }, context));
    expect(result).toMatchObject({ ok: true, data: { passed: true } });
    expect(result.applied).toBeUndefined();
    expect(readdirSync(project)).toEqual(['a.py', 'b.py']);
    expect(text('a.py')).toBe('x = 1\n');
  });
});

it('removes the copies of processes that were killed, and no others', async () => {
  const { pid } = spawnSync('true');
  const owners = { dead: { ...thisProcess(), pid }, recycled: { ...thisProcess(), started: '1' }, mine: thisProcess(), elsewhere: { ...thisProcess(), host: 'elsewhere', pid }, nobody: undefined };
  for (const [name, owner] of Object.entries(owners)) {
    mkdirSync(join(root, 'home/tools', name, 'workbench'), { recursive: true });
    if (owner) writeFileSync(join(root, 'home/tools', name, 'owner.json'), JSON.stringify(owner));
  }
  await session.work(read('a.py'));
  expect(readdirSync(join(root, 'home/tools')).filter((name) => !name.startsWith('tool-'))).toEqual(['elsewhere', 'mine', 'nobody']);
});

it('works one at a time, in the order in which they were asked for', async () => {
  let busy = 0;
  const results = await Promise.all(['1', '2', '3'].map((value) => session.work(async (context) => {
    busy += 1;
    expect(busy).toBe(1);
    const before = (await context.bench.readText('a.py')).text;
    const result = await write('a.py', `${before}x = ${value}\n`)(context);
    busy -= 1;
    return result;
  })));
  expect(results.every((r) => r.ok)).toBe(true);
  expect(text('a.py')).toBe('x = 1\nx = 1\nx = 2\nx = 3\n');
});

it('closing waits for the work, removes the copy, and refuses more', async () => {
  const work = session.work(write('a.py', 'x = 2\n'));
  await session.close();
  await session.close();
  expect(await work).toMatchObject({ ok: true });
  expect(readdirSync(join(root, 'home/tools'))).toEqual([]);
  await expect(session.work(read('a.py'))).rejects.toMatchObject({ code: 'usage' });
});

it.each([
  ['a missing directory', 'nowhere', 'directory_missing'],
  ['a file', 'a.py', 'not_a_directory'],
])('does not open on %s', async (_title, path, code) => {
  await expect(openToolSession({ directory: join(project, path) })).rejects.toMatchObject({ code });
});

it('asks nobody unless it is told whom: what needs an approval is refused', async () => {
  writeFileSync(join(project, 'package.json'), '{"name":"p"}\n');
  const ask = (context: ToolContext) => runTool('add_dependency', { name: 'left-pad' }, context);
  expect(await session.work(ask)).toMatchObject({ ok: false, code: 'approval_needed' });
  const asked = await open({ approve: async () => ({ answer: 'denied' }) });
  expect(await asked.work(ask)).toMatchObject({ ok: false, code: 'dependency_refused' });
  await asked.close();
});
