import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { modelConfig } from '../../test/support/model-server.ts';
import { createModels } from './client.ts';

test('the scripted server runs as a process, prints its address and counts the questions', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'model-server-'));
  const script = join(directory, 'script.json');
  const countFile = join(directory, 'count');
  writeFileSync(script, JSON.stringify({ replies: [{ status: 429, headers: { 'retry-after': '0' } }, { content: 'hello', expect: 'greet' }], repeat: true, countFile, models: ['scripted'] }));
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/model-server.ts', script], { cwd: new URL('../..', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = String(await new Promise((resolve) => child.stdout.once('data', resolve))).trim();
    const models = await createModels(modelConfig({ VLLM_URL: url }));
    const ask = (content: string) => models.ask({ role: 'coder', system: '', messages: [{ role: 'user' as const, content }] });
    expect(await ask('please greet me')).toMatchObject({ text: 'hello', model: 'scripted', requests: 2 });
    expect((await ask('greet again')).text).toBe('hello');
    await expect(ask('other')).rejects.toMatchObject({ code: 'model_refused', message: expect.stringContaining('request 4 does not contain "greet"') });
    expect(readFileSync(countFile, 'utf8')).toBe('4');
  } finally {
    child.kill();
    rmSync(directory, { recursive: true });
  }
});
