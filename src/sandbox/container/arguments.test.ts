import { describe, expect, test } from 'vitest';
import type { Identity } from '../identity.ts';
import { resolveLimits } from '../limits.ts';
import { runArguments, userFor } from './arguments.ts';
import type { Engine } from './engine.ts';

const engine = (name: Engine['name'], rootless: boolean): Engine => ({ name, program: `/usr/bin/${name}`, options: [], rootless });
const root: Identity = { kernelRoot: true, inside: { uid: 1000, gid: 1000 } };
const user: Identity = { kernelRoot: false, inside: { uid: 1234, gid: 100 } };

describe('the workspace’s owner runs inside, as each engine counts', () => {
  test.each<[string, Engine, Identity, object]>([
    ['podman as root, in a folder of root’s', engine('podman', false), root, { uid: 0, gid: 0, options: [], countsAlone: true }],
    ['podman as root, in a folder of another user', engine('podman', false), user, { uid: 1234, gid: 100, options: [], countsAlone: false }],
    ['podman without root', engine('podman', true), user, { uid: 1234, gid: 100, options: ['--userns=keep-id'], countsAlone: true }],
    ['docker by its group', engine('docker', false), user, { uid: 1234, gid: 100, options: [], countsAlone: false }],
    ['docker without root', engine('docker', true), user, { uid: 0, gid: 0, options: [], countsAlone: true }],
  ])('%s', (_title, given, identity, expected) => {
    expect(userFor(given, identity)).toEqual(expected);
  });
});

describe('the options of a container', () => {
  const words = (more: { path?: string; network?: 'install'; name?: Engine['name'] } = {}): string[] => {
    const path = more.path ?? '/home/me/project';
    const given = engine(more.name ?? 'podman', false);
    const place = { root: path, mountAt: path, cwd: path, mounts: [{ source: '/opt/node', target: '/opt/node' }] };
    return runArguments(given, 'image', 'untilgreen-x', {
      command: { argv: ['secret-word'], workspace: path, env: { SECRET: 'secret-value' }, ...(more.network && { network: more.network }) },
      limits: resolveLimits({ memoryBytes: 64 * 1024 * 1024, processes: 99 }), place, user: userFor(given, user), protectGit: true, hardProcesses: 5000,
    });
  };

  test('limits, walls and mounts are all there', () => {
    expect(words()).toEqual(expect.arrayContaining([
      '--network=none', '--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--pull=never', '--user=1234:100', '--memory=67108864b', '--memory-swap=67108864b', '--pids-limit=99',
      '--ulimit=nproc=5000:5000', '--ulimit=core=0:0', '--volume=/home/me/project:/home/me/project:rw', '--volume=/home/me/project/.git:/home/me/project/.git:ro', '--volume=/opt/node:/opt/node:ro',
    ]));
  });

  test('nothing of the command is on a command line that others may read', () => {
    expect(words().join(' ')).not.toContain('secret');
  });

  test('only the install step has a network', () => {
    expect(words({ network: 'install' })).toContain('--network=host');
    expect(words({ network: 'install', name: 'docker' }).filter((word) => word.startsWith('--sysctl'))).toEqual([]);
  });

  test.each([
    ['/w/a b', '--volume=/w/a b:/w/a b:rw'],
    ['/w/a,b', '--volume=/w/a,b:/w/a,b:rw'],
    ['/w/a:b', '--mount=type=bind,source=/w/a:b,target=/w/a:b'],
  ])('a workspace at %s is shown', (path, option) => {
    expect(words({ path })).toContain(option);
  });

  test('a path that no option holds is refused', () => {
    expect(() => words({ path: '/w/a:b,c' })).toThrow('"/w/a:b,c" cannot be shown to a container');
  });
});
