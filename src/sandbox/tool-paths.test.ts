import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { toolPaths } from './tool-paths.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tools-')));
const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});
afterAll(() => rmSync(base, { recursive: true }));

function script(name: string, text: string): string {
  const file = join(base, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

test('a shim is asked for the interpreter behind it', async () => {
  script('shims/python3', 'exec /usr/bin/python3 "$@"');
  process.env.PATH = `${base}/shims:${path}`;
  const tools = await toolPaths(['python3']);
  expect(tools.programs.python3).toBe(execFileSync('/usr/bin/python3', ['-I', '-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim());
  expect(tools.mounts).toEqual([]); // all of it lies in /usr
  expect(tools.path.split(':')[0]).toBe('/usr/bin');
});

test('an interpreter outside /usr brings its installation and its environment', async () => {
  script('py/bin/python3', `echo '["${base}/py/env/bin/python3", "${base}/py/env", "${base}/py/base", "${base}/py/base/bin/python3.9"]'`);
  mkdirSync(join(base, 'py/env'));
  mkdirSync(join(base, 'py/base'));
  const tools = await toolPaths([join(base, 'py/bin/python3')]);
  expect(tools.mounts.map(({ source, target, writable }) => [source, target, writable])).toEqual([
    [`${base}/py/env`, `${base}/py/env`, undefined],
    [`${base}/py/base`, `${base}/py/base`, undefined],
  ]);
});

test('node is the one that runs this process', async () => {
  expect((await toolPaths(['node'])).programs.node).toBe(process.execPath);
});

test('any other tool is shown alone, with the file behind its link', async () => {
  const real = script('store/tool-1.2', 'true');
  mkdirSync(join(base, 'links'));
  symlinkSync(real, join(base, 'links/tool'));
  process.env.PATH = `${base}/links:${path}`;
  const tools = await toolPaths(['tool']);
  expect(tools.mounts.map(({ source }) => source).sort()).toEqual([join(base, 'links/tool'), real]);
  expect(tools.path.split(':')[0]).toBe(join(base, 'links'));
});

test('what is not there is named, a folder or a broken interpreter is not a tool', async () => {
  mkdirSync(join(base, 'dirs/folder'), { recursive: true });
  script('dirs/python4', 'exit 1');
  process.env.PATH = `${base}/dirs:relative/bin:${path}`;
  expect((await toolPaths(['no-such-tool', 'folder', 'python4'])).missing).toEqual(['no-such-tool', 'folder', 'python4']);
});
