import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openContext } from './open.ts';

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

let app: string;
let cache: string;
const MANY = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`pkg/m${i}.py`, `from pkg import m${(i + 1) % 30}\n\ndef f${i}():\n    return m${(i + 1) % 30}.f${(i + 1) % 30}()\n`]));

async function put(files: Record<string, string>): Promise<void> {
  const old = new Date(Date.now() - 60_000);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(app, path)), { recursive: true });
    await writeFile(join(app, path), text);
    await utimes(join(app, path), old, old);
  }
}
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'untilgreen-context-'));
  made.push(folder);
  app = join(folder, 'app');
  cache = join(folder, 'cache');
  await put({ ...MANY, 'pkg/__init__.py': '' });
});
const open = () => openContext(app, { cache });
const names = async () => (await open()).graph.files.flatMap((file) => file.facts.symbols.map((s) => s.name)).length;

describe('facts that are kept', () => {
  it('are not read again, and give the same text', async () => {
    const first = await open();
    const again = await open();
    expect([first.read, again.read]).toEqual([31, 0]);
    expect(again.map({ tokens: 500 }).text).toBe(first.map({ tokens: 500 }).text);
    expect(again.graph.calls('pkg/m0.py')).toEqual(first.graph.calls('pkg/m0.py'));
  });

  it.each([
    ['changed', async () => put({ 'pkg/m3.py': 'def other():\n    pass\n\ndef more():\n    pass\n' }), 1, 31],
    ['changed without a change of time and size', async () => {
      const now = new Date();
      await writeFile(join(app, 'pkg/m3.py'), MANY['pkg/m3.py']!.replace('def f3', 'def g3'));
      await utimes(join(app, 'pkg/m3.py'), now, now);
    }, 1, 30],
    ['moved', async () => {
      await rm(join(app, 'pkg/m3.py'));
      await put({ 'pkg/moved.py': MANY['pkg/m3.py']! });
    }, 0, 30],
    ['deleted', async () => rm(join(app, 'pkg/m3.py')), 0, 29],
    ['only touched', async () => utimes(join(app, 'pkg/m3.py'), new Date(), new Date()), 0, 30],
  ] as const)('serve all but a file that was %s', async (_what, change, read, symbols) => {
    await open();
    await change();
    expect((await open()).read).toBe(read);
    expect(await names()).toBe(symbols);
  });

  it.each([
    ['cut off', async (path: string) => truncate(path, 2_000)],
    ['empty', async (path: string) => truncate(path, 0)],
    ['changed in a byte', async (path: string) => {
      const bytes = await readFile(path);
      bytes[bytes.length >> 1]! ^= 1;
      await writeFile(path, bytes);
    }],
    ['of another version', async (path: string) => writeFile(path, (await readFile(path, 'utf8')).replace(/^untilgreen-facts \d+/, 'untilgreen-facts 0'))],
  ] as const)('are made anew where the file is %s', async (_what, damage) => {
    await open();
    await damage(join(cache, (await readdir(cache))[0]!));
    expect((await open()).read).toBe(31);
    expect((await open()).read).toBe(0);
  });

  it('are whole after several processes wrote them at once', async () => {
    const script = `import { openContext } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)}; await openContext(${JSON.stringify(app)}, { cache: ${JSON.stringify(cache)} });`;
    const codes = await Promise.all(Array.from({ length: 3 }, async () => (await once(spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: 'inherit' }), 'exit'))[0] as number));
    expect(codes).toEqual([0, 0, 0]);
    expect(await readdir(cache)).toHaveLength(1);
    expect((await open()).read).toBe(0);
  });

  it.skipIf(process.getuid?.() === 0)('are not needed: a cache that cannot be written costs nothing but time', async () => {
    await mkdir(cache);
    await chmod(cache, 0o500);
    expect((await open()).read).toBe(31);
  });

  it('of few files are not kept at all', async () => {
    await rm(app, { recursive: true });
    await put({ 'a.py': 'x = 1\n' });
    await open();
    expect(await readdir(cache).catch(() => 'none')).toBe('none');
  });
});

describe('a project', () => {
  it('is read without what git ignores, dependencies, secrets and links', async () => {
    await put({ '.gitignore': 'built/\n', 'built/x.py': 'x = 1', 'node_modules/a/index.js': '', '.env': 'A=1', 'venv/pyvenv.cfg': '', 'venv/lib/a.py': '', 'notes.txt': 'x' });
    await symlink('/etc/passwd', join(app, 'link.py'));
    const paths = (await open()).graph.files.map((file) => file.path).filter((path) => !path.startsWith('pkg/'));
    expect(paths).toEqual(['.gitignore', 'notes.txt']);
  });

  it('is read though files are broken, and says which', async () => {
    await put({ 'bad.py': 'def f(:\n', 'bad.go': 'package a\nfunc (\n', 'bad.ts': 'class {{{\n', 'latin.py': 'x = "\xe4"\n' });
    expect((await open()).broken).toEqual(['bad.go', 'bad.py', 'bad.ts']);
  });

  it('ends with `cancelled` when it is told to', async () => {
    await expect(openContext(app, { cache, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each([['a file', 'pkg/m3.py'], ['a file of another machine', '/srv/app/pkg/m3.py'], ['a symbol', 'f3'], ['words', 'the f3 of pkg m3']])('has %s in focus first', async (_what, focus) => {
    expect((await open()).ranked(focus)[0]!.file.path).toMatch(/pkg\/m[34]\.py/);
  });

  it('refuses a focus that nothing is near', async () => {
    const project = await open();
    expect(() => project.focus('zebra quux')).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('is drawn by file while it is small, and by folder when it is large', async () => {
    const small = (await open()).mermaid();
    expect(small).toContain('n1["pkg/m0.py"]');
    expect(small.split('\n').filter((line) => line.includes('-->'))).toHaveLength(30);
    await put(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`other/x${i}.py`, 'from pkg import m1\n'])));
    expect((await open()).mermaid()).toBe('flowchart LR\n  n0["other/"]\n  n1["pkg/"]\n  n0 -->|30| n1');
  });
});
