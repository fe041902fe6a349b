import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { openCapabilities } from '../engine.ts';
import type { Capabilities } from '../interfaces.ts';
import { scriptedModels } from '../testing/scripted.ts';

const CALL = { percent: 15, number: 300 };

describe('a report', { timeout: 120_000 }, () => {
  let [home, capabilities] = ['', undefined as unknown as Capabilities];
  const models = scriptedModels([]);
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'mend-'));
    capabilities = await openCapabilities({ config: await loadConfig({ cwd: home, env: { ...process.env, UNTILGREEN_HOME: home, UNTILGREEN_EMBEDDER: 'ngram', TOOLS_DIR: join(home, 'tools'), DATABASE_URL: '' } }), models });
    await capabilities.seed(['calculate_percentage']);
    await capabilities.use('calculate_percentage', CALL);
  });
  afterAll(async () => {
    await capabilities.close();
    await rm(home, { recursive: true, force: true });
  });

  it.each([
    ['of what the tool gives already ends well', 45, { ok: true, made: false }],
    ['that says nothing of what is right, where the tool gives something, tells what it gives', undefined, { ok: false, reason: 'calculate_percentage 1.0.0 does not fail there, but gives 45. Say what is right, if that is not.' }],
  ])('%s; no use of it is called wrong and no model is asked', async (_, expected, result) => {
    expect(await capabilities.report('calculate_percentage', { arguments: CALL, ...(expected === undefined ? {} : { expected }) })).toMatchObject(result);
    expect((await capabilities.uses('calculate_percentage')).map(({ wrong }) => wrong)).toEqual([false]);
    expect(models.asked).toEqual([]);
  });

  it('of what it does not give counts as a failure, also where nobody can mend it', async () => {
    await capabilities.report('calculate_percentage', { arguments: CALL, expected: 46 }).catch(() => {});
    expect((await capabilities.uses('calculate_percentage')).map(({ wrong }) => wrong)).toEqual([true]);
  });
});
