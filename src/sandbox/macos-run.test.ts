import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { resolveLimits } from './limits.ts';
import { superviseFamily } from './macos-run.ts';
import { limitedWords, macos } from './rungs/macos.ts';
import type { Limits, SandboxCommand, SandboxResult } from './types.ts';

// The supervision of rung M on whatever system this is, without its launcher: the commands here are the test's own.
const root = realpathSync(mkdtempSync(join(tmpdir(), 'family-')));
afterAll(() => rmSync(root, { recursive: true }));
const PROCESSES = 1_000_000; // the user's other processes are not the test's business

function sh(script: string, limits: Partial<Limits> = {}, more: Partial<SandboxCommand> = {}): Promise<SandboxResult> {
  const all = resolveLimits({ wallMs: 20_000, processes: PROCESSES }, limits);
  return superviseFamily({ rung: 'M', argv: limitedWords({ argv: ['/bin/sh', '-c', script] }, all, 0), cwd: root, env: { PATH: '/usr/bin:/bin' }, root }, more, all);
}

test.skipIf(process.platform === 'darwin')('elsewhere it says what it needs', async () => {
  expect(await macos.prepare()).toMatchObject({ problem: expect.stringContaining('needs macOS') });
});

test.each([
  ['exit 3', { status: 'exited', exitCode: 3, signal: null }],
  ['kill -SEGV $$', { status: 'exited', exitCode: 139, signal: 'SIGSEGV' }],
  ['cat; echo err >&2', { status: 'exited', exitCode: 0, stdout: 'in', stderr: 'err\n' }],
])('`%s`', async (script, expected) => expect(await sh(script, {}, { stdin: 'in' })).toMatchObject({ ...expected, rung: 'M' }));

test('limits of each process are set', async () => {
  const { stdout } = await sh('ulimit -n; ulimit -f; ulimit -t; ulimit -c', { openFiles: 99, fileBytes: 1024 * 1024, cpuMs: 5_000 });
  expect(stdout).toBe('99\n2048\n5\n0\n') // dash counts files in blocks of 512 bytes;
});

test('a limit that cannot be set is an error, and the command does not run', async () => {
  const result = await sh('echo x > ran', { openFiles: 2 ** 40 });
  expect(result).toMatchObject({ status: 'sandbox_error', exitCode: null, error: expect.stringContaining('did not run') });
  expect(readdirSync(root)).toEqual([]);
});

test('a launcher that is not there is an error', async () => {
  const all = resolveLimits();
  expect(await superviseFamily({ rung: 'M', argv: ['/no/such/launcher'], cwd: root, env: {}, root }, {}, all)).toMatchObject({ status: 'sandbox_error', error: expect.stringContaining('ENOENT') });
});

test('time runs out, and a daemon ends too that was seen before its parent left it', async () => {
  const beat = join(root, 'beat');
  const result = await sh(`perl -MPOSIX -e 'if (!fork) { POSIX::setsid(); $SIG{TERM} = "IGNORE"; while (1) { open F, ">", "beat"; print F rand; close F; select undef, undef, undef, 0.02 } } sleep 1'; sleep 30`, { wallMs: 1_500 });
  expect(result).toMatchObject({ status: 'timeout', exitCode: null, signal: 'SIGKILL' });
  await sleep(100);
  const before = readFileSync(beat, 'utf8');
  await sleep(200);
  expect(readFileSync(beat, 'utf8')).toBe(before);
  rmSync(beat);
});

test('memory of the whole family runs out', async () => {
  const hog = `python3 -c 'import time; x = bytearray(60 << 20); time.sleep(20)'`;
  expect(await sh(`${hog} & ${hog} & ${hog} & wait`, { memoryBytes: 100 * 1024 * 1024 })).toMatchObject({ status: 'oom' });
});

test('a flood of output is ended', async () => {
  expect(await sh('yes', { outputBytes: 10_000 })).toMatchObject({ status: 'output', truncated: { stdout: true } });
});

test('the whole output is kept on disk, and taken away where nothing ran', async () => {
  const kept = join(root, 'kept');
  expect(await sh('echo out; echo err >&2', {}, { outputDirectory: kept })).toMatchObject({ files: { stdout: { bytes: 4, complete: true } } });
  expect(readFileSync(join(kept, 'stderr.txt'), 'utf8')).toBe('err\n');
  await sh('true', { openFiles: 2 ** 40 }, { outputDirectory: kept });
  expect(readdirSync(kept)).toEqual([]);
});

test('an abort kills', async () => {
  const abort = new AbortController();
  expect(await sh('echo up; sleep 30', {}, { signal: abort.signal, onOutput: () => abort.abort() })).toMatchObject({ status: 'killed', stdout: 'up\n' });
});
