import { spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSandbox, sandboxOn } from './open.ts';
import { bwrapAlone } from './rungs/bwrap.ts';
import { bwrapCgroup } from './rungs/bwrap-cgroup.ts';
import { noSandbox } from './rungs/none.ts';
import type { RungBackend } from './rungs/types.ts';
import { toolPaths } from './tool-paths.ts';
import type { ToolPaths } from './tool-paths.ts';
import type { Sandbox, SandboxCommand, SandboxResult } from './types.ts';

const MiB = 1024 * 1024;
const NOBODY = 65534;
const isRoot = process.geteuid?.() === 0;
const obstacleA = await bwrapCgroup.prepare();
const obstacleB = await bwrapAlone.prepare();
// As root, rung B runs for workspaces of others only; everything is there for both owners.
const cases = [
  { title: 'rung A', backend: bwrapCgroup, owner: undefined, obstacle: obstacleA },
  ...(isRoot ? [{ title: 'rung A for another owner', backend: bwrapCgroup, owner: NOBODY, obstacle: obstacleA }] : []),
  { title: 'rung B', backend: bwrapAlone, owner: isRoot ? NOBODY : undefined, obstacle: obstacleB },
];

for (const { title, backend, owner, obstacle } of cases) {
  describe.skipIf(obstacle)(`${title}${obstacle ? ` (${obstacle.problem})` : ''}`, () => {
    const sandbox: Sandbox = sandboxOn(backend, { wallMs: 15_000 });
    let workspace: string;
    let tools: ToolPaths;
    const own = (path: string): string => {
      if (owner !== undefined) chownSync(path, owner, owner);
      return path;
    };
    const file = (name: string, text: string): string => {
      const path = join(workspace, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return own(path);
    };
    const run = (argv: string[], more: Partial<SandboxCommand> = {}): Promise<SandboxResult> => sandbox.run({ argv, workspace, ...more });
    const sh = (script: string, more: Partial<SandboxCommand> = {}): Promise<SandboxResult> => run(['sh', '-c', script], more);
    const python = (script: string, more: Partial<SandboxCommand> = {}): Promise<SandboxResult> => run(['/usr/bin/python3', '-c', script], more);

    beforeAll(async () => {
      workspace = own(realpathSync(mkdtempSync(join(tmpdir(), 'sandbox-test-'))));
      tools = await toolPaths(['node']);
    });
    afterAll(() => rmSync(workspace, { recursive: true, force: true }));

    test.each([
      ['true', 0, null],
      ['exit 3', 3, null],
      ['kill -SEGV $$', 139, 'SIGSEGV'],
      ['exec /no/such/program', 127, null],
      ['exec /etc/hosts', 126, null],
    ])('`%s` ends with %s', async (script, exitCode, signal) => {
      expect(await sh(script)).toMatchObject({ status: 'exited', exitCode, signal, rung: backend.rung });
    });

    test('a program that prints what a launcher would print is still a program', async () => {
      expect(await sh('echo "bwrap: Can\'t mount proc" >&2; exit 1')).toMatchObject({ status: 'exited', exitCode: 1, stderr: "bwrap: Can't mount proc\n" });
    });

    test('the environment is the given one and nothing else', async () => {
      process.env.SANDBOX_TEST_SECRET = 'secret';
      const { stdout } = await sh('env; cat /proc/*/environ /proc/*/cmdline | tr "\\0" "\\n"', { env: { GIVEN: 'a b=c\nd', HOME: '/tmp/elsewhere' } });
      delete process.env.SANDBOX_TEST_SECRET;
      expect(stdout).toContain('GIVEN=a b=c\nd');
      expect(stdout).toContain('HOME=/tmp/elsewhere');
      expect(stdout).not.toContain('SECRET');
      expect(stdout).not.toContain(homedir() === '/root' ? '/root/.cache' : homedir());
    });

    test('argv, standard input and both outputs arrive byte for byte', async () => {
      const words = ['-rf', '--', 'a b', 'ü\n"\'$x`', '', '*', '\\', '-'];
      expect((await run(['/usr/bin/printf', '%s|', ...words])).stdout).toBe(`${words.join('|')}|`);
      expect(await sh('cat; cat /dev/stdin >&2; echo out > /dev/stdout', { stdin: 'ä\0b\n' })).toMatchObject({ stdout: 'ä\0b\nout\n', stderr: 'ä\0b\n' });
      expect((await sh('cat')).stdout).toBe('');
    });

    test('output is heard as it comes', async () => {
      const heard: string[] = [];
      await sh('echo one; sleep 0.1; echo two >&2', { onOutput: (stream, text) => heard.push(`${stream}:${text}`) });
      expect(heard).toEqual(['stdout:one\n', 'stderr:two\n']);
    });

    test('the workspace is written, everything else is not', async () => {
      const script = 'for p in . /tmp /dev/shm / /usr /etc /dev /proc/sys/kernel "$1"; do touch "$p/made" 2>/dev/null && echo "$p"; done; true';
      const { stdout } = await run(['sh', '-c', script, 'sh', homedir()]);
      expect(stdout.split('\n').filter(Boolean)).toEqual(['.', '/tmp', '/dev/shm']);
      expect(existsSync(join(workspace, 'made'))).toBe(true);
      expect(existsSync('/tmp/made')).toBe(false);
      expect(statSync(join(workspace, 'made')).uid).toBe(owner ?? process.geteuid?.());
    });

    test('limits are those of each process', async () => {
      const { stdout } = await sh('cat /proc/self/limits', { limits: { processes: 99, openFiles: 123, fileBytes: MiB, cpuMs: 5000 } });
      expect(stdout).toMatch(/Max processes +99 +99/);
      expect(stdout).toMatch(/Max open files +123 +123/);
      expect(stdout).toMatch(/Max file size +1048576 +1048576/);
      expect(stdout).toMatch(/Max cpu time +5 +6/);
      expect(stdout).toMatch(/Max core file size +0 +0/);
    });

    test('processes are bounded for this command alone', async () => {
      const script = 'import os,time\nn=0\ntry:\n  while n<200:\n    if os.fork()==0: time.sleep(9); os._exit(0)\n    n+=1\nexcept BlockingIOError: pass\nprint(n)';
      const result = await python(script, { limits: { processes: 40 } });
      expect(result).toMatchObject({ status: 'exited', exitCode: 0 });
      expect(Number(result.stdout)).toBeLessThan(41);
      expect(Number(result.stdout)).toBeGreaterThan(30);
    });

    test('time runs out', async () => {
      expect(await sh('trap "" TERM INT; while :; do sleep 1; done', { limits: { wallMs: 300 } })).toMatchObject({ status: 'timeout', exitCode: null, signal: 'SIGKILL' });
    });

    test('the CPU time of a process runs out', async () => {
      expect(await sh('while :; do :; done', { limits: { cpuMs: 1000 } })).toMatchObject({ status: 'timeout', signal: 'SIGXCPU' });
    });

    test('memory runs out for the tree', async () => {
      const result = await python('import mmap,time\nm=mmap.mmap(-1,300<<20)\nfor i in range(0,300<<20,1<<20): m[i:i+(1<<20)]=b"x"*(1<<20)\ntime.sleep(5)', { limits: { memoryBytes: 128 * MiB } });
      expect(result).toMatchObject({ status: 'oom', exitCode: null });
      expect(result.peakMemoryBytes).toBeGreaterThan(100 * MiB);
    });

    test('pages that forked processes share count once', async () => {
      const script = 'import os,time\nx=bytearray(50<<20)\nkids=[os.fork() for _ in range(1)]\nfor _ in range(3):\n  if os.fork()==0: time.sleep(0.4); os._exit(0)\ntime.sleep(0.5)\nprint("done")';
      expect(await python(script, { limits: { memoryBytes: 160 * MiB } })).toMatchObject({ status: 'exited', exitCode: 0 });
    });

    test('a flood of output is cut and ended, its head and tail are kept', async () => {
      const result = await sh('echo first; yes $(printf "\\377")', { limits: { outputBytes: 10_000 } });
      expect(result).toMatchObject({ status: 'output', truncated: { stdout: true, stderr: false } });
      expect(result.stdout).toMatch(/^first\n/);
      expect(result.stdout).toMatch(/bytes left out/);
      expect(result.stdout.length).toBeLessThan(11_000);
    });

    test('long output is cut and the command goes on', async () => {
      const result = await sh('seq 1 10000; exit 4', { limits: { outputBytes: 10_000 } });
      expect(result).toMatchObject({ status: 'exited', exitCode: 4, truncated: { stdout: true } });
      expect(result.stdout).toMatch(/^1\n2\n[^]*left out[^]*9999\n10000\n$/);
    });

    test('the whole output is on disk where that is asked for, and nowhere else', async () => {
      const outputDirectory = join(mkdtempSync(join(tmpdir(), 'sandbox-output-')), 'out');
      const result = await sh('seq 1 10000; printf "\\377" >&2; exit 4', { limits: { outputBytes: 10_000 }, outputDirectory });
      expect(result).toMatchObject({ status: 'exited', exitCode: 4, truncated: { stdout: true, stderr: false }, files: { stdout: { bytes: 48_894, complete: true }, stderr: { bytes: 1, complete: true } } });
      expect(readFileSync(result.files?.stdout.path ?? '', 'utf8').split('\n').length).toBe(10_001);
      expect(readFileSync(result.files?.stderr.path ?? '')).toEqual(Buffer.from([255]));
      const flood = await sh('yes', { limits: { outputBytes: 10_000 }, outputDirectory });
      expect(flood).toMatchObject({ status: 'output', files: { stdout: { bytes: 160_000, complete: false }, stderr: { bytes: 0 } } });
      expect(readdirSync(outputDirectory).sort()).toEqual(['stderr.txt', 'stdout.txt']);
      expect((await sh('true', { cwd: 'no/such/folder', outputDirectory })).status).toBe('sandbox_error');
      expect(readdirSync(outputDirectory)).toEqual([]);
      await expect(sh('true', { outputDirectory: join(workspace, 'out') })).rejects.toMatchObject({ code: 'bad_arguments' });
      rmSync(dirname(outputDirectory), { recursive: true });
    });

    test('a workspace that grows too much is stopped', async () => {
      const result = await sh('i=0; while [ $i -lt 150 ]; do i=$((i+1)); head -c 10485760 /dev/zero > fill$i; done', { limits: { diskBytes: 100 * MiB } });
      for (const name of readdirSync(workspace)) if (name.startsWith('fill')) rmSync(join(workspace, name));
      expect(result.status).toBe('disk');
    });

    test('the private /tmp and shared memory have a size', async () => {
      const { stdout } = await sh('head -c 9000000 /dev/zero > /tmp/x; head -c 99000000 /dev/zero > /dev/shm/x; stat -c %s /tmp/x /dev/shm/x', { limits: { tmpBytes: 4 * MiB } });
      expect(stdout).toBe(`${4 * MiB}\n${64 * MiB}\n`);
    });

    test('background processes end with the command', async () => {
      const result = await sh('(setsid sh -c \'trap "" TERM HUP; while :; do date +%N > beat; sleep 0.05; done\' &) ; sleep 0.3; sleep 60 & echo started');
      expect(result).toMatchObject({ status: 'exited', exitCode: 0, stdout: 'started\n' });
      expect(result.wallMs).toBeLessThan(10_000);
      const beat = readFileSync(join(workspace, 'beat'), 'utf8');
      await sleep(200);
      expect(readFileSync(join(workspace, 'beat'), 'utf8')).toBe(beat);
    });

    test('an abort kills', async () => {
      const abort = new AbortController();
      const pending = sh('echo up; sleep 60', { signal: abort.signal, onOutput: () => abort.abort() });
      expect(await pending).toMatchObject({ status: 'killed', stdout: 'up\n' });
      expect(await sh('echo up', { signal: abort.signal })).toMatchObject({ status: 'killed', stdout: '' });
    });

    test('loopback is the sandbox\'s own', async () => {
      const server = createServer((socket) => socket.end('host'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as { port: number };
      const script = `import socket,threading\ns=socket.create_server(("127.0.0.1",0))\nthreading.Thread(target=lambda:s.accept()[0].sendall(b"inside")).start()\nprint(socket.create_connection(s.getsockname()).recv(9).decode())\ntry:\n  print(socket.create_connection(("127.0.0.1",${port}),1).recv(9))\nexcept OSError as e: print(type(e).__name__)`;
      const { stdout } = await python(script);
      const install = await python(`import socket\nprint(socket.create_connection(("127.0.0.1",${port}),1).recv(9).decode())`, { network: 'install' });
      server.close();
      expect(stdout).toBe('inside\nConnectionRefusedError\n');
      expect(install.stdout).toBe('host\n');
    });

    test('mounts are read-only unless they are writable, and leave no mount point behind', async () => {
      const library = own(mkdtempSync(join(tmpdir(), 'sandbox-library-')));
      chmodSync(library, 0o755);
      writeFileSync(join(library, 'index.js'), 'module.exports = 42');
      const result = await run([tools.programs.node ?? '', '-e', 'console.log(require("lib")); try { require("fs").writeFileSync("node_modules/lib/x", "") } catch (e) { console.log(e.code) }; require("fs").writeFileSync("/opt/out/y", "")'], {
        env: { PATH: tools.path },
        mounts: [...tools.mounts, { source: library, target: join(workspace, 'node_modules/lib') }, { source: library, target: '/opt/out', writable: true }],
      });
      expect(result).toMatchObject({ stdout: '42\nEROFS\n', stderr: '', exitCode: 0 });
      expect(existsSync(join(library, 'y'))).toBe(true);
      expect(existsSync(join(workspace, 'node_modules'))).toBe(false);
      rmSync(library, { recursive: true });
    });

    test('.git cannot be written, a link in its place is not followed', async () => {
      const git = join(workspace, '.git');
      own((mkdirSync(git), git));
      expect((await sh('touch .git/x; mv .git away; rm -rf .git; ls -d .git')).stdout).toBe('.git\n');
      rmSync(git, { recursive: true });
      symlinkSync('/etc', git);
      expect((await sh('ls .git/shadow')).exitCode).not.toBe(0);
      expect(lstatSync(git).isSymbolicLink()).toBe(true);
      rmSync(git);
    });

    test.each(['a b', 'ü-漢', '-rf', 'new\nline', '--bind', "q'\"$(x)"])('a workspace may be called %j', async (name) => {
      const odd = join(workspace, name);
      own((mkdirSync(odd), odd));
      expect(await sandbox.run({ argv: ['sh', '-c', 'pwd; echo x > made'], workspace: odd })).toMatchObject({ stdout: `${odd}\n`, exitCode: 0 });
      expect(existsSync(join(odd, 'made'))).toBe(true);
      expect((await sh('pwd', { cwd: name })).stdout).toBe(`${odd}\n`);
    });

    test('the workspace appears where it is asked to', async () => {
      expect((await sh('pwd; cat probe', { mountAt: '/workspace', stdin: file('probe', 'here\n') })).stdout).toBe('/workspace\nhere\n');
    });

    test('a listener of the host in the workspace is refused', async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(join(workspace, 'live.sock'), resolve));
      const result = await sh('echo ran > ran-with-socket');
      server.close();
      expect(result).toMatchObject({ status: 'sandbox_error', exitCode: null, error: expect.stringContaining('live.sock') });
      expect(existsSync(join(workspace, 'ran-with-socket'))).toBe(false);
    });

    test.each(['createServer', 'unix datagram'])('a listener of the host in a read-only mount is refused (%s)', async (kind) => {
      const shared = own(mkdtempSync(join(tmpdir(), 'sandbox-shared-')));
      chmodSync(shared, 0o755);
      mkdirSync(join(shared, 'deep'));
      symlinkSync(shared, `${shared}-link`);
      const path = join(`${shared}-link`, 'deep', 'live.sock');
      const program = `import socket,sys\ns=socket.socket(socket.AF_UNIX, socket.SOCK_${kind === 'createServer' ? 'STREAM' : 'DGRAM'})\ns.bind(sys.argv[1])\n${kind === 'createServer' ? 's.listen()\n' : ''}print("up",flush=True)\nsys.stdin.read()`;
      const host = spawn('/usr/bin/python3', ['-c', program, path], { stdio: ['pipe', 'pipe', 'inherit'] });
      await new Promise((resolve) => host.stdout.once('data', resolve));
      const mounts = [{ source: shared, target: '/opt/shared' }];
      const refused = await sh('true', { mounts });
      host.stdin.end();
      await new Promise((resolve) => host.once('exit', resolve));
      expect(refused).toMatchObject({ status: 'sandbox_error', error: expect.stringContaining(join(shared, 'deep', 'live.sock')) });
      expect(await sh('echo fine', { mounts })).toMatchObject({ stdout: 'fine\n' });
      for (const made of [`${shared}-link`, shared]) rmSync(made, { recursive: true });
    });

    test('a listener of the host in a writable mount is refused, a socket that nobody listens on is not', async () => {
      const shared = own(mkdtempSync(join(tmpdir(), 'sandbox-shared-')));
      chmodSync(shared, 0o755);
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(join(shared, 'live.sock'), resolve));
      const mounts = [{ source: shared, target: '/opt/shared', writable: true }];
      const refused = await sh('echo ran > ran-with-mount', { mounts });
      await new Promise<unknown>((resolve) => server.close(resolve));
      expect(refused).toMatchObject({ status: 'sandbox_error', error: expect.stringContaining('live.sock') });
      expect(existsSync(join(workspace, 'ran-with-mount'))).toBe(false);
      const made = await sh('/usr/bin/python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\'/opt/shared/dead.sock\')"', { mounts });
      expect([made, await sh('echo fine', { mounts })]).toMatchObject([{ exitCode: 0 }, { stdout: 'fine\n' }]);
      rmSync(shared, { recursive: true });
    });

    test('a sandbox that cannot be set up is an error of its own and the command does not run', async () => {
      const result = await sh('touch ran-anyway', { mounts: [{ source: '/usr', target: '/usr/not/there' }] });
      expect(result).toMatchObject({ status: 'sandbox_error', exitCode: null, error: expect.stringContaining('did not run') });
      expect(existsSync(join(workspace, 'ran-anyway'))).toBe(false);
    });

    test('a command line that the kernel refuses is an error of its own', async () => {
      expect(await run(['echo', 'x'.repeat(4 * MiB)])).toMatchObject({ status: 'sandbox_error', exitCode: null, error: expect.stringContaining('E2BIG') });
      const long = 'v'.repeat(100_000); // more than a pipe holds
      expect(await sh('echo ${#LONG}', { env: { LONG: long } })).toMatchObject({ stdout: '100000\n' });
    });

    test('node runs its tests inside', async () => {
      file('t.test.js', 'const t=require("node:test");t("a",()=>{});t("b",async()=>{const r=await fetch(await new Promise(k=>{const s=require("http").createServer((q,a)=>{a.setHeader("connection","close");a.end("x");s.close()}).listen(0,()=>k("http://localhost:"+s.address().port))}));require("assert").equal(await r.text(),"x")})');
      expect(await run([tools.programs.node ?? '', '--test', '--test-reporter=tap', 't.test.js'], { env: { PATH: tools.path }, mounts: tools.mounts })).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('# pass 2') });
    });
  });
}

test.skipIf(obstacleA && obstacleB)('nothing is left behind', () => {
  const groups = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'].filter(existsSync).flatMap((directory) => readdirSync(directory)).filter((name) => name.startsWith(`untilgreen-${process.pid}-`));
  expect(groups).toEqual([]);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('sandbox-test-');
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`untilgreen-fifo-${process.pid}-`) || name.startsWith(`untilgreen-input-${process.pid}-`))).toEqual([]);
});

test.skipIf(!isRoot || obstacleB)('rung B refuses a workspace of root', async () => {
  const workspace = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  expect(await sandboxOn(bwrapAlone).run({ argv: ['touch', 'x'], workspace })).toMatchObject({ status: 'sandbox_error', error: expect.stringContaining('root') });
  expect(readdirSync(workspace)).toEqual([]);
  rmSync(workspace, { recursive: true });
});

describe('opening', () => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'sandbox-cache-'));
  afterAll(() => rmSync(cacheDir, { recursive: true }));

  test.skipIf(obstacleA && (isRoot || obstacleB))('finds a rung whose canaries hold and remembers it', async () => {
    const sandbox = await openSandbox({ cacheDir });
    expect(sandbox.guarantees).toMatchObject({ network: 'none', processes: 'hard', filesystem: 'private view' });
    const { canaries } = JSON.parse(readFileSync(join(cacheDir, `sandbox-${sandbox.guarantees.rung}.json`), 'utf8')) as { canaries: { ok: boolean }[] };
    expect(canaries.length).toBeGreaterThan(15);
    expect(canaries.every(({ ok }) => ok)).toBe(true);
  });

  test('impossible limits are refused before anything is probed', async () => {
    await expect(openSandbox({ cacheDir, limits: { wallMs: -1 } })).rejects.toMatchObject({ code: 'bad_arguments' });
  });

  test('without a usable rung it refuses and names the way out of each', async () => {
    const without: RungBackend = { ...bwrapCgroup, prepare: async () => ({ problem: 'bubblewrap is not installed', next: 'Install it: `apt-get install bubblewrap`.' }) };
    await expect(openSandbox({ cacheDir: join(cacheDir, 'other') }, [without])).rejects.toMatchObject({
      code: 'no_sandbox',
      exitCode: 7,
      message: expect.stringMatching(/rung A: bubblewrap is not installed.*Install it: `apt-get install bubblewrap`/),
    });
    await expect(openSandbox({ cacheDir, minRung: 'A' }, [{ ...without, rung: 'B' }])).rejects.toMatchObject({ code: 'no_sandbox' });
  });

  const sound = isRoot ? bwrapCgroup : bwrapAlone;
  test.skipIf(isRoot ? obstacleA : obstacleB).each<[string, string, (command: SandboxCommand) => SandboxCommand]>([
    ['a file of the host', 'hostFile', (command) => ({ ...command, mounts: [...(command.mounts ?? []), { source: dirname(command.workspace), target: dirname(command.workspace) }] })],
    ['the network of the host', 'network', (command) => ({ ...command, network: 'install' })],
    ['a variable of ours', 'environment', (command) => ({ ...command, env: { ...command.env, [command.argv.at(-1) ?? '']: 'x' } })],
    ['a folder outside to write in', 'outsideWrite', (command) => ({ ...command, mounts: command.mounts?.map((mount) => ({ ...mount, writable: !mount.source.startsWith('/usr') })) })],
  ])('a rung that shows %s is not used', async (_title, canary, leak) => {
    const leaky: RungBackend = { ...sound, run: (command, limits) => sound.run(leak(command), limits) };
    await expect(openSandbox({ cacheDir: join(cacheDir, canary) }, [leaky])).rejects.toMatchObject({ code: 'no_sandbox', message: expect.stringContaining(`does not hold: ${canary}`) });
    expect(existsSync(join(cacheDir, canary))).toBe(false);
  });

  test.skipIf(isRoot ? obstacleA : obstacleB)('a rung whose launcher fails is not used', async () => {
    const broken: RungBackend = { ...sound, run: (command, limits) => sound.run({ ...command, cwd: 'no/such/folder' }, limits) };
    await expect(openSandbox({ cacheDir: join(cacheDir, 'broken') }, [broken])).rejects.toMatchObject({ code: 'no_sandbox', message: expect.stringContaining('does not start') });
  });

  test('mode none runs plainly and says so', async () => {
    const workspace = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
    const sandbox = await openSandbox({ mode: 'none', cacheDir });
    expect(sandbox.guarantees.rung).toBe('none');
    const library = mkdtempSync(join(tmpdir(), 'sandbox-library-'));
    const mounts = [{ source: library, target: join(realpathSync(workspace), 'node_modules') }];
    process.env.SANDBOX_TEST_SECRET = 'secret';
    const result = await sandbox.run({ argv: ['sh', '-c', 'env; readlink node_modules; exit 3'], workspace, mounts });
    delete process.env.SANDBOX_TEST_SECRET;
    expect(result).toMatchObject({ status: 'exited', exitCode: 3, rung: 'none' });
    expect(result.stdout).toContain(library);
    expect(result.stdout).not.toContain('SECRET');
    expect(readdirSync(workspace)).toEqual([]);
    expect(await noSandbox.run({ argv: ['sleep', '60'], workspace }, { ...(await import('./limits.ts')).resolveLimits({ wallMs: 200 }) })).toMatchObject({ status: 'timeout' });
    expect(await sandbox.run({ argv: ['/no/such/program'], workspace })).toMatchObject({ status: 'exited', exitCode: 127 });
    for (const path of [workspace, library]) rmSync(path, { recursive: true });
  });
});
