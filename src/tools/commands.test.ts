import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runTool } from './registry.ts';
import { sandboxedContext } from './testing/context.prop.ts';
import type { ToolContext } from './types.ts';

const PYTHON = {
  'area.py': 'def area(r):\n    return 3 * r\n',
  'tests/test_area.py': 'from area import area\n\ndef test_right():\n    assert area(1) == 3\n\ndef test_wrong():\n    assert area(2) == 12\n',
  'tests/test_other.py': 'def test_other():\n    assert True\n',
};

describe('shell', () => {
  let context: ToolContext;
  let close: () => Promise<void>;
  beforeAll(async () => ({ context, close } = await sandboxedContext({ 'a.txt': 'a\n', 'sub/b.txt': 'b\n' })));
  afterAll(() => close());
  const shell = async (args: Record<string, unknown>): Promise<any> => runTool('shell', args, context);
  const unchanged = async (): Promise<void> => expect(await context.bench.deltas()).toEqual([]);

  test('what a command changes is taken back, and named', async () => {
    const result = await shell({ command: 'echo x >> a.txt; rm sub/b.txt; echo new > n.txt; chmod +x a.txt' });
    expect(result).toMatchObject({ ok: true, data: { exitCode: 0, reverted: ['a.txt', 'n.txt', 'sub/b.txt'] } });
    expect(result.summary).toContain('taken back');
    expect((await context.bench.readText('a.txt')).text).toBe('a\n');
    expect(await context.bench.exists('n.txt')).toBe(false);
    await unchanged();
  });

  test('with keep it stays, new files too', async () => {
    const before = await context.bench.checkpoint();
    const result = await shell({ command: 'echo x >> a.txt && echo new > n.txt && rm sub/b.txt', keep: true });
    expect(result).toMatchObject({ ok: true, changed: ['a.txt', 'n.txt', 'sub/b.txt'] });
    expect(await context.bench.deltas()).toMatchObject([{ path: 'a.txt', kind: 'modified' }, { path: 'n.txt', kind: 'added' }, { path: 'sub/b.txt', kind: 'deleted' }]);
    await context.bench.restore(before);
    await unchanged();
  });

  test('what the project ignores is not kept', async () => {
    const own = await sandboxedContext({ '.gitignore': 'dist/\n*.log\n', 'sub/.gitignore': '!kept.log\n' });
    try {
      const command = 'mkdir dist __pycache__; echo > dist/o.js; echo > x.log; echo > sub/kept.log; echo > __pycache__/a.pyc; echo > n.txt';
      expect(await runTool('shell', { command, keep: true }, own.context)).toMatchObject({ ok: true, changed: ['n.txt', 'sub/kept.log'] });
      expect((await own.context.bench.deltas()).map((d) => d.path)).toEqual(['n.txt', 'sub/kept.log']);
    } finally {
      await own.close();
    }
  });

  test('a command that fails is a result with its exit code and both streams', async () => {
    expect(await shell({ command: 'echo out; echo err >&2; exit 3' })).toMatchObject({ ok: true, data: { status: 'exited', exitCode: 3, stdout: 'out\n', stderr: 'err\n' } });
  });

  test('terminal escapes do not reach the reader', async () => {
    const result = await shell({ command: "printf '\\033[31mred\\033[0m \\033]0;title\\007plain\\n'" });
    expect(result.data.stdout).toBe('red plain\n');
  });

  test('a command beyond its time is stopped with all it started, and its changes are gone', async () => {
    const result = await shell({ command: 'echo x >> a.txt; sleep 300 & sleep 300', timeout: 0.5 });
    expect(result).toMatchObject({ ok: true, data: { status: 'timeout', exitCode: null, reverted: ['a.txt'] } });
    expect(result.summary).toContain('timeout');
    await unchanged();
  });

  test('neither the network of the host, nor its files, nor its variables are there', async () => {
    const server = createServer((socket) => socket.end('reached')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const file = join(dirname(context.bench.source), 'host.txt');
    await writeFile(file, 'host-file');
    process.env.UNTILGREEN_TEST_SECRET = 'host-variable';
    try {
      const { port } = server.address() as AddressInfo;
      const connect = `require('net').connect(${port}, '127.0.0.1').on('data', (d) => console.log(String(d))).on('error', (e) => console.log(e.code))`;
      const result = await shell({ command: `node -e "${connect}"; cat '${file}'; env` });
      expect(result.data.stdout).toMatch(/ECONNREFUSED|ENETUNREACH/);
      expect(result.data.stdout).not.toMatch(/reached|host-file|host-variable/);
    } finally {
      delete process.env.UNTILGREEN_TEST_SECRET;
      server.close();
    }
  });

  test('long output keeps its head and its tail', async () => {
    const result = await shell({ command: 'echo first; seq 1 20000; echo last' });
    expect(result.data.stdout.length).toBeLessThan(21_000);
    expect(result.data.stdout).toMatch(/^first\n1\n[\s\S]*characters left out[\s\S]*last\n$/);
  });

  test('a signal that is aborted ends the command as cancelled, the files as they were', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    const result = await runTool('shell', { command: 'echo x >> a.txt; sleep 300', keep: true }, { ...context, signal: controller.signal });
    expect(result).toMatchObject({ ok: false, code: 'cancelled' });
    await unchanged();
  });
});

describe('run_tests', () => {
  let context: ToolContext;
  let close: () => Promise<void>;
  beforeAll(async () => ({ context, close } = await sandboxedContext(PYTHON)));
  afterAll(() => close());
  const run = async (args: Record<string, unknown>, at = context): Promise<any> => runTool('run_tests', args, at);

  test('each result is told, and a red one is no refusal', async () => {
    const result = await run({});
    expect(result).toMatchObject({ ok: true, summary: '1 of 3 tests fail.', data: { passed: false } });
    expect(result.data.text).toContain('✗ tests/test_area.py::test_wrong');
    expect(result.data.text).toContain('2 of 3 passed');
  });

  test('what a test says does not steer the terminal', async () => {
    const own = await sandboxedContext({ 'test_a.py': 'def test_a():\n    raise ValueError("\\x1b[2Jgone \\x1b]0;title\\x07")\n' });
    try {
      const { text } = (await run({}, own.context)).data;
      expect(text).toContain('gone');
      for (const control of ['\u0007', '\u001b']) expect(text).not.toContain(control);
    } finally {
      await own.close();
    }
  });

  test('files narrow it', async () => {
    expect(await run({ files: ['tests/test_other.py'] })).toMatchObject({ ok: true, summary: '1 test ran, all green.', data: { passed: true } });
  });

  test('a command of its own counts by its exit status', async () => {
    expect(await run({ command: 'test -f area.py && echo fine' })).toMatchObject({ ok: true, data: { passed: true } });
    expect(await run({ command: 'test -f missing.py && echo fine' })).toMatchObject({ ok: true, data: { passed: false } });
  });

  test.each([
    ['a file that is not there', 'tests/no.py', 'file_missing'],
    ['a path that leads out', '../x.py', 'path_outside'],
  ])('%s is refused', async (_title, file, code) => {
    expect(await run({ files: [file] })).toMatchObject({ ok: false, code });
  });

  test('a project that cannot be collected is not green, and says where', async () => {
    const own = await sandboxedContext({ 'tests/test_a.py': 'import nowhere_to_be_found\n\ndef test_a():\n    pass\n' });
    try {
      const result = await run({}, own.context);
      expect(result).toMatchObject({ ok: true, data: { passed: false } });
      expect(result.summary).toMatch(/did not pass|fail/);
      expect(result.data.text).toContain('nowhere_to_be_found');
    } finally {
      await own.close();
    }
  });

  test('a project without tests is a result, for the gate to judge', async () => {
    const own = await sandboxedContext({ 'notes.txt': 'x\n' });
    try {
      expect(await run({}, own.context)).toMatchObject({ ok: true, data: { passed: false, reports: [] }, summary: expect.stringContaining('No tests were found') });
    } finally {
      await own.close();
    }
  });
});
