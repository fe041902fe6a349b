import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runTool } from './registry.ts';
import { runCode } from './run_code.ts';
import { sandboxedContext } from './testing/context.prop.ts';
import type { ToolContext } from './types.ts';

describe('run_code', () => {
  let context: ToolContext;
  let close: () => Promise<void>;
  beforeAll(async () => ({ context, close } = await sandboxedContext({ 'secret.txt': 'of the project\n' })));
  afterAll(() => close());
  const run = async (args: Record<string, unknown>, at = context): Promise<any> => runTool(runCode, args, at);

  test('what a snippet prints and how it ends is the result', async () => {
    const result = await run({ language: 'python', code: 'import sys\nprint(sys.stdin.read()[::-1])\nsys.exit(3)', stdin: 'abc' });
    expect(result).toMatchObject({ ok: true, summary: 'python: exit 3.', data: { status: 'exited', exitCode: 3, stdout: 'cba\n', stderr: '', language: 'python' } });
  });

  test('it sees nothing of the project and changes nothing there', async () => {
    const result = await run({ language: 'sh', code: `ls; cat ${context.bench.root}/secret.txt; echo x > new.txt` });
    expect(result.data).toMatchObject({ stdout: 'main.sh\n', exitCode: 0 });
    expect(result.data.stderr).toContain('No such file');
    expect(await context.bench.deltas()).toEqual([]);
    expect(runCode.writes?.({ language: 'sh', code: 'x' })).toEqual([]);
  });

  test('terminal escapes do not reach the reader', async () => {
    expect((await run({ language: 'js', code: String.raw`console.log("\x1b[31mred\x1b[0m")` })).data.stdout).toBe('red\n');
  });

  test('a snippet beyond its time is stopped', async () => {
    expect(await run({ language: 'python', code: 'print("up")\nwhile True: pass', timeout: 1 })).toMatchObject({ ok: true, summary: 'python: timeout.', data: { status: 'timeout', exitCode: null, stdout: 'up\n' } });
  });

  test('a blocked import is a refusal that names it and its line', async () => {
    const result = await run({ language: 'python', code: 'import sys\nimport socket', blockedImports: ['socket'] });
    expect(result).toMatchObject({ ok: false, code: 'blocked_import', data: { name: 'socket', line: 2 } });
    expect(result.message).toContain('socket in line 2');
  });

  test.each([
    ['an unknown language', { language: 'pyhton', code: 'x' }, 'Did you mean python?'],
    ['no code', { language: 'python', code: ' \n' }, '`code`'],
    ['a timeout of nothing', { language: 'python', code: '1', timeout: 0 }, 'timeout'],
    ['names to block in shell', { language: 'sh', code: 'ls', blockedImports: ['os'] }, 'shell'],
  ])('%s is refused', async (_title, args, message) => {
    const result = await run(args);
    expect(result).toMatchObject({ ok: false, code: 'bad_arguments' });
    expect(result.message).toContain(message);
  });

  test('a signal that is aborted ends it as cancelled', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    expect(await run({ language: 'python', code: 'import time\ntime.sleep(60)' }, { ...context, signal: controller.signal })).toMatchObject({ ok: false, code: 'cancelled' });
  });
});
