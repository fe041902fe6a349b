import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probe } from '../probe.ts';
import { sandboxOn } from '../open.ts';
import { toolPaths } from '../tool-paths.ts';
import type { ToolPaths } from '../tool-paths.ts';
import type { SandboxCommand, SandboxResult } from '../types.ts';
import { handOver } from '../landlock/handover.ts';
import { makeScratch } from '../landlock/scratch.ts';
import { ownMark } from '../tree.ts';
import { landlock } from './landlock.ts';

const isRoot = process.geteuid?.() === 0;
const NOBODY = 65534;
const obstacle = await landlock.prepare();

describe.skipIf(obstacle)(`rung D${obstacle ? ` (${obstacle.problem})` : ''}`, () => {
  const sandbox = sandboxOn(landlock, { wallMs: 15_000 });
  let base: string;
  let workspace: string;
  let tools: ToolPaths;
  const run = (argv: string[], more: Partial<SandboxCommand> = {}): Promise<SandboxResult> => sandbox.run({ argv, workspace, ...more });
  const sh = (script: string, more: Partial<SandboxCommand> = {}): Promise<SandboxResult> => run(['sh', '-c', script], more);
  const python = (script: string, more: Partial<SandboxCommand> = {}): Promise<SandboxResult> => run(['/usr/bin/python3', '-I', '-c', script], more);
  const folder = (name: string): string => {
    const path = join(base, name);
    mkdirSync(path, { recursive: true });
    return path;
  };

  /** The private folder of a process that was killed, with what it had noted down. */
  const killed = (note: object): string => {
    const namespace = ownMark().split('-').at(-1);
    const scratch = join(tmpdir(), `untilgreen-landlock-${spawnSync('true').pid}-1-${namespace}-test`);
    mkdirSync(join(scratch, 'tmp'), { recursive: true });
    writeFileSync(join(scratch, 'handed-over'), `${JSON.stringify(note)}\n`);
    return scratch;
  };

  beforeAll(async () => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'landlock-test-')));
    workspace = folder('workspace');
    tools = await toolPaths(['node']);
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  test('every canary holds', async () => {
    const { canaries, obstacle } = await probe(landlock);
    expect(canaries.filter(({ ok }) => !ok)).toEqual([]);
    expect(obstacle).toBeUndefined();
  });

  test.each([
    ['true', 0, null],
    ['exit 3', 3, null],
    ['kill -SEGV $$', 139, 'SIGSEGV'],
    ['exec /no/such/program', 127, null],
    ['exec /etc/hosts', 126, null],
  ])('`%s` ends with %s', async (script, exitCode, signal) => {
    expect(await sh(script)).toMatchObject({ status: 'exited', exitCode, signal, rung: 'D' });
  });

  test.each([
    [['no-such-program'], 127],
    [['/etc/hosts'], 126],
  ])('%j ends with %s, as a shell would say it', async (argv, exitCode) => {
    expect(await run(argv)).toMatchObject({ status: 'exited', exitCode, stderr: expect.stringContaining(argv[0] ?? '') });
  });

  test('a working directory that is not there is an error of the sandbox', async () => {
    expect(await run(['touch', 'ran'], { cwd: 'none' })).toMatchObject({ status: 'sandbox_error', error: expect.stringMatching(/did not run: cannot enter .*none/) });
    expect(existsSync(join(workspace, 'ran'))).toBe(false);
  });

  test('loopback that is asked for is refused; without a word the command runs without', async () => {
    expect(await sh('echo ran', { network: 'loopback' })).toMatchObject({ status: 'sandbox_error', stdout: '', error: expect.stringContaining('no loopback') });
    expect(await sh('echo ran', { network: 'none' })).toMatchObject({ status: 'exited', stdout: 'ran\n' });
  });

  test('the dependency step reaches the network, under the same rules for files', async () => {
    const server = createServer((socket) => socket.end('heard'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const script = `import socket; print(socket.create_connection(("127.0.0.1", ${port})).recv(9).decode()); open("/etc/shadow")`;
    const result = await python(script, { network: 'install' });
    server.close();
    expect(result).toMatchObject({ exitCode: 1, stdout: 'heard\n', stderr: expect.stringContaining('PermissionError') });
  });

  test.each([
    ['an abstract socket', 'socket.socket(socket.AF_UNIX)', 'EAFNOSUPPORT'],
    ['a datagram pair, one end of which could send to any socket', 'socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)', 'EPERM'],
    ['a stream pair, which stays with its peer', 'socket.socketpair()', 'done'],
    ['a System V segment by its number', 'ctypes.CDLL(None, use_errno=True).shmat(0, None, 0) + 1 and fail()', 'EPERM'],
    ['a message queue by its number', 'ctypes.CDLL(None, use_errno=True).msgctl(0, 2, None) + 1 and fail()', 'EPERM'],
    ['the limits of the agent', `resource.prlimit(${process.pid}, resource.RLIMIT_NOFILE)`, 'EPERM'],
    ['the priority of the agent', `os.setpriority(os.PRIO_PROCESS, ${process.pid}, 19)`, 'EPERM'],
    ['the keeper', 'os.kill(os.getppid(), 9)', 'EPERM'],
    ['the agent', `os.kill(${process.pid}, 0)`, 'EPERM'],
    ['the environment of the agent', `open("/proc/${process.pid}/environ").read()`, 'EACCES'],
    ['the memory of the agent', `open("/proc/${process.pid}/mem", "rb").read()`, 'EACCES'],
    ['the folder of the agent', `os.listdir("/proc/${process.pid}/cwd/")`, 'EACCES'],
    ['a file outside', `os.open(${JSON.stringify(new URL(import.meta.url).pathname)}, os.O_RDONLY)`, 'EACCES'],
    ['a new file in /tmp', 'open("/tmp/landlock-test-file", "w")', 'EACCES'],
    ['a truncation outside', `os.truncate("/proc/${process.pid}/comm", 0)`, 'EACCES'],
  ])('%s: %s', async (_title, action, expected) => {
    const script = `
import ctypes, errno, os, resource, socket
def fail(): pass
try:
    ${action.includes('CDLL') ? `lib = ctypes.CDLL(None, use_errno=True); r = ${action.replace('ctypes.CDLL(None, use_errno=True)', 'lib').replace(' + 1 and fail()', '')}\n    if r == -1: raise OSError(ctypes.get_errno(), "")` : action}
    print("done")
except OSError as error:
    print(errno.errorcode[error.errno])
`;
    expect((await python(script)).stdout.trim()).toBe(expected);
  });

  test('another program of the same user keeps its environment for itself', async () => {
    const other = spawn('sleep', ['30'], { env: { HUSH: 'secret-of-another' }, stdio: 'ignore' });
    try {
      const result = await sh('cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n" | grep -c secret-of-another');
      expect(result.stdout).toBe('0\n');
    } finally {
      other.kill();
    }
  });

  test('HOME and TMPDIR are private, and gone afterwards', async () => {
    const { stdout } = await sh('echo x > "$TMPDIR/x" && echo y > "$HOME/y" && echo "$TMPDIR"; cd "$TMPDIR"; for i in 1 2 3; do mkdir -p a/b && cd a/b; done; chmod 0 .');
    expect(stdout.trim()).toMatch(/untilgreen-landlock-.*\/tmp$/);
    expect(existsSync(stdout.trim())).toBe(false);
  });

  test('a private folder that grows too much is stopped', async () => {
    const result = await sh('head -c 300M /dev/zero > "$TMPDIR/x"; sleep 5', { limits: { tmpBytes: 32 * 1024 * 1024, fileBytes: 1024 * 1024 * 1024 } });
    expect(result.status).toBe('disk');
  });

  test('pipes can be opened anew', async () => {
    expect(await sh('echo out > /dev/stdout; echo err > /dev/stderr; cat /dev/stdin', { stdin: 'in' })).toMatchObject({ stdout: 'out\nin', stderr: 'err\n' });
  });

  test('where there is a .git it cannot be changed, and nothing comes or goes beside it', async () => {
    const repository = folder('repository');
    mkdirSync(join(repository, '.git'));
    mkdirSync(join(repository, 'src'));
    writeFileSync(join(repository, '.git', 'config'), '[core]\n');
    writeFileSync(join(repository, 'a.txt'), 'a');
    const script = 'cat .git/config; for c in "echo x >> .git/config" "touch .git/hooks" "mv .git git" "ln .git/config src/config" "mv .git/config src/" "touch new" "echo b > a.txt" "touch src/new" "rm src/new"; do (eval "$c") 2>/dev/null && echo "$c"; done; true';
    expect((await sh(script, { workspace: repository })).stdout).toBe('[core]\necho b > a.txt\ntouch src/new\nrm src/new\n');
    expect(readFileSync(join(repository, '.git', 'config'), 'utf8')).toBe('[core]\n');
  });

  test('mounts into the workspace are links for the time of the command, and cannot be written through', async () => {
    const modules = folder('modules');
    writeFileSync(join(modules, 'm'), 'shown');
    mkdirSync(join(workspace, 'node_modules'));
    const result = await sh('cat node_modules/m; echo x > node_modules/m || echo refused', { mounts: [{ source: modules, target: join(workspace, 'node_modules') }] });
    expect(result).toMatchObject({ stdout: 'shownrefused\n' });
    expect(lstatSync(join(workspace, 'node_modules')).isDirectory()).toBe(true);
    rmSync(join(workspace, 'node_modules'), { recursive: true });
  });

  test('a workspace that is said to be elsewhere: words, variables and input are rewritten, and output is written back', async () => {
    const shown = folder('shown');
    writeFileSync(join(shown, 's'), 'seen\n');
    const result = await run(['sh', '-c', 'echo a > /project/a; cat /project/a "$FILE" /opt/shown/s; pwd; cat'], {
      mountAt: '/project', env: { FILE: '/project/a' }, stdin: '/project/b /projects', mounts: [{ source: shown, target: '/opt/shown' }],
    });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'a\na\nseen\n/project\n/project/b /projects' });
    expect(readFileSync(join(workspace, 'a'), 'utf8')).toBe('a\n');
  });

  test('node runs its workers, child processes and WebAssembly', async () => {
    const script = `
      const { Worker } = require('node:worker_threads'); const { fork, execSync } = require('node:child_process');
      if (process.send) { process.send('forked'); process.disconnect(); } else (async () => {
        const worker = await new Promise((k) => new Worker('require("node:worker_threads").parentPort.postMessage("worker")', { eval: true }).once('message', k));
        const { instance } = await WebAssembly.instantiate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
        console.log(worker, instance ? 'wasm' : '', await new Promise((k) => fork(__filename).once('message', k)), execSync('echo exec').toString().trim());
      })();`;
    writeFileSync(join(workspace, 'all.cjs'), script);
    expect(await run([tools.programs.node ?? 'node', 'all.cjs'], { mounts: tools.mounts, env: { PATH: tools.path } })).toMatchObject({ exitCode: 0, stdout: 'worker wasm forked exec\n' });
  });

  test('everything that was started ends with the command', async () => {
    await sh('(setsid sh -c \'trap "" TERM; while :; do date +%N > beat; sleep 0.02; done\' &); while [ ! -s beat ]; do sleep 0.02; done');
    const survivors = spawnSync('sh', ['-c', 'for d in /proc/[0-9]*; do [ "$(readlink $d/cwd)" = "$1" ] && echo $d; done; true', 'sh', workspace], { encoding: 'utf8' });
    expect(survivors.stdout).toBe('');
  });

  describe.skipIf(!isRoot)(`as root${isRoot ? '' : ' (the tests do not run as root)'}`, () => {
    test('the command is neither root nor the owner, and what it makes is given to the owner', async () => {
      const foreign = folder('foreign');
      chownSync(foreign, NOBODY, NOBODY);
      for (const [path, owner] of [[workspace, 0], [foreign, NOBODY]] as const) {
        const result = await sh('id -u; mkdir made; echo x > made/file', { workspace: path });
        expect(Number(result.stdout)).toBeGreaterThanOrEqual(40_000);
        expect([path, join(path, 'made'), join(path, 'made', 'file')].map((at) => [statSync(at).uid, statSync(at).gid])).toEqual(Array.from({ length: 3 }, () => [owner, owner]));
      }
    });

    test('a file with another name outside stays out of reach', async () => {
      const linked = folder('linked');
      const secret = join(base, 'secret');
      writeFileSync(secret, 'kept', { mode: 0o600 });
      spawnSync('ln', [secret, join(linked, 'name')]);
      expect((await sh('echo x > name; cat name; ls name', { workspace: linked })).stdout).toBe('name\n');
      expect(readFileSync(secret, 'utf8')).toBe('kept');
    });

    test('folders that only root may enter let the command through to what it is shown, and no further', async () => {
      const closed = folder('closed');
      mkdirSync(join(closed, 'workspace'));
      writeFileSync(join(closed, 'other'), 'other');
      chmodSync(closed, 0o700);
      const result = await sh('echo in; cat ../other; ls ..', { workspace: join(closed, 'workspace') });
      expect(result).toMatchObject({ stdout: 'in\n', stderr: expect.stringContaining('Permission denied') });
      // Nobody else's way is open.
      expect(spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'ls', join(closed, 'workspace')]).status).not.toBe(0);
    });

    test('such a way is closed again when the agent ends', () => {
      const closed = folder('closed-again');
      mkdirSync(join(closed, 'workspace'));
      chmodSync(closed, 0o700);
      const code = `import { openWay } from ${JSON.stringify(new URL('../landlock/passage.ts', import.meta.url).pathname)};
        import { statSync } from 'node:fs';
        openWay(${JSON.stringify(join(closed, 'workspace'))}, 45678); console.log(statSync(${JSON.stringify(closed)}).mode & 0o777);`;
      const ran = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { encoding: 'utf8' });
      // With an entry for a user the group's bits show the mask.
      expect({ shown: ran.stdout, said: ran.stderr }).toEqual({ shown: `${0o710}\n`, said: '' });
      expect(statSync(closed).mode & 0o777).toBe(0o700);
    });

    test('what a killed agent had handed over is given back, and its private folder removed', async () => {
      const left = folder('left');
      writeFileSync(join(left, 'file'), 'x');
      for (const path of [left, join(left, 'file')]) chownSync(path, 45_678, 45_678);
      const scratch = killed({ folder: left, owner: { uid: NOBODY, gid: NOBODY }, uid: 45_678 });
      await landlock.prepare();
      expect([left, join(left, 'file')].map((at) => [statSync(at).uid, statSync(at).gid])).toEqual([[NOBODY, NOBODY], [NOBODY, NOBODY]]);
      expect(existsSync(scratch)).toBe(false);
    });

    test.each([
      ['a user', { uid: NOBODY, owner: { uid: 0, gid: 0 } }],
      ['a uid of nobody', { uid: 45_678, owner: { uid: 45_679, gid: 45_679 } }],
    ])('a note that is not of this rung, for %s, changes nothing', async (_title, forged) => {
      const other = folder(`forged-${forged.uid}`);
      chownSync(other, forged.uid, forged.uid);
      killed({ folder: other, ...forged });
      await landlock.prepare();
      expect(statSync(other).uid).toBe(forged.uid);
    });

    test('what two processes have in hand is given back by the last, to the owner that the first found', () => {
      const shared = folder('shared');
      writeFileSync(join(shared, 'file'), 'x');
      for (const path of [shared, join(shared, 'file')]) chownSync(path, NOBODY, NOBODY);
      const owner = (): number => statSync(join(shared, 'file')).uid;
      const begin = (): (() => void) => {
        const { notes, remove } = makeScratch(45_678);
        const back = handOver(shared, 45_678, notes);
        return () => [back, remove].forEach((end) => end());
      };
      const code = `import { handOver } from ${JSON.stringify(new URL('../landlock/handover.ts', import.meta.url).pathname)};
        import { makeScratch } from ${JSON.stringify(new URL('../landlock/scratch.ts', import.meta.url).pathname)};
        import { statSync } from 'node:fs';
        const { notes, remove } = makeScratch(45678);
        const back = handOver(${JSON.stringify(shared)}, 45678, notes); back(); remove();
        console.log(statSync(${JSON.stringify(join(shared, 'file'))}).uid);`;
      const end = begin();
      expect(owner()).toBe(45_678);
      expect(spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { encoding: 'utf8' })).toMatchObject({ stdout: '45678\n', stderr: '' });
      end();
      expect(owner()).toBe(NOBODY);
    });

    test('the modes of .git are not for the command to change', async () => {
      const project = folder('with-git');
      mkdirSync(join(project, '.git', 'hooks'), { recursive: true });
      writeFileSync(join(project, '.git', 'hooks', 'pre-commit'), '', { mode: 0o644 });
      const result = await sandbox.run({ argv: ['sh', '-c', 'chmod 777 .git/hooks .git/hooks/pre-commit; cat .git/hooks/pre-commit && echo readable'], workspace: project });
      expect(result).toMatchObject({ exitCode: 0, stdout: 'readable\n', stderr: expect.stringContaining('not permitted') });
      expect(statSync(join(project, '.git', 'hooks', 'pre-commit')).mode & 0o777).toBe(0o644);
    });

    test('shared memory of the command goes with it', async () => {
      const before = readdirSync('/dev/shm');
      const result = await python('import multiprocessing as m\nwith m.Pool(2) as p: print(p.map(abs, [-1, 2]))\nopen("/dev/shm/landlock-test", "w").write("x")');
      expect(result).toMatchObject({ exitCode: 0, stdout: '[1, 2]\n' });
      expect(readdirSync('/dev/shm')).toEqual(before);
    });
  });
});
