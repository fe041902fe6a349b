import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, lstatSync, mkdirSync, mkdtempSync, openSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reapStale } from '../../src/sandbox/pipes.ts';
import type { Outcome } from './arena.ts';
import { casesOn } from './cases.ts';

// Rung D where it belongs: in a container as Docker makes it by default, without user namespaces, under its system call filter, with the
// capabilities it leaves to root. A daemon of the test's own, without network; the image is a handful of empty folders, in which
// this machine's /usr appears.
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
/** Installs packages from a registry first: nothing in the container does. */
const WITHOUT = 41;
/** Nobody's on this machine either: the kernel counts the processes of a uid wherever they run. */
const SOMEONE = 23_456;
/** Longest time for all cases of one user, in milliseconds. */
const ALL_CASES_MS = 400_000;

const base = mkdtempSync(join(tmpdir(), 'landlock-docker-'));
const socket = `unix://${join(base, 'd.sock')}`;
const docker = (...args: string[]): ReturnType<typeof spawnSync> & { stdout: string; stderr: string } =>
  spawnSync('docker', ['-H', socket, ...args], { encoding: 'utf8' }) as ReturnType<typeof spawnSync> & { stdout: string; stderr: string };
/** The same for what takes minutes. */
async function dockerMeanwhile(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const child = spawn('docker', ['-H', socket, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, ended] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr: `${stderr} (docker ended with ${ended.join(' ')})` };
}
const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

let daemon: ChildProcess | undefined;
const problem = await startDaemon();

async function startDaemon(): Promise<string | undefined> {
  if (process.geteuid?.() !== 0) return 'not root';
  const program = ['/usr/sbin/dockerd', '/usr/bin/dockerd', '/usr/local/bin/dockerd'].find(isProgram);
  if (!program) return 'no dockerd';
  if (!process.execPath.startsWith('/usr/')) return `the container is shown /usr, and node is ${process.execPath}`;
  const args = ['--iptables=false', '--ip6tables=false', '--ip-forward=false', '--ip-masq=false', '--bridge=none', '--storage-driver=overlay2', '--default-ulimit', 'nofile=1024:2048'];
  const log = openSync(join(base, 'log'), 'w');
  daemon = spawn(program, [...args, '--data-root', join(base, 'data'), '--exec-root', join(base, 'exec'), '--pidfile', join(base, 'pid'), '-H', socket], { stdio: ['ignore', log, log] });
  for (let tries = 0; tries < 100; tries += 1) {
    if (daemon.exitCode !== null) break;
    if (docker('version').status === 0) return undefined;
    await sleep(200);
  }
  return `dockerd does not start: ${readFileSync(join(base, 'log'), 'utf8').split('\n').at(-2) ?? ''}`;
}

function makeImage(): void {
  const image = join(base, 'image');
  const file = (path: string, text: string): void => {
    mkdirSync(dirname(join(image, path)), { recursive: true });
    writeFileSync(join(image, path), text);
  };
  for (const folder of ['usr', 'tmp', 'proc', 'sys', 'dev', 'run', 'root', 'var/tmp', 'home/someone']) mkdirSync(join(image, folder), { recursive: true });
  for (const link of ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']) if (lstatSync(`/${link}`, { throwIfNoEntry: false })?.isSymbolicLink()) symlinkSync(readlinkSync(`/${link}`), join(image, link));
  file('etc/passwd', `root:x:0:0:root:/root:/bin/sh\nsomeone:x:${SOMEONE}:${SOMEONE}::/home/someone:/bin/sh\n`);
  file('etc/group', `root:x:0:\nsomeone:x:${SOMEONE}:\n`);
  file('etc/shadow', 'root:*:1:0:99999:7:::\n');
  spawnSync('cp', ['-a', ...['/etc/ld.so.cache', '/etc/alternatives'].filter((path) => existsSync(path)), join(image, 'etc')]);
  spawnSync('sh', ['-c', 'cd "$1" && chmod 1777 tmp var/tmp && chmod 700 root && chown "$2:$2" home/someone && chmod 640 etc/shadow && tar cf ../image.tar .', 'sh', image, String(SOMEONE)]);
  const made = docker('import', join(base, 'image.tar'), 'plain');
  if (made.status !== 0) throw new Error(made.stderr);
}

afterAll(async () => {
  if (daemon && daemon.exitCode === null) {
    const ended = new Promise((resolve) => daemon?.once('exit', resolve));
    daemon.kill('SIGTERM');
    await ended;
  }
  rmSync(base, { recursive: true, force: true });
});

describe.skipIf(problem)(`a default Docker container${problem ? ` (not measured: ${problem})` : ''}`, () => {
  const contained = (user: readonly string[], script: string): string[] => [
    'run', '--rm', '--network=none', ...user, '-v', '/usr:/usr:ro', '-v', `${REPOSITORY}:${REPOSITORY}:ro`, '-w', REPOSITORY, 'plain', 'sh', '-c', script,
  ];
  beforeAll(makeImage);

  test('has no user namespaces, and Landlock is what is left', () => {
    expect(docker(...contained([], 'unshare --user true')).status).not.toBe(0);
    const said = docker(...contained([], `node --import tsx -e "import('${REPOSITORY}src/sandbox/open.ts').then(async (m) => console.log((await m.openSandbox()).guarantees.rung))"`));
    expect(`${said.stdout}${said.stderr}`.trim()).toBe('D');
  });

  test('what a host looks for of the dead is not what lives in a container', async () => {
    let over = false;
    const running = dockerMeanwhile(...contained([], "mkdir -m 755 /tmp/arena && node --import tsx test/sandbox/drive.ts D /tmp/arena run sh -c 'echo up; sleep 1; echo done'")).finally(() => (over = true));
    while (!over) {
      reapStale();
      await sleep(100);
    }
    expect((await running).stdout.split('\n').filter(Boolean)).toEqual(['up', 'done', JSON.stringify({ status: 'exited', exitCode: 0 })]);
  });

  describe.each([
    ['root', []],
    ['an ordinary user', ['--user', `${SOMEONE}:${SOMEONE}`, '-e', 'HOME=/home/someone']],
  ] as const)('as %s', (_who, user) => {
    const names = casesOn('D', false).filter(({ number }) => number !== WITHOUT).map(({ number, title }) => `${number} ${title}`);
    let outcomes: Outcome[] = [];
    let said = '';
    beforeAll(async () => {
      const result = await dockerMeanwhile(...contained([...user, '-e', `UNTILGREEN_CASE=^(?!${WITHOUT} )`, ...(process.env.CI ? ['-e', 'CI=1'] : [])], 'mkdir -m 755 /tmp/arena && node --import tsx test/sandbox/drive.ts D /tmp/arena'));
      said = result.stderr;
      outcomes = result.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Outcome);
    }, ALL_CASES_MS);

    test.each(names)('%s', (name) => {
      const outcome = outcomes.find(({ number, title }) => `${number} ${title}` === name);
      if (!outcome) throw new Error(`the driver stopped before this case: ${said}`);
      expect(outcome).toEqual({ ...outcome, ok: true });
    });
  });
});
