import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installed } from '../../src/languages/javascript/projects.prop.ts';
import { sandboxOn } from '../../src/sandbox/open.ts';
import { probe } from '../../src/sandbox/probe.ts';
import { barrier } from '../../src/sandbox/reach.ts';
import { RUNGS } from '../../src/sandbox/rungs/registry.ts';
import { toolPaths } from '../../src/sandbox/tool-paths.ts';
import type { ToolPaths } from '../../src/sandbox/tool-paths.ts';
import type { Mount, SandboxResult } from '../../src/sandbox/types.ts';

// Not only denial: what developers run must run inside, with the tools of this machine, on every rung it has.
const EXPECTED = (process.env.UNTILGREEN_EXPECT_RUNGS ?? '').split(',').filter(Boolean);
const NOBODY = { uid: 65534, gid: 65534 };
const isRoot = process.geteuid?.() === 0;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'sandbox-compatible-')));
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const jest = installed('jest', '30.5.2');
const packages = pythonPackages();
const seconds: string[] = [];
/** The first rung's, filled by it: what a rung does with a cold cache is shown once, and takes half a minute. */
let builtByGo: string | undefined;
chmodSync(base, 0o755);
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
  if (seconds.length > 0) console.log(seconds.join('\n'));
});

/** Where scripts/setup.mjs puts pytest and hypothesis. */
function pythonPackages(): string | undefined {
  const asked = spawnSync('python3', ['-I', '-c', 'import sys; print(sys.version); print("python%d.%d" % sys.version_info[:2])'], { cwd: '/', encoding: 'utf8' }).stdout.trimEnd();
  const cut = asked.lastIndexOf('\n');
  const key = createHash('sha256').update(`pytest==9.2.0 hypothesis==6.170.15\n${asked.slice(0, cut)}`).digest('hex').slice(0, 16);
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'untilgreen', 'py', key, 'lib', asked.slice(cut + 1), 'site-packages');
  return existsSync(join(folder, 'pytest')) ? folder : undefined;
}

/** Rung D shows root's commands nothing that lies behind a closed folder: there, a copy of it is shown. */
function reachable(path: string): string {
  if (barrier(path, NOBODY) === undefined) return path;
  const copy = join(base, createHash('sha256').update(path).digest('hex').slice(0, 8), basename(path));
  if (!existsSync(copy)) cpSync(path, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

for (const backend of RUNGS) {
  const { rung, guarantees } = backend;
  // As root, rung B runs for workspaces of others.
  const owner = rung === 'B' && isRoot ? NOBODY : undefined;
  const { obstacle } = owner ? { obstacle: await backend.prepare() } : await probe(backend);
  const why = obstacle ? ` (not measured: ${obstacle.problem})` : '';

  test.runIf(obstacle && EXPECTED.includes(rung))(`rung ${rung} is expected here`, () => expect(obstacle?.problem).toBeUndefined());

  describe.skipIf(obstacle)(`rung ${rung}${owner ? ' for another owner' : ''}${why}`, () => {
    const workspace = join(base, `work of ${rung}`);
    const goCache = join(base, `go of ${rung}`);
    const sandbox = sandboxOn(backend, { wallMs: 180_000 });
    let tools: ToolPaths;
    let shown: Mount[] = [];
    const file = (name: string, text: string): void => {
      const path = join(workspace, name);
      writeFileSync(path, text);
      if (owner) chownSync(path, owner.uid, owner.gid);
    };
    const run = async (argv: string[], env: Record<string, string> = {}, node_modules = modules): Promise<SandboxResult> => {
      const result = await sandbox.run({ argv, workspace, env: { PATH: tools.path, ...env }, mounts: [...tools.mounts, { source: rung === 'D' ? reachable(node_modules) : node_modules, target: join(workspace, 'node_modules') }, ...shown] });
      seconds.push(`rung ${rung}: ${argv.join(' ')} ${(result.wallMs / 1000).toFixed(1)} s`);
      return result;
    };

    beforeAll(async () => {
      mkdirSync(workspace);
      if (builtByGo) cpSync(builtByGo, goCache, { recursive: true });
      else mkdirSync(goCache);
      if (owner) for (const folder of [workspace, goCache]) execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, folder]);
      tools = await toolPaths([rung === 'D' ? '/usr/bin/python3' : 'python3', 'node', 'npm', 'go']);
      shown = [...(packages ? [{ source: rung === 'D' ? reachable(packages) : packages, target: '/opt/python' }] : []), { source: goCache, target: goCache, writable: true }];
    });

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

    test('node --test', async () => {
      file('package.json', '{"type":"module"}');
      file('n.test.js', 'import test from "node:test"; import assert from "node:assert"; test("a", () => {}); test("b", async (t) => { await t.test("c", () => assert.equal(1, 2)); });');
      const result = await run(['node', '--test', '--test-reporter=tap', 'n.test.js']);
      expect(result).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/# pass 1[^]*# fail [12]/) });
    });

    test('vitest with its workers', async () => {
      file('package.json', '{"type":"module"}');
      file('a.test.js', 'import { test, expect } from "vitest"; test("a", () => expect(1).toBe(1)); test("b", () => expect(1).toBe(2));');
      const result = await run(['node', 'node_modules/vitest/vitest.mjs', 'run', '--no-color', '--no-cache', 'a.test.js']);
      expect(result.stdout).toContain('1 failed | 1 passed');
      expect(result.exitCode).toBe(1);
    });

    test('jest with its workers', async () => {
      file('package.json', '{"jest":{"testMatch":["**/j*.spec.js"]}}');
      file('j.spec.js', 'test("a", () => expect(1).toBe(1)); test("b", () => expect(1).toBe(2));');
      file('j2.spec.js', 'test("c", () => new Promise((done) => setTimeout(done, 10)));');
      const result = await run(['node', 'node_modules/jest/bin/jest.js', '--no-cache', '--workers=2'], {}, jest);
      expect(result).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('1 failed, 2 passed') });
    });

    test('the TypeScript compiler', async () => {
      file('a.ts', 'const x: number = "a";\n');
      expect(await run(['node', 'node_modules/typescript6/lib/tsc.js', '--noEmit', 'a.ts'])).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('TS2322') });
    });

    test('worker threads, WebAssembly and child processes', async () => {
      file('all.cjs', `
        const { Worker } = require('node:worker_threads'); const { fork, execSync } = require('node:child_process');
        if (process.send) { process.send('forked'); process.disconnect(); return; }
        (async () => {
          const out = [];
          out.push(await new Promise((k) => new Worker('require("node:worker_threads").parentPort.postMessage("worker")', { eval: true }).once('message', k)));
          out.push((await WebAssembly.instantiate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))).instance ? 'wasm' : '');
          out.push(await new Promise((k) => fork(__filename).once('message', k)));
          out.push(execSync('echo exec').toString().trim());
          console.log(out.join(' '));
        })();`);
      expect(await run(['node', 'all.cjs'])).toMatchObject({ exitCode: 0, stdout: 'worker wasm forked exec\n' });
    });

    describe.skipIf(!guarantees.loopback)(`a server and its client${guarantees.loopback ? '' : ' (this rung has no loopback)'}`, () => {
      test('in Node, with fetch', async () => {
        file('serve.cjs', `
          const server = require('node:http').createServer((_, r) => r.setHeader('connection', 'close').end('fetched')).listen(0, async () => {
            console.log(await (await fetch('http://localhost:' + server.address().port)).text()); server.close();
          });`);
        expect(await run(['node', 'serve.cjs'])).toMatchObject({ exitCode: 0, stdout: 'fetched\n' });
      });

      test('in Python, with urllib and with asyncio', async () => {
        file('serve.py', `import asyncio, http.server, threading, urllib.request
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(urllib.request.urlopen("http://localhost:%d/serve.py" % server.server_port).read()[:6].decode())
async def main():
    echo = await asyncio.start_server(lambda r, w: w.write(b"streamed") or w.close(), "127.0.0.1", 0)
    reader, _ = await asyncio.open_connection(*echo.sockets[0].getsockname())
    print((await reader.read()).decode())
asyncio.run(main())
`);
        expect(await run(['python3', 'serve.py'])).toMatchObject({ exitCode: 0, stdout: 'import\nstreamed\n' });
      });
    });

    test('npm runs scripts of a package', async () => {
      file('package.json', '{"name":"x","version":"1.0.0","scripts":{"test":"node -e \\"console.log(40+2)\\""}}');
      expect(await run(['npm', 'test', '--silent'])).toMatchObject({ exitCode: 0, stdout: '42\n' });
    });

    test('go test, where there is a go', async ({ skip }) => {
      if (tools.missing.includes('go')) skip('no go on PATH');
      file('go.mod', 'module x\n\ngo 1.20\n');
      file('x_test.go', 'package x\n\nimport "testing"\n\nfunc TestA(t *testing.T) {}\nfunc TestB(t *testing.T) { t.Error("no") }\n');
      const result = await run(['go', 'test', './...'], { GOPROXY: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod', CGO_ENABLED: '0', GOCACHE: goCache });
      expect(result).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/--- FAIL: TestB[^]*FAIL\s+x/) });
      builtByGo ??= goCache;
    }, 200_000);
  });
}
