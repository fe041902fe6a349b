import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { defaultMountAt, resolvePlace } from './place.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'place-')));
const workspace = join(base, 'ws');
mkdirSync(join(workspace, 'sub'), { recursive: true });
mkdirSync(join(base, 'other'));
writeFileSync(join(base, 'file'), '');
symlinkSync(workspace, join(base, 'link'));
symlinkSync('/etc', join(workspace, 'node_modules'));
afterAll(() => rmSync(base, { recursive: true }));

test.each([
  ['/home/me/project', '/home/me/project'],
  ['/root/project', '/root/project'],
  ['/tmp/x', '/tmp/x'],
  ['/usr/local/src/x', '/workspace'],
  ['/etc', '/workspace'],
  ['/run/user/1000/x', '/workspace'],
  ['/library', '/library'],
])('%s appears at %s', (host, inside) => expect(defaultMountAt(host)).toBe(inside));

test.each([
  ['a workspace', {}],
  ['a writable mount', { workspace: join(workspace, 'sub'), mounts: [{ source: workspace, target: '/elsewhere', writable: true }] }],
])('%s around the temporary directory is refused', (_title, more) => {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = join(base, 'link', 'sub', 'tmp');
  mkdirSync(process.env.TMPDIR, { recursive: true });
  try {
    expect(() => resolvePlace({ argv: ['x'], workspace, ...more })).toThrow(expect.objectContaining({ code: 'directory_refused', message: expect.stringContaining('temporary directory') }));
    expect(resolvePlace({ argv: ['x'], workspace: join(workspace, 'sub', 'tmp', '..', '..', '..', 'other'), mounts: [{ source: workspace, target: '/elsewhere' }] }).mounts).toHaveLength(1);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});

test('a workspace named by a link is the directory behind it', () => {
  expect(resolvePlace({ argv: ['x'], workspace: join(base, 'link'), cwd: 'sub' })).toMatchObject({ root: workspace, mountAt: workspace, cwd: join(workspace, 'sub') });
});

test.each([
  ['the root', { workspace: '/' }, 'directory_refused'],
  ['the home directory', { workspace: homedir() }, 'directory_refused'],
  ['a system directory', { workspace: '/usr' }, 'directory_refused'],
  ['/tmp itself', { workspace: '/tmp' }, 'directory_refused'],
  ['a directory that is not there', { workspace: join(base, 'no') }, 'directory_missing'],
  ['a file', { workspace: join(base, 'file') }, 'not_a_directory'],
  ['a relative workspace', { workspace: 'ws' }, 'bad_arguments'],
  ['no command', { argv: [] }, 'bad_arguments'],
  ['a NUL byte', { argv: ['a\0b'] }, 'bad_arguments'],
  ['a variable without a name', { env: { 'A=B': 'x' } }, 'bad_arguments'],
  ['a working directory above', { cwd: '../x' }, 'bad_arguments'],
  ['an absolute working directory', { cwd: '/etc' }, 'bad_arguments'],
  ['a workspace on /usr', { mountAt: '/usr/x' }, 'bad_arguments'],
  ['a mount over /proc', { mounts: [{ source: '/usr', target: '/proc/x' }] }, 'bad_arguments'],
  ['a mount over the workspace', { mounts: [{ source: '/usr', target: workspace }] }, 'bad_arguments'],
  ['a mount that is not there', { mounts: [{ source: join(base, 'no'), target: '/opt/x' }] }, 'bad_arguments'],
  ['output kept in the workspace', { outputDirectory: join(workspace, 'sub', 'new') }, 'bad_arguments'],
  ['output kept in a writable mount', { mounts: [{ source: base, target: '/opt/x', writable: true }], outputDirectory: join(base, 'out') }, 'bad_arguments'],
  ['output kept at a relative path', { outputDirectory: 'out' }, 'bad_arguments'],
  ['a mount through a link in the workspace', { mounts: [{ source: '/usr', target: join(workspace, 'node_modules') }] }, 'path_unsafe'],
])('%s is refused', (_title, change, code) => {
  expect(() => resolvePlace({ argv: ['true'], workspace, ...change })).toThrow(expect.objectContaining({ code }));
});

test('a mount that may be missing is left out', () => {
  expect(resolvePlace({ argv: ['x'], workspace, mounts: [{ source: join(base, 'no'), target: '/opt/x', optional: true }] }).mounts).toEqual([]);
});
