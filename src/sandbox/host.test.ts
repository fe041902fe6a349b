import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readNoFollow, safeGit, stripTerminalEscapes } from './host.ts';

const base = mkdtempSync(join(tmpdir(), 'host-'));
const root = join(base, 'root');
const socket = createServer();
beforeAll(async () => {
  mkdirSync(join(root, 'sub'), { recursive: true });
  writeFileSync(join(base, 'secret'), 'secret');
  writeFileSync(join(root, 'sub', 'a.txt'), 'hello');
  writeFileSync(join(root, '-rf\n'), 'odd');
  symlinkSync('../secret', join(root, 'link'));
  symlinkSync('..', join(root, 'up'));
  symlinkSync('loop', join(root, 'loop'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
  await new Promise<void>((resolve) => socket.listen(join(root, 'socket'), resolve));
});
afterAll(() => {
  socket.close();
  rmSync(base, { recursive: true, force: true });
});

test.each([['sub/a.txt', 'hello'], ['./sub//a.txt', 'hello'], ['-rf\n', 'odd']])('%j is read', (path, text) => {
  expect(readNoFollow(root, path).toString()).toBe(text);
});

test.each([
  ['link', 'path_unsafe'],
  ['up/secret', 'path_unsafe'],
  ['loop', 'path_unsafe'],
  ['sub/a.txt/x', 'path_unsafe'],
  ['../secret', 'path_outside'],
  ['/etc/passwd', 'path_outside'],
  ['', 'path_outside'],
  ['missing', 'file_missing'],
  ['sub', 'not_a_file'],
  ['fifo', 'not_a_file'],
  ['socket', 'not_a_file'],
])('%j is refused with %s', (path, code) => {
  expect(() => readNoFollow(root, path)).toThrow(expect.objectContaining({ code }));
});

test('a file over the size is refused before it is read', () => {
  expect(() => readNoFollow(root, 'sub/a.txt', 4)).toThrow(expect.objectContaining({ code: 'too_large' }));
});

test.each([
  ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
  ['a window title', 'a\u001b]0;title\u0007b', 'ab'],
  ['a link', '\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\', 'text'],
  ['clipboard writing that never ends', 'a\u001b]52;c;AAAA', 'a'],
  ['eight-bit escapes', 'a\u009b31mb', 'ab'],
  ['bells, backspaces and NULs', 'a\u0007\b\0b', 'ab'],
  ['carriage returns', 'one\r\ntwo\rthree', 'one\ntwo\nthree'],
  ['tabs and unicode as they are', '\tä😀\n', '\tä😀\n'],
])('stripping takes out or keeps %s', (_title, text, plain) => expect(stripTerminalEscapes(text)).toBe(plain));

test('no control character is ever left', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = Buffer.from(bytes).toString('latin1');
      // eslint-disable-next-line no-control-regex
      expect(stripTerminalEscapes(`\u001b[${text}\u001b]${text}`)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }),
  );
});

test('git starts nothing that a repository asks for', async () => {
  const repository = join(base, 'repository');
  const marker = join(base, 'marker');
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: repository, stdio: 'pipe' });
  mkdirSync(repository);
  git('init', '-q');
  writeFileSync(join(repository, 'a.txt'), 'one\n');
  git('add', '.');
  git('commit', '-qm', 'one');
  writeFileSync(join(repository, '.gitattributes'), '* filter=evil diff=evil\n');
  const starts = ['core.fsmonitor', 'filter.evil.clean', 'filter.evil.smudge', 'diff.evil.textconv', 'diff.evil.command', 'diff.external', 'core.pager', 'pager.log', 'core.editor', 'alias.ls-files', 'gpg.program'];
  for (const name of starts) git('config', name, `touch ${marker};cat`);
  git('config', 'filter.evil.required', 'true');
  const hooks = join(repository, 'hooks');
  mkdirSync(hooks);
  for (const hook of ['post-checkout', 'post-index-change', 'pre-commit']) writeFileSync(join(hooks, hook), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
  git('config', 'core.hooksPath', hooks);
  rmSync(marker, { force: true });
  writeFileSync(join(repository, 'a.txt'), 'two\n');

  const status = await safeGit(['status', '--porcelain'], repository);
  expect(status).toMatchObject({ code: 0 });
  expect(status.stdout).toContain('a.txt');
  for (const args of [['diff'], ['log', '-p'], ['ls-files'], ['checkout', '--', 'a.txt'], ['add', 'a.txt'], ['show', 'HEAD']]) await safeGit(args, repository);
  expect(existsSync(marker)).toBe(false);
});

test('outside a repository git says so and nothing is thrown', async () => {
  expect((await safeGit(['status'], '/')).code).not.toBe(0);
});
