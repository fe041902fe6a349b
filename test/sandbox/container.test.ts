import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findEngine } from '../../src/sandbox/container/detect.ts';
import { ask } from '../../src/sandbox/container/engine.ts';
import type { Engine } from '../../src/sandbox/container/engine.ts';
import { nextName, reapStale } from '../../src/sandbox/container/names.ts';
import { runContainer } from '../../src/sandbox/container/run.ts';
import { resolveLimits } from '../../src/sandbox/limits.ts';
import { openSandbox } from '../../src/sandbox/open.ts';
import { probe } from '../../src/sandbox/probe.ts';
import { container } from '../../src/sandbox/rungs/container.ts';
import type { Limits, SandboxCommand, SandboxResult } from '../../src/sandbox/types.ts';

const MiB = 1024 * 1024;
const EXPECTED = (process.env.UNTILGREEN_EXPECT_RUNGS ?? '').split(',').includes('C');
const DRIVER = fileURLToPath(new URL('./drive.ts', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url));
const found = await findEngine();
const obstacle = 'engine' in found ? undefined : found;
/** Names begin alike for all that one process makes. */
const familyOf = (pid: number): string => nextName().replace(/^(untilgreen-\w+-).*/, `$1${pid}-`);

describe.skipIf(obstacle && !EXPECTED)(`containers${obstacle ? ` (not measured: ${obstacle.problem})` : ''}`, () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'sandbox-container-')));
  const workspace = join(base, 'workspace');
  const { engine, image } = found as { engine: Engine; image: string };
  const run = (argv: string[], more: Partial<SandboxCommand> = {}, limits: Partial<Limits> = {}, by = engine): Promise<SandboxResult> =>
    runContainer(by, image, { argv, workspace, ...more }, resolveLimits({ wallMs: 20_000, ...limits }));
  const sh = (script: string, more: Partial<SandboxCommand> = {}, limits: Partial<Limits> = {}): Promise<SandboxResult> => run(['sh', '-c', script], more, limits);
  const named = async (prefix: string): Promise<string[]> => (await ask(engine, ['ps', '--all', '--format', '{{.Names}}'])).stdout.split('\n').filter((name) => name.startsWith(prefix));
  /** What is still there, once that is nothing or it has taken too long. */
  const lastly = async <T>(look: () => T[] | Promise<T[]>): Promise<T[]> => {
    for (let tries = 0; tries < 100 && (await look()).length > 0; tries += 1) await sleep(100);
    return look();
  };

  beforeAll(async () => {
    if (obstacle) throw new Error(obstacle.problem);
    mkdirSync(workspace);
    await container.prepare();
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  test('all canaries hold', async () => {
    const { canaries, obstacle: refused } = await probe(container);
    expect(refused).toBeUndefined();
    expect(canaries.length).toBeGreaterThan(10);
  });

  test('another image is probed anew', async () => {
    const cacheDir = join(base, 'cache');
    const remembered = (): string => readFileSync(join(cacheDir, 'sandbox-C.json'), 'utf8');
    await openSandbox({ cacheDir }, [container]);
    const [before, , after] = [remembered(), await openSandbox({ cacheDir }, [{ ...container, restsOn: () => 'another' }]), remembered()];
    expect(JSON.parse(after)).toMatchObject({ key: expect.not.stringMatching((JSON.parse(before) as { key: string }).key) });
  });

  test.each([0, 1, 125, 126, 127])('a program that ends with %i is not an engine that fails', async (exitCode) => {
    expect(await sh(`echo out; echo err >&2; exit ${exitCode}`)).toMatchObject({ status: 'exited', exitCode, stdout: 'out\n', stderr: 'err\n', rung: 'C' });
  });

  test.each([
    ['a signal of its own', ['sh', '-c', 'kill -SEGV $$'], { exitCode: 139, signal: 'SIGSEGV', stderr: '' }],
    ['no such program', ['/no/such/program'], { exitCode: 127 }],
    ['a program of the host below /usr is the image’s own', ['/usr/no/such/folder/python3', '-c', 'print(1)'], { exitCode: 0, stdout: '1\n' }],
    ['words byte for byte', ['printf', '%s|', '-rf', 'a b', 'ü\n"\'$x`', '', '\\'], { exitCode: 0, stdout: '-rf|a b|ü\n"\'$x`||\\|' }],
  ])('%s', async (_title, argv, expected) => {
    expect(await run(argv)).toMatchObject({ status: 'exited', ...expected });
  });

  test('an image that is not there is an error, nothing is fetched and nothing runs', async () => {
    const result = await runContainer(engine, 'localhost/untilgreen-no-such-image', { argv: ['touch', 'ran'], workspace }, resolveLimits());
    expect(result).toMatchObject({ status: 'sandbox_error', exitCode: null, error: expect.stringMatching(/did not run: .*untilgreen-no-such-image/s) });
    expect(existsSync(join(workspace, 'ran'))).toBe(false);
  });

  test.each([
    ['--memory', /did not run: untilgreen: the memory limit of \d+ bytes does not hold/],
    ['--pids-limit', /did not run: untilgreen: the limit of \d+ processes does not hold/],
  ])('an engine that ignores %s is refused, the command does not run', async (flag, error) => {
    // As a rootless engine does where cgroups are version 1: the option is taken, and nothing is limited.
    const deaf = join(base, 'deaf');
    writeFileSync(deaf, `#!/bin/bash\nfor word; do case $word in ${flag}=*${flag === '--memory' ? '|--memory-swap=*' : ''}) ;; *) words+=("$word") ;; esac; done\nexec ${engine.program} "\${words[@]}"\n`, { mode: 0o755 });
    const result = await run(['touch', 'ran'], {}, {}, { ...engine, program: deaf });
    expect(result).toMatchObject({ status: 'sandbox_error', error: expect.stringMatching(error) });
    expect(existsSync(join(workspace, 'ran'))).toBe(false);
  });

  test('standard input is a file that can be opened again', async () => {
    expect(await sh('cat; cat /dev/stdin >&2', { stdin: 'ä\0b' })).toMatchObject({ stdout: 'ä\0b', stderr: 'ä\0b' });
  });

  test('a word that no program can be given is an error of its own', async () => {
    expect(await run(['echo', 'x'.repeat(4 * MiB)])).toMatchObject({ status: 'sandbox_error', error: expect.stringContaining('E2BIG') });
  });

  test('a command that says itself that it ended, and stops the clock, does not outlive its time', async () => {
    const pending = sh(`echo "$(sed -n '1s/^mark=\\([^ ]*\\).*/\\1/p' /.untilgreen-script) ended 0 0 - -" >&2; kill -STOP $PPID; sleep 60`, {}, { wallMs: 500 });
    // So that start and end are heard at once, and nobody looks for its first process in between.
    await sleep(100);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_000);
    expect(await pending).toMatchObject({ status: 'timeout', exitCode: null });
    expect(await named(familyOf(process.pid))).toEqual([]);
  });

  test('of a command that is cut short the last look is told', async () => {
    const result = await sh('while :; do :; done', {}, { wallMs: 1_000 });
    expect(result).toMatchObject({ status: 'timeout', exitCode: null });
    expect(result.peakMemoryBytes).toBeGreaterThan(0);
    expect(result.cpuMs).toBeGreaterThan(0);
  });

  test('AF_VSOCK is refused by our profile', async () => {
    expect((await run(['python3', '-c', 'import socket\ntry: socket.socket(40, 1)\nexcept OSError as e: print(e.errno)'])).stdout).toBe('97\n');
  });

  test('what a command used is told, however short it was', async () => {
    const result = await run(['python3', '-c', 'x = bytearray(60 << 20); x[:] = b"x" * len(x)']);
    expect(result.peakMemoryBytes).toBeGreaterThan(60 * MiB);
    expect(result.peakMemoryBytes).toBeLessThan(400 * MiB);
    expect(result.cpuMs).toBeGreaterThan(0);
  });

  test('the host’s folders are there where they are shown, and cannot be changed', async () => {
    const shown = join(base, 'shown');
    mkdirSync(shown);
    writeFileSync(join(shown, 'file'), 'text');
    mkdirSync(join(workspace, '.git'), { recursive: true });
    const { stdout } = await sh(`cat ${shown}/file; for p in ${shown} .git / /usr /etc; do touch $p/made 2>/dev/null && echo $p; done; true`, { mounts: [{ source: shown, target: shown }] });
    rmSync(join(workspace, '.git'), { recursive: true });
    expect(stdout).toBe('text');
  });

  test.each([['loopback', 'refused'], ['install', 'reached']] as const)('a server of the host with network %s is %s', async (network, expected) => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const script = 'import socket, sys\ntry: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5); print("reached")\nexcept OSError: print("refused")';
    const { stdout, error } = await run(['python3', '-c', script, String((server.address() as AddressInfo).port)], { network });
    server.close();
    expect(error).toBeUndefined();
    expect(stdout).toBe(`${expected}\n`);
  });

  test('pytest, hypothesis and node --test pass inside', async () => {
    writeFileSync(join(workspace, 'test_a.py'), 'from hypothesis import given, strategies as st\n@given(st.integers())\ndef test_a(n):\n    assert n + 0 == n\n');
    writeFileSync(join(workspace, 'b.test.js'), 'require("node:test")("b", () => require("node:assert").equal(1, 1));\n');
    expect(await run(['python3', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'test_a.py'])).toMatchObject({ status: 'exited', exitCode: 0, stdout: expect.stringContaining('1 passed') });
    expect(await run(['node', '--test', 'b.test.js'])).toMatchObject({ status: 'exited', exitCode: 0 });
  });

  test('the engine’s client is killed: so is the container', async () => {
    const pending = sh('echo up; sleep 30', { onOutput: () => clientsOf(process.pid).forEach((pid) => process.kill(pid, 'SIGKILL')) });
    expect(await pending).toMatchObject({ status: 'killed', exitCode: null, stdout: 'up\n' });
    expect(await named(familyOf(process.pid))).toEqual([]);
  });

  test('the agent is killed: its container goes with it', async () => {
    const { child, family } = await agent('killed');
    child.kill('SIGKILL');
    expect(await lastly(() => named(family))).toEqual([]);
  });

  test('agent and client are killed together: the next start removes the container', async () => {
    const { child, family } = await agent('both');
    child.kill('SIGSTOP');
    for (const pid of [...guardsOf(child.pid ?? 0), ...clientsOf(child.pid ?? 0)]) process.kill(pid, 'SIGKILL');
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await named(family)).toHaveLength(1);
    expect(await reapStale(engine)).toBeGreaterThan(0);
    expect(await named(family)).toEqual([]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(family))).toEqual([]);
  });

  test('twenty runs, some of them cut short, leave nothing', async () => {
    const ends = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
      if (index % 4 === 0) return (await sh('sleep 20', {}, { wallMs: 300 })).status;
      if (index % 4 === 1) return (await sh('sleep 20', { signal: AbortSignal.timeout(150 * index) })).status;
      return (await sh('true')).status;
    }));
    expect(new Set(ends)).toEqual(new Set(['timeout', 'killed', 'exited']));
    expect(await named(familyOf(process.pid))).toEqual([]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(familyOf(process.pid)))).toEqual([]);
    // The engine's monitor of a container outlives it by a moment.
    expect(await lastly(() => processesWith(familyOf(process.pid)))).toEqual([]);
  });

  /** An agent of its own with a command that runs. */
  async function agent(name: string) {
    const child = spawn(process.execPath, ['--import', 'tsx', DRIVER, 'C', join(base, name), 'run', 'sh', '-c', 'echo up; sleep 60'], { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] });
    let heard = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      heard += String(chunk);
      if (heard.includes('up')) return { child, family: familyOf(child.pid ?? 0) };
    }
    throw new Error(`the agent ended: ${heard}`);
  }
});

/** The pids whose command line holds a text. */
function processesWith(text: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false; // it ended while being looked at
    }
  });
}

/** The engine's clients of an agent, and the shells before them. */
const clientsOf = (agent: number): number[] => processesWith(familyOf(agent)).filter((pid) => words(pid).includes('--rm') && !words(pid).includes('guard'));
const guardsOf = (agent: number): number[] => processesWith(familyOf(agent)).filter((pid) => words(pid).includes('guard'));
const words = (pid: number): string[] => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
