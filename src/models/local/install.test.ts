import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { installLlama, llamaFolder, llamaPackages, type Machine } from './install.ts';
import { threadsFor } from './library.ts';

const machine: Machine = { platform: 'linux', arch: 'x64', musl: false };
const base = await mkdtemp(join(tmpdir(), 'untilgreen-install-test-'));
let serial = 0;
let cache: string;
beforeEach(() => {
  serial += 1;
  cache = join(base, String(serial));
});
afterAll(() => rm(base, { recursive: true, force: true }));

/** An npm that writes its arguments beside the cache, and does what the script says. */
async function npm(script: string): Promise<string> {
  const path = join(base, `npm-${serial}`);
  await writeFile(path, `#!/bin/sh\necho "$@" >> "${base}/calls-${serial}"\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}
const calls = () => readFile(join(base, `calls-${serial}`), 'utf8');
const GOOD = ['node-llama-cpp/dist/index.js', '@node-llama-cpp/linux-x64/package.json', '@huggingface/jinja/package.json']
  .map((file) => `mkdir -p "node_modules/$(dirname ${file})" && echo '{}' > "node_modules/${file}"`)
  .join('\n');

describe('the packages for a machine', () => {
  it.each<[Machine['platform'], Machine['arch'], name: string]>([
    ['linux', 'x64', 'linux-x64'],
    ['linux', 'arm64', 'linux-arm64'],
    ['linux', 'arm', 'linux-armv7l'],
    ['darwin', 'arm64', 'mac-arm64-metal'],
    ['darwin', 'x64', 'mac-x64'],
    ['win32', 'x64', 'win-x64'],
  ])('on %s %s are the library and %s, by exact version', (platform, arch, name) => {
    expect(llamaPackages({ platform, arch, musl: false })).toEqual(['node-llama-cpp@3.22.1', `@node-llama-cpp/${name}@3.22.1`]);
  });

  it.each<[title: string, Machine, said: string]>([
    ['on a system with musl', { ...machine, musl: true }, 'linux x64 with musl'],
    ['on a processor without a package', { ...machine, arch: 's390x' }, 'linux s390x'],
  ])('%s are none, and a server is proposed', async (_title, odd, said) => {
    await expect(installLlama({ cache, machine: odd })).rejects.toMatchObject({ code: 'no_model', message: expect.stringMatching(new RegExp(`${said}.*llama-server`, 's')) });
  });
});

describe('installing the library on first use', () => {
  it('asks npm for two packages without options, scripts and the rest of the platforms, once', async () => {
    const told: string[] = [];
    const options = { cache, machine, npm: await npm(GOOD), onProgress: (text: string) => void told.push(text) };
    const entries = await Promise.all([installLlama(options), installLlama(options)]);
    expect(entries).toEqual(Array(2).fill(join(llamaFolder(cache, machine), 'node_modules/node-llama-cpp/dist/index.js')));
    expect(await installLlama(options)).toBe(entries[0]);
    expect(await calls()).toBe('install --omit=optional --ignore-scripts --no-audit --no-fund --save-exact --loglevel=error node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1\n');
    expect(told).toHaveLength(2);
    expect(await readdir(cache)).toEqual(['node-llama-cpp-3.22.1-linux-x64']);
  });

  it('puts the whole in the place of a half one', async () => {
    await mkdir(join(llamaFolder(cache, machine), 'node_modules/node-llama-cpp'), { recursive: true });
    await expect(installLlama({ cache, machine, npm: await npm(GOOD) })).resolves.toContain('index.js');
  });

  it.each<[title: string, script: string | undefined, said: RegExp]>([
    ['there is no npm', undefined, /there is no npm on PATH/],
    ['there is no network', 'echo "npm error code ENOTFOUND" >&2\necho "npm error network request to the registry failed" >&2\nexit 1', /could not be: network request to the registry failed\./],
    ['npm leaves packages out', 'exit 0', /npm ended well but left packages out/],
  ])('says what to type and leaves nothing behind when %s', async (_title, script, said) => {
    const call = installLlama({ cache, machine, npm: script === undefined ? join(base, 'absent') : await npm(script) });
    await expect(call).rejects.toMatchObject({ code: 'no_model', exitCode: 8, message: expect.stringMatching(said) });
    await expect(call).rejects.toThrow(/type: npm install --prefix \S+ --omit=optional --ignore-scripts node-llama-cpp@3\.22\.1 @node-llama-cpp\/linux-x64@3\.22\.1$/);
    expect(await readdir(cache)).toEqual([]);
  });
});

describe('threads to compute with', () => {
  it.each([
    [1, 0, 1],
    [2, 0.5, 1],
    [8, 2, 7],
    [8, 8, 7],
    [8, 8.1, 1],
  ])('on %i cores under a load of %f are %i', (cores, load, threads) => {
    expect(threadsFor(cores, load)).toBe(threads);
  });
});
