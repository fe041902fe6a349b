import { existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChild } from '../../../test/support/child.ts';
import { startLlamaServer } from '../../../test/support/llama-server.ts';
import { gguf, snapshotFiles, writeFiles } from '../../../test/support/model-files.ts';
import { smallModel } from '../../../test/support/small-model.ts';
import { checkOverHttp } from '../files/check/over-http.ts';
import { look } from '../files/look.ts';
import type { FoundModel } from '../files/types.ts';
import { planServer } from './plan.ts';
import { which } from './programs.ts';
import { serveSnapshot, type ServeOptions } from './serve.ts';
import type { Progress } from './watch.ts';

const support = (name: string) => fileURLToPath(new URL(`../../../test/support/${name}`, import.meta.url));
const FAKE = support('fake-vllm.mjs');

let root: string;
let folder: string;
let env: Record<string, string | undefined>;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-serve-')));
  folder = writeFiles(join(root, 'starcoder2-3b'), snapshotFiles());
  env = { PATH: `${join(root, 'bin')}:${process.env['PATH']}`, HOME: root, FAKE_PIDS: join(root, 'pids') };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const model = (path = folder): Promise<FoundModel> => look({ path, name: undefined, via: 'path' });
const serve = async (options: Partial<ServeOptions> = {}) => serveSnapshot(await model(), { env, ...options });
const problem = (options: Partial<ServeOptions> = {}) => serve(options).then(async (served) => {
  await served.stop();
  return 'served';
}, (error: { code: string; message: string }) => `${error.code}: ${error.message.replaceAll(root, 'R')}`);
const program = (name: string, text: string) => writeFiles(join(root, 'bin'), {}) && writeFileSync(join(root, 'bin', name), text, { mode: 0o755 });
const link = (name: string, to: string) => writeFiles(join(root, 'bin'), {}) && symlinkSync(to, join(root, 'bin', name));

/** Processes that the fake server wrote down and that still run. */
function running(): number[] {
  const pids = existsSync(join(root, 'pids')) ? readFileSync(join(root, 'pids'), 'utf8').split('\n').filter(Boolean).map(Number) : [];
  return pids.filter((pid) => {
    try {
      // A dead one that nobody has waited for counts as gone.
      return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  });
}
async function allGone(): Promise<boolean> {
  for (let tries = 0; tries < 200 && running().length > 0; tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  return running().length === 0;
}

describe('a server for a snapshot', () => {
  it('is vLLM where it is on the PATH; it answers, and is gone with all it started when it is stopped', async () => {
    link('vllm', FAKE);
    const told: Progress[] = [];
    const served = await serve({ onProgress: (progress) => void told.push(progress) });
    expect(served).toMatchObject({ server: 'vLLM', model: folder, baseUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/) });
    expect(await checkOverHttp({ baseUrl: served.baseUrl, model: served.model, via: 'a test' })).toMatchObject({ form: 'chat', text: 'return a + b', promptTokens: 30, replyTokens: 5 });
    if (process.platform === 'linux') expect(await served.peakBytes()).toBeGreaterThan(1e6);
    expect(running()).toHaveLength(2);
    await served.stop();
    await served.stop();
    expect(await allGone()).toBe(true);
  });
  it.each(['program alone', 'words with places'])('is the one that is named, as a %s', async (form) => {
    const served = await serve({ server: form === 'program alone' ? FAKE : `'${process.execPath}' ${FAKE} serve {model} --quiet --port {port}` });
    expect(served.model).toBe(folder);
    await served.stop();
  });
  it('is told what a base model is asked', async () => {
    env['FAKE_SERVER'] = 'base';
    const served = await serve({ server: FAKE });
    expect(await checkOverHttp({ baseUrl: served.baseUrl, model: served.model, via: 'a test' })).toMatchObject({ form: 'completion', text: 'return a + b' });
    await served.stop();
  });
  it('ends when the program that asked for it is killed', async () => {
    process.env['FAKE_PIDS'] = join(root, 'pids');
    const child = startChild('model-serve.ts', [folder, FAKE]);
    delete process.env['FAKE_PIDS'];
    expect(await child.line()).toMatch(/^http:/);
    expect(running()).toHaveLength(2);
    await child.kill();
    expect(await allGone()).toBe(true);
  });
});

describe('a server that does not come up', () => {
  it('says its last words and what helps', async () => {
    env['FAKE_SERVER'] = 'dies';
    expect(await problem({ server: FAKE })).toBe(`model_server_failed: ${FAKE} ended with exit code 3 before it answered. It said last:\nloading R/starcoder2-3b\nValueError: Model architectures [...] are not supported for now. \nThis version of the server does not know the architecture: update it, or take another model.`);
  });
  it('in time is stopped', async () => {
    env['FAKE_SERVER'] = 'silent';
    expect(await problem({ server: FAKE, readyMs: 1 })).toMatch(/^model_server_failed: .* did not answer within 0 s\./);
    expect(await allGone()).toBe(true);
  });
  it('is stopped when nobody wants it any more', async () => {
    env['FAKE_SERVER'] = 'silent';
    const stop = new AbortController();
    const said = problem({ server: FAKE, signal: stop.signal });
    while (running().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    expect(await said).toBe('cancelled: Cancelled.');
    expect(await allGone()).toBe(true);
  });
  it('and wants a key is told', async () => {
    env['FAKE_SERVER'] = 'closed';
    expect(await problem({ server: FAKE })).toMatch(/^model_auth: The model server http:\/\/127\.0\.0\.1:\d+\/v1 wants an API key/);
    expect(await allGone()).toBe(true);
  });
});

describe('llama.cpp', () => {
  const CONVERT = '#!/usr/bin/env python3\nimport shutil, sys\nprint("converting")\nshutil.copy(sys.argv[1] + "/as.bin-gguf", sys.argv[sys.argv.index("--outfile") + 1])\n';
  it('gets the snapshot converted, once', async () => {
    env['PATH'] = join(root, 'bin');
    link('python3', (await which('python3', process.env)) ?? '');
    link('node', process.execPath);
    link('llama-server', FAKE);
    program('convert_hf_to_gguf.py', CONVERT);
    writeFiles(folder, { 'as.bin-gguf': gguf() });
    // The fake needs env and sleep beside node.
    env['PATH'] += ':/usr/bin:/bin';
    for (const round of [1, 2]) {
      const served = await serve();
      expect([round, served.server, served.model]).toEqual([round, 'llama.cpp', expect.stringMatching(/\.cache\/untilgreen\/models\/converted\/starcoder2-3b-[0-9a-f]{12}-q8_0\.gguf$/)]);
      await served.stop();
      rmSync(join(root, 'bin/convert_hf_to_gguf.py'));
      program('convert_hf_to_gguf.py', '#!/bin/sh\nexit 9');
    }
  });
  it('of a checkout is asked by python3; a converter that fails says why, and leaves nothing', async () => {
    const checkout = writeFiles(join(root, 'llama.cpp'), { 'convert_hf_to_gguf.py': 'raise SystemExit("Model Starcoder2ForCausalLM is not supported")', 'build/bin/x': '' });
    symlinkSync(FAKE, join(checkout, 'build/bin/llama-server'));
    env['PATH'] += `:${checkout}/build/bin`;
    expect(await problem()).toMatch(/^model_server_failed: convert_hf_to_gguf\.py ended with exit code 1\. It said last:\nModel Starcoder2ForCausalLM is not supported/);
    expect(readdirSync(join(root, '.cache/untilgreen/models/converted'))).toEqual([]);
  });
  it.each<[string, () => void, RegExp]>([
    ['nothing is there', () => {}, /vLLM is not on the PATH, and llama\.cpp \(llama-server\) is not either\. Install vLLM .*`untilgreen models get`/],
    ['the converter is not there', () => link('llama-server', FAKE), /llama\.cpp has no convert_hf_to_gguf\.py/],
    ['the model brings code', () => {
      link('llama-server', FAKE);
      program('convert_hf_to_gguf.py', CONVERT);
      writeFiles(folder, { 'modeling_x.py': 'print(1)' });
    }, /is not let near a model that brings code \(modeling_x\.py\)/],
    ['its tokenizer names code', () => {
      link('llama-server', FAKE);
      program('convert_hf_to_gguf.py', CONVERT);
      writeFiles(folder, { 'tokenizer_config.json': String.raw`{"\u0061uto_map": {"AutoTokenizer": ["far/away--tok.Tok", null]}}` });
    }, /brings code \(auto_map in tokenizer_config\.json\)/],
  ])('cannot, where %s', async (_title, make, expected) => {
    make();
    env['PATH'] = `${join(root, 'bin')}:/usr/bin:/bin:.`;
    const said = await problem();
    expect(said).toMatch(/^model_incompatible: starcoder2-3b is a snapshot, which is loaded by a server/);
    expect(said).toMatch(expected);
  });
});

describe('a plan', () => {
  it.each([
    ['', /^--server is empty/],
    ['no-such-program', /^--server no-such-program: there is no such program on the PATH\. Give its path\.$/],
    ['sh {model}', /\{port\} is missing\. Say where its port goes/],
  ])('refuses --server %j', async (server, expected) => {
    await expect(planServer(await model(), env, server)).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(expected) as unknown });
  });
  it('refuses a model that writes nothing', async () => {
    writeFiles(folder, { 'config.json': JSON.stringify({ architectures: ['BertModel'], model_type: 'bert' }) });
    await expect(planServer(await model(), env, FAKE)).rejects.toMatchObject({ code: 'model_incompatible', message: expect.stringMatching(/^starcoder2-3b cannot be used: it does not continue text/) as unknown });
  });
});

const small = await smallModel('smollm2');
// Started once to have it installed: the program below has no word for "left out".
const real = await startLlamaServer(small);
await real?.close();
it.skipIf(!small || !real)('a real llama.cpp server is started for a folder, answers, and is stopped', async () => {
  symlinkSync(small ?? '', join(folder, 'weights.bin-gguf'));
  const served = await serve({ env: { ...process.env }, server: `${process.execPath} --import ${import.meta.resolve('tsx')} ${support('llama-as-vllm.ts')}` });
  try {
    const checked = await checkOverHttp({ baseUrl: served.baseUrl, model: served.model, via: 'a test' }, { form: 'chat' });
    expect(checked.text).toContain('def add');
    expect(checked.replyTokens).toBeGreaterThan(10);
    if (process.platform === 'linux') expect(await served.peakBytes()).toBeGreaterThan(100e6);
  } finally {
    await served.stop();
  }
});
