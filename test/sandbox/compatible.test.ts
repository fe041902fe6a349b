import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSandbox } from '../../src/sandbox/open.ts';
import { toolPaths } from '../../src/sandbox/tool-paths.ts';
import type { ToolPaths } from '../../src/sandbox/tool-paths.ts';
import type { Sandbox, SandboxResult } from '../../src/sandbox/types.ts';

// Not only denial: what developers run must run inside, with the tools of this machine.
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const asked = spawnSync('python3', ['-I', '-c', 'import sys; print(sys.version); print("python%d.%d" % sys.version_info[:2])'], { cwd: '/', encoding: 'utf8' }).stdout.trimEnd();
const cut = asked.lastIndexOf('\n');
const key = createHash('sha256').update(`pytest==9.2.0 hypothesis==6.170.15\n${asked.slice(0, cut)}`).digest('hex').slice(0, 16);
const expectedPackages = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'untilgreen', 'py', key, 'lib', asked.slice(cut + 1), 'site-packages');
const packages = existsSync(join(expectedPackages, 'pytest')) ? expectedPackages : undefined;

describe('real tools inside', () => {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'sandbox compatible ')));
  let sandbox: Sandbox;
  let tools: ToolPaths;
  const file = (name: string, text: string): void => writeFileSync(join(workspace, name), text);
  const run = (argv: string[], env: Record<string, string> = {}): Promise<SandboxResult> =>
    sandbox.run({
      argv,
      workspace,
      env: { PATH: tools.path, ...env },
      mounts: [...tools.mounts, { source: modules, target: join(workspace, 'node_modules') }, ...(packages ? [{ source: packages, target: '/opt/python' }] : [])],
      limits: { wallMs: 50_000 },
    });

  beforeAll(async () => {
    sandbox = await openSandbox();
    tools = await toolPaths(['python3', 'node', 'npm', 'go']);
  });
  afterAll(() => rmSync(workspace, { recursive: true }));

  test.skipIf(!packages)(`pytest and hypothesis${packages ? '' : ' (not set up: node scripts/setup.mjs)'}`, async () => {
    file('test_a.py', 'from hypothesis import given, strategies as st\n@given(st.integers())\ndef test_a(x): assert x + 0 == x\ndef test_b(tmp_path): assert (tmp_path / "x").write_text("1")\ndef test_c(): assert 1 == 2\n');
    const result = await run(['python3', '-m', 'pytest', '-q', '-p', 'no:cacheprovider'], { PYTHONPATH: '/opt/python' });
    expect(result).toMatchObject({ status: 'exited', exitCode: 1 });
    expect(result.stdout).toContain('1 failed, 2 passed');
  });

  test('unittest, and a process pool', async () => {
    file('test_u.py', 'import unittest, multiprocessing\nclass T(unittest.TestCase):\n  def test_a(self):\n    with multiprocessing.Pool(2) as p: self.assertEqual(p.map(abs, [-1, 2]), [1, 2])\n');
    const result = await run(['python3', '-m', 'unittest', '-q', 'test_u']);
    expect(result).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('OK') });
  });

  test('vitest with its workers', async () => {
    file('package.json', '{"type":"module"}');
    file('a.test.js', 'import { test, expect } from "vitest"; test("a", () => expect(1).toBe(1)); test("b", () => expect(1).toBe(2));');
    const result = await run(['node', 'node_modules/vitest/vitest.mjs', 'run', '--no-color', '--no-cache']);
    expect(result.stdout).toContain('1 failed | 1 passed');
    expect(result.exitCode).toBe(1);
  });

  test('the TypeScript compiler', async () => {
    file('a.ts', 'const x: number = "a";\n');
    expect(await run(['node', 'node_modules/typescript6/lib/tsc.js', '--noEmit', 'a.ts'])).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('TS2322') });
  });

  test('worker threads, WebAssembly, child processes and fetch', async () => {
    file('all.cjs', `
      const { Worker } = require('node:worker_threads'); const http = require('node:http'); const { fork, execSync } = require('node:child_process');
      if (process.send) { process.send('forked'); process.disconnect(); return; }
      (async () => {
        const out = [];
        out.push(await new Promise((k) => new Worker('require("node:worker_threads").parentPort.postMessage("worker")', { eval: true }).once('message', k)));
        out.push((await WebAssembly.instantiate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))).instance ? 'wasm' : '');
        out.push(await new Promise((k) => fork(__filename).once('message', k)));
        out.push(execSync('echo exec').toString().trim());
        const server = http.createServer((_, r) => r.setHeader('connection', 'close').end('fetched')).listen(0);
        out.push(await (await fetch('http://localhost:' + server.address().port)).text()); server.close();
        console.log(out.join(' '));
      })();`);
    expect(await run(['node', 'all.cjs'])).toMatchObject({ exitCode: 0, stdout: 'worker wasm forked exec fetched\n' });
  });

  test('npm runs scripts of a package', async () => {
    file('package.json', '{"name":"x","version":"1.0.0","scripts":{"test":"node -e \\"console.log(40+2)\\""}}');
    expect(await run(['npm', 'test', '--silent'])).toMatchObject({ exitCode: 0, stdout: '42\n' });
  });

  test('go builds and runs, where there is a go', async ({ skip }) => {
    if (tools.missing.includes('go')) skip('no go on PATH');
    file('go.mod', 'module x\n\ngo 1.20\n');
    file('main.go', 'package main\n\nfunc main() { println("built inside") }\n');
    const result = await run(['go', 'run', '.'], { GOPROXY: 'off', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' });
    expect(result).toMatchObject({ exitCode: 0, stderr: 'built inside\n' });
  });
});
