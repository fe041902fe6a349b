import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from './main.ts';

let root: string;
let project: string;
const SOURCE = 'def area(r):\r\n    return 3 * r * r\r\n';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-tool-')));
  project = join(root, 'mein projekt ü');
  mkdirSync(project);
  writeFileSync(join(project, 'a.py'), SOURCE);
  for (const [name, value] of Object.entries({ HOME: root, XDG_CONFIG_HOME: join(root, 'config'), UNTILGREEN_HOME: join(root, 'home') })) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

async function tool(...args: string[]): Promise<{ exitCode: number; json: any }> {
  let stdout = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const exitCode = await main(['tool', ...args]);
  vi.restoreAllMocks();
  return { exitCode, json: JSON.parse(stdout) };
}
const call = (name: string, args: unknown) => tool('call', name, '--dir', project, '--json', typeof args === 'string' ? args : JSON.stringify(args));
const source = () => readFileSync(join(project, 'a.py'), 'utf8');

describe('tool call', () => {
  it('edits the project itself, line endings kept, and can be undone', async () => {
    const { exitCode, json } = await call('edit_file', { path: 'a.py', edits: [{ oldText: '3 * r', newText: '3.14 * r' }] });
    expect(json).toMatchObject({ ok: true, applied: [{ path: 'a.py', kind: 'modified', merged: false }], run: expect.stringMatching(/^tool-/) });
    expect(exitCode).toBe(0);
    expect(source()).toBe(SOURCE.replace('3 *', '3.14 *'));
    expect(readdirSync(join(root, 'home/tools'))).toEqual([]);
    const undo = async (...args: string[]): Promise<any> => {
      let stdout = '';
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
      expect(await main(['undo', ...args, '--json'])).toBe(0);
      vi.restoreAllMocks();
      return JSON.parse(stdout);
    };
    expect(await undo('--list')).toEqual([{ run: json.run, directory: project, created: expect.any(String), files: ['a.py'] }]);
    await undo('--run', json.run);
    expect(source()).toBe(SOURCE);
    expect(await undo(project, '--list')).toEqual([]);
  });

  it.each<[string, string, unknown, string]>([
    ['text that is not there', 'edit_file', { path: 'a.py', edits: [{ oldText: 'nowhere', newText: 'x' }] }, 'not_found'],
    ['text that occurs twice', 'edit_file', { path: 'a.py', edits: [{ oldText: ' r', newText: 'x' }] }, 'ambiguous'],
    ['an empty text', 'edit_file', { path: 'a.py', edits: [{ oldText: '', newText: 'x' }] }, 'empty_old'],
    ['a missing file', 'edit_file', { path: 'b.py', edits: [{ oldText: 'a', newText: 'x' }] }, 'file_missing'],
    ['a path outside the project', 'file_read', { path: '../secret' }, 'path_outside'],
    ['arguments of the wrong shape', 'edit_file', { path: 'a.py', edit: [] }, 'bad_arguments'],
    ['a file that exists', 'create_file', { path: 'a.py', content: 'x' }, 'file_exists'],
  ])('refuses %s with exit 1, the file untouched', async (_title, name, args, code) => {
    const { exitCode, json } = await call(name, args);
    expect(json).toMatchObject({ ok: false, code, message: expect.any(String) });
    expect(exitCode).toBe(1);
    expect(source()).toBe(SOURCE);
    expect(readdirSync(project)).toEqual(['a.py']);
  });

  it.each<[string, string, string]>([
    ['a binary file', 'bin.dat', 'binary_file'],
    ['a file that is not UTF-8', 'latin.txt', 'binary_file'],
    ['a directory', 'sub', 'not_a_file'],
    ['a file of 100 MB', 'huge.txt', 'too_large'],
    ['a link that leads out', 'out', 'path_unsafe'],
    ['links that lead in a circle', 'loop1', 'path_unsafe'],
    ['a path through such links', 'loop1/x', 'path_unsafe'],
    ['an absolute path', '/etc/hosts', 'path_outside'],
    ['an empty path', '', 'path_unsafe'],
  ])('neither reads, edits nor replaces %s', async (_title, path, code) => {
    mkdirSync(join(project, 'sub'));
    writeFileSync(join(project, 'bin.dat'), Buffer.from([0, 1, 2]));
    writeFileSync(join(project, 'latin.txt'), Buffer.from([0x63, 0xe9, 0x0a]));
    writeFileSync(join(project, 'huge.txt'), 'x');
    truncateSync(join(project, 'huge.txt'), 100_000_000);
    symlinkSync('/etc/hosts', join(project, 'out'));
    symlinkSync('loop2', join(project, 'loop1'));
    symlinkSync('loop1', join(project, 'loop2'));
    const before = readdirSync(project);
    for (const [name, args] of [['file_read', { path }], ['edit_file', { path, edits: [{ oldText: 'x', newText: 'y' }] }], ['file_write', { path, content: 'y' }]] as const) {
      // Reading a path through a link finds no file; writing one would follow it.
      const expected = name !== 'file_write' && path === 'loop1/x' ? /^(file_missing|path_unsafe)$/ : new RegExp(`^${code}$`);
      expect(await call(name, args)).toMatchObject({ exitCode: 1, json: { ok: false, code: expect.stringMatching(expected), message: expect.any(String) } });
    }
    expect(readdirSync(project)).toEqual(before);
    expect(readFileSync(join(project, 'latin.txt'))).toEqual(Buffer.from([0x63, 0xe9, 0x0a]));
  });

  it('an empty directory is bad usage, not the current directory', async () => {
    expect(await tool('call', 'file_read', '--json', '{"path":"package.json"}', '--dir', '')).toMatchObject({ exitCode: 2, json: { code: 'usage' } });
  });

  it.each([
    ['an unknown tool', 'edit_fil', '{}', 'unknown_tool', 'Did you mean edit_file?'],
    ['an unknown tool beside run_code', 'run_cod', '{}', 'unknown_tool', 'Did you mean run_code?'],
    ['arguments that are no JSON', 'edit_file', '{', 'usage', 'untilgreen tool schema edit_file'],
  ])('%s is bad usage', async (_title, name, args, code, message) => {
    expect(await call(name, args)).toMatchObject({ exitCode: 2, json: { ok: false, code, message: expect.stringContaining(message) } });
  });

  it('takes the arguments from a file', async () => {
    writeFileSync(join(root, 'args.json'), JSON.stringify({ path: 'a.py' }));
    expect(await call('file_read', `@${join(root, 'args.json')}`)).toMatchObject({ exitCode: 0, json: { ok: true, data: { path: 'a.py' } } });
    expect(await call('file_read', '@nowhere.json')).toMatchObject({ exitCode: 2, json: { ok: false, code: 'usage', message: expect.stringMatching(/nowhere\.json.*After @/) } });
  });

  it('runs a snippet apart from the project', async () => {
    expect(await call('run_code', { language: 'shell', code: 'echo $((6 * 7)); touch left-behind' })).toMatchObject({ exitCode: 0, json: { ok: true, data: { stdout: '42\n' } } });
    expect(readdirSync(project)).toEqual(['a.py']);
  });

  it('without arguments a tool gets none', async () => {
    expect((await tool('call', 'format_code', '--dir', project)).json).toMatchObject({ ok: true });
    const { exitCode, json } = await tool('call', 'file_read', '--dir', project);
    expect({ exitCode, json }).toMatchObject({ exitCode: 1, json: { ok: false, code: 'bad_arguments', message: 'file_read: path: expected string, got nothing.' } });
  });

  it('reads without writing a journal', async () => {
    const { exitCode, json } = await call('read_file', { path: 'a.py' });
    expect({ exitCode, ok: json.ok }).toEqual({ exitCode: 0, ok: true });
    expect(JSON.stringify(json)).toContain('def area');
    expect(json.applied).toBeUndefined();
  });
});

describe('what the tools are', () => {
  it('list tells name, effect and what each does', async () => {
    const { json } = await tool('list', '--json');
    expect(json.find((t: { name: string }) => t.name === 'edit_file')).toMatchObject({ effect: 'write', description: expect.any(String) });
  });
  it.each([
    ['openai', { type: 'function', function: { name: 'edit_file', parameters: { type: 'object', required: ['path', 'edits'] } } }],
    ['anthropic', { name: 'edit_file', input_schema: { type: 'object', required: ['path', 'edits'] } }],
    ['mcp', { name: 'edit_file', inputSchema: { type: 'object', required: ['path', 'edits'] }, annotations: { readOnlyHint: false } }],
  ])('schema is in the form of function calling: %s', async (form, expected) => {
    expect((await tool('schema', 'edit_file', '--form', form)).json).toMatchObject(expected);
    if (form === 'openai') expect((await tool('schema', 'edit_file')).json).toMatchObject(expected);
    expect((await tool('schema', '--form', form)).json).toHaveLength(16);
  });
});

describe('tools of MCP servers', () => {
  const SERVER = join(import.meta.dirname, '../../test/mcp/tickets-server.mjs');
  beforeEach(() => {
    mkdirSync(join(root, 'config/untilgreen'), { recursive: true });
    writeFileSync(join(root, 'config/untilgreen/config.yaml'), JSON.stringify({ mcp: { servers: { tickets: { command: process.execPath, args: [SERVER] }, gone: { command: '/nowhere' } } } }));
  });
  const names = (json: { name: string }[]) => json.map(({ name }) => name);

  it('are listed when they are asked for, and a server that fails is told by the exit code', async () => {
    const without = await tool('list', '--json');
    expect(names(without.json)).not.toContain('tickets__find');
    const { exitCode, json } = await tool('list', '--json', '--mcp');
    expect(exitCode).toBe(1);
    expect(names(json)).toEqual([...names(without.json), ...['find', 'close_ticket', 'env', 'pid', 'wait', 'die'].map((name) => expect.stringMatching(`^tickets__${name}`))]);
  });

  it('show their schema, and are called, without the other servers', async () => {
    expect((await tool('schema', 'tickets__find', '--form', 'mcp')).json).toMatchObject({ name: 'tickets__find', inputSchema: { required: ['query'] } });
    expect(await call('tickets__find', { query: 'open' })).toMatchObject({ exitCode: 0, json: { ok: true, data: { text: 'open: up to 10' } } });
    expect(await call('gone__find', {})).toMatchObject({ exitCode: 1, json: { ok: false, code: 'server_failed' } });
  });
});
