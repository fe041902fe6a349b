import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readFolder } from '../../capabilities/library/files.ts';
import { openLibrary } from '../../capabilities/library/open.ts';
import { main } from '../main.ts';

let top: string;
beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'library-whole-'));
  for (const [name, value] of Object.entries({ HOME: top, XDG_CONFIG_HOME: top, UNTILGREEN_HOME: join(top, 'home'), TOOLS_DIR: join(top, 'tools'), UNTILGREEN_EMBEDDER: 'ngram' })) vi.stubEnv(name, value);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(top, { recursive: true, force: true });
});

async function library(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const spies = [vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true)), vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true))];
  const code = await main(['library', ...args]);
  for (const spy of spies) spy.mockRestore();
  return { code, ...said };
}
const NAME = 'calculate_percentage';
const edit = (change: (code: string) => string): void => {
  const file = join(top, 'tools', NAME, `${NAME}.py`);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
};

it('a tool is edited, tested, run, and taken back, with the real gate and sandbox', { timeout: 300_000 }, async () => {
  const { tool, evidence } = await readFolder(join(import.meta.dirname, '../../../assets/tools', NAME));
  await (await openLibrary(join(top, 'tools'))).save(tool, '1.0.0', evidence!);

  edit((code) => code.replace(/return .*/, 'return percent * number / 1000'));
  expect(await library('test', NAME, '-q')).toMatchObject({ code: 1, out: expect.stringMatching(/1\.0\.0 {2}stopped by visible_cases/) as string });
  expect(await library('run', NAME, 'percent=15', 'number=300', '-q')).toMatchObject({ code: 1, out: '' });

  edit((code) => code.replace(/return .*/, 'return number / 100 * percent'));
  expect(await library('test', NAME, '-q')).toMatchObject({ code: 0, out: expect.stringContaining(`${NAME} 1.0.1  `) as string });
  // Admitted just now: the gate is not passed again.
  expect(await library('run', NAME, 'percent=15', 'number=300')).toEqual({ code: 0, out: '45\n', err: expect.stringMatching(/^15 percent of 300 is 45\. .*1\.0\.1/m) });
  expect((await library('history', NAME)).out).toMatch(/^\* {2}1\.0\.1 .* hand {2}edited by hand$/m);
  expect(spawnSync('python3', ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'tools'], { cwd: top, encoding: 'utf8' })).toMatchObject({ status: 0 });
  expect(await library('rollback', NAME)).toMatchObject({ code: 0, out: `${NAME} 1.0.0 is the current version again\n` });
  expect(readFileSync(join(top, 'tools', NAME, `${NAME}.py`), 'utf8')).not.toContain('number / 100');
});
