import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openWorkbench } from '../workspace/open.ts';
import { networkAccess } from '../sandbox/network-access.ts';
import { withProjectDependency, withRequirement } from './manifests.ts';
import { runTool } from './registry.ts';
import { sandboxedContext, toolContext } from './testing/context.prop.ts';
import type { ApprovalAnswer, ToolContext } from './types.ts';

/** Whether an installer reaches its registry from here: asked once, of the tool itself. */
function reaches(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 20_000, env: { ...process.env, ...networkAccess().env } });
    return true;
  } catch {
    return false;
  }
}
const pypi = reaches('python3', ['-m', 'pip', 'install', '--dry-run', '--ignore-installed', '--no-deps', '--quiet', '--only-binary', ':all:', 'toolz==1.0.0']);
const npm = reaches('npm', ['view', 'ms@2.1.3', 'version']);
const yes = (): Promise<ApprovalAnswer> => Promise.resolve({ answer: 'approved' });
const packages = (context: ToolContext): string[] => (existsSync(context.bench.packages) ? readdirSync(context.bench.packages) : []);
const add = async (args: object, context: ToolContext): Promise<any> => runTool('add_dependency', args, context);
const shell = async (command: string, context: ToolContext): Promise<string> => ((await runTool('shell', { command }, context)) as any).data.stdout;

describe('who may add a dependency', () => {
  const FILES = { 'requirements.txt': '', 'allowed_deps.json': '{"python": ["Other_Package"]}' };
  test.each<[string, ApprovalAnswer, string, string]>([
    ['denied', { answer: 'denied', reason: 'too large' }, 'dependency_refused', 'not approved: too large'],
    ['nobody there to ask', { answer: 'pending' }, 'approval_needed', 'allowed_deps.json'],
  ])('%s: refused before anything is installed', async (_title, answer, code, says) => {
    const asked: string[] = [];
    const { context, close } = await toolContext(FILES, { approve: (request) => (asked.push(request.subject), Promise.resolve(answer)) });
    try {
      expect(await add({ name: 'toolz', version: '1.0.0' }, context)).toMatchObject({ ok: false, code, message: expect.stringContaining(says) });
      expect(asked).toEqual(['Add the python package toolz 1.0.0']);
      expect(await context.bench.deltas()).toEqual([]);
      expect(packages(context)).toEqual([]);
    } finally {
      await close();
    }
  });

  test.each<[string, Record<string, string>, object, string, string]>([
    ['a lock file of another tool', { 'pyproject.toml': '[project]\n', 'uv.lock': '' }, { name: 'toolz' }, 'dependency_refused', 'uv.lock'],
    ['workspaces', { 'package.json': '{"workspaces": ["a"]}' }, { name: 'ms' }, 'dependency_refused', 'workspaces'],
    ['two manifests', { 'package.json': '{}', 'requirements.txt': '' }, { name: 'ms' }, 'bad_arguments', 'language'],
    ['a broken allow-list', { 'requirements.txt': '', 'allowed_deps.json': '{"python": "toolz"}' }, { name: 'toolz' }, 'config_invalid', 'allowed_deps.json'],
    ['an option for a name', { 'requirements.txt': '' }, { name: '--index-url=x' }, 'bad_arguments', 'plain name'],
    ['a URL for a version', { 'requirements.txt': '' }, { name: 'toolz', version: 'git+https://x.test/y' }, 'bad_arguments', 'version'],
  ])('%s: refused', async (_title, files, args, code, says) => {
    const { context, close } = await toolContext(files, { approve: yes });
    try {
      expect(await add(args, context)).toMatchObject({ ok: false, code, message: expect.stringContaining(says) });
      expect(await context.bench.deltas()).toEqual([]);
      expect(packages(context)).toEqual([]);
    } finally {
      await close();
    }
  });
});

describe('the manifest', () => {
  test.each([
    ['an empty file', '', 'a==1', 'a==1\n'],
    ['a last line without end', 'b', 'a==1', 'b\na==1\n'],
    ['windows line ends', 'b\r\n', 'a', 'b\r\na\r\n'],
    ['the same package, spelled otherwise', '# c\nFoo_Bar>=1  # why\nz\n', 'foo-bar==2', '# c\nfoo-bar==2\nz\n'],
    ['the same package, no version asked for', 'Foo_Bar>=1\n', 'foo-bar', 'Foo_Bar>=1\n'],
  ])('requirements.txt: %s', (_title, text, spec, expected) => expect(withRequirement(text, spec)).toBe(expected));

  test.each<[string, string, string | undefined]>([
    ['an empty list', '[project]\ndependencies = []\n', '[project]\ndependencies = ["a==1"]\n'],
    ['a list in one line', '[project]\ndependencies = ["b[x]>=1"]\n[tool.x]\ndependencies = []\n', '[project]\ndependencies = ["b[x]>=1", "a==1"]\n[tool.x]\ndependencies = []\n'],
    ['a list of lines', '[project]\ndependencies = [\n  "b", # ] why\n]\n', '[project]\ndependencies = [\n  "b",\n  "a==1", # ] why\n]\n'],
    ['no list', '[project]\nname = "p"\n', '[project]\ndependencies = ["a==1"]\nname = "p"\n'],
    ['the same package', "[project]\ndependencies = ['A>=0']\n", '[project]\ndependencies = ["a==1"]\n'],
    ['no project table', '[tool.x]\ndependencies = []\n', undefined],
  ])('pyproject.toml: %s', (_title, text, expected) => expect(withProjectDependency(text, 'a==1')).toBe(expected));
});

describe.skipIf(!pypi)('a real package from PyPI (skipped where the index is not reached)', () => {
  const FILES = { 'requirements.txt': '# mine\n', 'test_a.py': 'import toolz\n\ndef test_a():\n    assert toolz.identity(3) == 3\n', 'allowed_deps.json': '{"python": ["Toolz"]}' };

  test('is installed beside the copy, seen by checks and commands, and goes with a rollback and with the copy', async () => {
    // On the allow-list: nobody is asked.
    const { context, close } = await sandboxedContext(FILES, { approve: () => Promise.reject(new Error('nobody is to be asked')) });
    try {
      const before = await context.bench.checkpoint();
      expect(await runTool('run_tests', {}, context)).toMatchObject({ ok: true, data: { passed: false } });
      const result = await add({ name: 'toolz', version: '1.0.0' }, context);
      expect(result).toMatchObject({ ok: true, changed: ['requirements.txt'], data: { install: 'pip install toolz==1.0.0' }, summary: expect.stringContaining('pip install toolz==1.0.0') });
      expect((await context.bench.readText('requirements.txt')).text).toBe('# mine\ntoolz==1.0.0\n');
      const after = await context.bench.checkpoint();
      expect(await runTool('run_tests', {}, context)).toMatchObject({ ok: true, data: { passed: true } });
      expect(await shell('python3 -c "import toolz; print(toolz.__version__)"', context)).toBe('1.0.0\n');
      expect(await shell('touch "$(python3 -c "import toolz; print(toolz.__path__[0])")/x" && echo written', context)).toBe('');

      // Another process opens the same copy.
      const { root, source } = context.bench;
      const again = { ...context, bench: await openWorkbench({ source, root, blobs: join(dirname(root), 'blobs'), resume: true }) };
      expect(await shell('python3 -c "import toolz; print(toolz.__version__)"', again)).toBe('1.0.0\n');

      await context.bench.restore(before);
      expect(await runTool('run_tests', {}, context)).toMatchObject({ ok: true, data: { passed: false } });
      await context.bench.restore(after);
      expect(await runTool('run_tests', {}, context)).toMatchObject({ ok: true, data: { passed: true } });
      const fork = await context.bench.fork(before);
      expect(fork.mounts).toEqual(context.bench.mounts);
      await fork.dispose();
      expect(packages(context)).toEqual(['python-1']);
    } finally {
      await close();
    }
    expect(existsSync(context.bench.packages)).toBe(false);
  });

  test('a version that does not exist is a refusal, with the words of pip and nothing left', async () => {
    const { context, close } = await sandboxedContext({ 'requirements.txt': '' }, { approve: yes });
    try {
      expect(await add({ name: 'toolz', version: '99.9.9' }, context)).toMatchObject({ ok: false, code: 'step_failed', message: expect.stringContaining('toolz==99.9.9') });
      expect(packages(context)).toEqual([]);
      expect(await context.bench.deltas()).toEqual([]);
    } finally {
      await close();
    }
  });
});

describe.skipIf(!npm)('a real package from npm (skipped where the registry is not reached)', () => {
  const FILES = {
    'package.json': '{\n  "name": "p",\n  "type": "module",\n  "scripts": { "preinstall": "touch /tmp/ran", "test": "node --test" }\n}\n',
    'a.test.js': "import ms from 'ms';\nimport test from 'node:test';\nimport assert from 'node:assert';\n\ntest('ms', () => assert.equal(ms('1s'), 1000));\n",
  };

  test('is installed beside the copy, seen by checks, and goes with a rollback and with the copy', async () => {
    const { context, close } = await sandboxedContext(FILES, { approve: yes });
    try {
      const before = await context.bench.checkpoint();
      const result = await add({ name: 'ms', version: '2.1.3' }, context);
      expect(result).toMatchObject({ ok: true, changed: ['package.json'], data: { install: 'npm install' } });
      expect(JSON.parse((await context.bench.readText('package.json')).text).dependencies).toEqual({ ms: expect.stringMatching(/2\.1\.3$/) });
      expect(await runTool('run_tests', {}, context)).toMatchObject({ ok: true, data: { passed: true } });
      const { root, source } = context.bench;
      const again = await openWorkbench({ source, root, blobs: join(dirname(root), 'blobs'), resume: true });
      expect(again.mounts).toEqual(context.bench.mounts);
      expect(await shell('cat node_modules/ms/package.json | grep version', { ...context, bench: again })).toContain('2.1.3');
      await context.bench.restore(before);
      expect(context.bench.mounts).toEqual([]);
      expect(await shell('ls node_modules', context)).toBe('');
    } finally {
      await close();
    }
    expect(existsSync(context.bench.packages)).toBe(false);
  });

  test('is fetched once: the tarball stays in the cache of the user for the next run, and no other step sees it', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'install-cache-'));
    vi.stubEnv('XDG_CACHE_HOME', cache);
    const { context, close } = await sandboxedContext(FILES, { approve: yes });
    try {
      expect(await add({ name: 'ms', version: '2.1.3' }, context)).toMatchObject({ ok: true });
      const entries = readdirSync(join(cache, 'untilgreen', 'install'), { recursive: true }).map(String);
      expect(entries.some((entry) => entry.includes('npm/_cacache/content-v2'))).toBe(true);
      expect(await shell('ls -d /tmp/install-cache 2>/dev/null', context)).toBe('');
    } finally {
      vi.unstubAllEnvs();
      await close();
      rmSync(cache, { recursive: true });
    }
  });

  test('takes the place of the node_modules of the user, and keeps the lock file right', async () => {
    const lock = { name: 'p', lockfileVersion: 3, requires: true, packages: { '': { name: 'p' } } };
    const { context, close } = await sandboxedContext({ 'package.json': '{\n  "name": "p"\n}\n', 'package-lock.json': `${JSON.stringify(lock, null, 2)}\n`, 'node_modules/old/index.js': '' }, { approve: yes });
    try {
      expect(context.bench.mounts).toHaveLength(1);
      expect(await add({ name: 'ms', version: '2.1.3', dev: true }, context)).toMatchObject({ ok: true, changed: ['package-lock.json', 'package.json'] });
      expect(context.bench.mounts).toHaveLength(1);
      expect(JSON.parse((await context.bench.readText('package-lock.json')).text).packages['node_modules/ms']).toMatchObject({ version: '2.1.3', dev: true });
      expect(await shell('ls node_modules', context)).toBe('ms\n');
      expect(readdirSync(join(context.bench.source, 'node_modules'))).toEqual(['old']);
    } finally {
      await close();
    }
  });
});
