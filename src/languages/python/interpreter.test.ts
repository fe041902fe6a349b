import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Workbench } from '../../workspace/types.ts';
import { python } from './index.ts';
import { interpreterOf, pythonOnPath, type Interpreter } from './interpreter.ts';
import { outcomes, projectOf, runBench } from './projects.prop.ts';
import { testTools, toolFolder } from './tools.ts';

const interpreter = async (bench: Workbench): Promise<Interpreter> => {
  const found = await interpreterOf(bench);
  if ('problem' in found) throw new Error(found.problem);
  return found;
};

/** An environment of the machine's Python without packages, in a project. */
async function withEnvironment(files: Record<string, string>): Promise<Workbench> {
  const base = await pythonOnPath(['python3']);
  const bench = await projectOf(files);
  execFileSync(base!.executable, ['-m', 'venv', '--without-pip', join(bench.source, '.venv')]);
  return bench;
}

describe('the interpreter of a project', () => {
  it('is its own environment, shown where the project stands', async () => {
    const bench = await withEnvironment({ 'a.py': '' });
    const found = await interpreter(bench);
    expect(found).toMatchObject({ python: `${bench.mountAt}/.venv/bin/python`, environment: '.venv', hasPytest: false });
    expect(found.mounts).toContainEqual({ source: join(bench.source, '.venv'), target: `${bench.mountAt}/.venv` });
    expect(found.base.executable).toBe(await realpath(join(bench.source, '.venv', 'bin', 'python')));
  });

  it('is the one on PATH where the project has none', async () => {
    const base = await pythonOnPath(['python3']);
    expect(await interpreter(await projectOf({ 'a.py': '' }))).toMatchObject({ base: { executable: base!.executable } });
  });

  it('is never a program that the project brings along', async () => {
    const bench = await projectOf({ 'a.py': '' });
    const bin = join(bench.source, '.venv', 'bin');
    await mkdir(bin, { recursive: true });
    await writeFile(join(bench.source, '.venv', 'pyvenv.cfg'), `home = ${bin}\nversion = 3.12.0\n`);
    for (const name of ['python', 'python3']) {
      await writeFile(join(bin, name), `#!/bin/sh\ntouch ${join(bench.source, 'executed')}\n`);
      await chmod(join(bin, name), 0o755);
    }
    const path = process.env['PATH'];
    process.env['PATH'] = `${bin}:${path}`;
    try {
      const found = await interpreter(bench);
      expect(found.environment).toBeUndefined();
      await python.toolchain(bench);
      await python.detect(bench);
    } finally {
      process.env['PATH'] = path;
    }
    expect(existsSync(join(bench.source, 'executed'))).toBe(false);
  });
});

describe('a Python of a given release', () => {
  it('is found among the versions of pyenv, without its shims, the newest first', async () => {
    const real = (await pythonOnPath(['python3']))!.executable;
    const root = await mkdtemp(join(tmpdir(), 'untilgreen-pyenv-'));
    const shims = join(root, 'shims');
    await mkdir(shims);
    await writeFile(join(shims, 'python3.99'), `#!/bin/sh\ntouch ${join(root, 'shim-was-run')}\nexit 127\n`, { mode: 0o755 });
    for (const [version, body] of [['3.99.10', `exec ${real} "$@"`], ['3.99.9', 'exit 1']] as const) {
      await mkdir(join(root, 'versions', version, 'bin'), { recursive: true });
      await writeFile(join(root, 'versions', version, 'bin', 'python3.99'), `#!/bin/sh\ntouch ${join(root, version)}\n${body}\n`, { mode: 0o755 });
    }
    const path = process.env['PATH'];
    process.env['PATH'] = `${shims}:${path}`;
    try {
      expect((await pythonOnPath(['python3.99']))?.executable).toBe(real);
    } finally {
      process.env['PATH'] = path;
    }
    expect((await readdir(root)).toSorted()).toEqual(['3.99.10', 'shims', 'versions']);
    await rm(root, { recursive: true });
  });
});

describe('test tools', () => {
  it('have a folder of their own for every interpreter and every pin', () => {
    expect(toolFolder('3.12')).not.toBe(toolFolder('3.13'));
    expect(toolFolder('3.12', ['pytest==1'])).not.toBe(toolFolder('3.12', ['pytest==2']));
    expect(toolFolder('3.12')).toMatch(/untilgreen\/py\/[0-9a-f]{16}$/);
  });

  // The folder is made by the set-up, or here from the package registry.
  it('serve a project whose environment has no pytest', { timeout: 300_000 }, async () => {
    const base = await pythonOnPath(['python3']);
    expect(await testTools(base!)).toHaveProperty('sitePackages');
    const bench = await withEnvironment({
      'a.py': 'def double(x):\n    return x * 2\n',
      'tests/test_a.py': 'import sys\nfrom hypothesis import given, strategies as st\nfrom a import double\n\n@given(st.integers())\ndef test_property(x):\n    assert double(x) == x + x\n\ndef test_place():\n    assert ".venv" in sys.prefix\n',
    });
    const run = await runBench(bench);
    expect(run).toMatchObject({ status: 'passed', collected: 2, errors: [] });
    expect(outcomes(run.tests)).toEqual({ 'tests/test_a.py::test_property': 'passed', 'tests/test_a.py::test_place': 'passed' });
    expect((await bench.list()).map((file) => file.path)).toEqual(['a.py', 'tests/test_a.py']);
  });
});
