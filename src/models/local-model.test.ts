import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { modelConfig, startModelServer } from '../../test/support/model-server.ts';
import type { ModelSettings } from '../config/schema.ts';
import { discoverModels } from './discover.ts';

let folder: string;
let coder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local models-'));
  coder = join(folder, 'tiny-coder.gguf');
  writeFileSync(coder, gguf({ 'general.architecture': 'llama', 'tokenizer.ggml.model': 'gpt2' }));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A GGUF file of texts and one tensor of one number. */
function gguf(texts: Record<string, string>): Buffer {
  const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
  const u64 = (value: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
  const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
  const STRING = u32(8);
  const pairs = Object.entries(texts).map(([key, value]) => Buffer.concat([text(key), STRING, text(value)]));
  const tensor = Buffer.concat([text('output.weight'), u32(1), u64(1), u32(0), u64(0)]);
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(1), u64(pairs.length), ...pairs, tensor]);
  return Buffer.concat([head, Buffer.alloc(32 - (head.length % 32)), Buffer.alloc(32)]);
}

const noNetwork: typeof fetch = async (input) => Promise.reject(new Error(`unexpected request to ${String(input)}`));
const found = async (settings: ModelSettings, env: Record<string, string> = {}) => {
  const home = { HOME: folder, XDG_DATA_HOME: folder, XDG_CACHE_HOME: folder };
  return (await discoverModels(modelConfig({ ...home, ...env }, { default: settings }), { fetch: noNetwork, probePorts: [], verify: false })).coder;
};

describe('a model of this machine', () => {
  const address = (): string => `gguf://${coder.replaceAll(' ', '%20')}`;

  test('is given by the path of its file, whatever else is configured', async () => {
    const target = await found({ model: coder }, { VLLM_URL: 'http://gpu:8000', VLLM_MODEL: 'm' });
    expect(target).toMatchObject({ provider: 'openai-compatible', model: 'tiny-coder', baseUrl: address(), apiKey: undefined, via: 'its path' });
  });

  test('is given by its address', async () => {
    expect(await found({ base_url: address() })).toMatchObject({ model: 'tiny-coder', baseUrl: address() });
  });

  test('is given by the name under which it lies in a models root', async () => {
    expect(await found({ model: 'tiny-coder' }, { CODEGEN_MODEL_PATH: folder })).toMatchObject({ model: 'tiny-coder', baseUrl: address() });
    expect(await found({ model: 'tiny-coder' }, { CODEGEN_MODEL_PATH: folder, OPENAI_API_KEY: 'k' })).toMatchObject({ baseUrl: address() });
  });

  test('is found in a further folder that is named for this command', async () => {
    const config = modelConfig({ HOME: join(folder, 'home') }, { default: { model: 'tiny-coder' } });
    const { coder: target } = await discoverModels(config, { fetch: noNetwork, probePorts: [], modelsRoots: [folder] });
    expect(target).toMatchObject({ model: 'tiny-coder', baseUrl: address() });
  });

  test.each([
    ['a server is named that may have it', { VLLM_URL: 'http://gpu:8000' }, {}, 'http://gpu:8000/v1'],
    ['the settings name a server', {}, { base_url: 'http://gpu:9000' }, 'http://gpu:9000/v1'],
    ['the settings name a service', { OPENAI_API_KEY: 'k' }, { provider: 'openai' }, 'https://api.openai.com/v1'],
  ] as const)('is not looked for where %s', async (_title, env, settings, baseUrl) => {
    expect(await found({ model: 'tiny-coder', ...settings }, { CODEGEN_MODEL_PATH: folder, ...env })).toMatchObject({ model: 'tiny-coder', baseUrl });
  });

  test('is not loaded where a server that runs here has it', async () => {
    const server = await startModelServer({ replies: [], models: ['tiny-coder'] });
    const config = modelConfig({ HOME: folder, CODEGEN_MODEL_PATH: folder }, { default: { model: 'tiny-coder' } });
    const targets = await discoverModels(config, { probePorts: [server.port] });
    await server.close();
    expect(targets.coder).toMatchObject({ model: 'tiny-coder', baseUrl: server.url });
  });

  test('that is a folder of weights is served by what is handed in for it, once for all roles', async () => {
    const weights = join(folder, 'weights');
    mkdirSync(weights);
    writeFileSync(join(weights, 'config.json'), JSON.stringify({ architectures: ['LlamaForCausalLM'], model_type: 'llama' }));
    writeFileSync(join(weights, 'tokenizer.json'), '{}');
    const head = Buffer.from(JSON.stringify({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }));
    writeFileSync(join(weights, 'model.safetensors'), Buffer.concat([Buffer.from(BigUint64Array.of(BigInt(head.length)).buffer), head, Buffer.alloc(4)]));
    const served: string[] = [];
    const targets = await discoverModels(modelConfig({ HOME: folder }, { default: { model: weights } }), {
      fetch: noNetwork,
      serve: async ({ path }) => {
        served.push(path);
        return { baseUrl: 'http://127.0.0.1:1/v1', model: 'weights' };
      },
    });
    expect(served).toEqual([weights]);
    expect(targets.coder).toMatchObject({ baseUrl: 'http://127.0.0.1:1/v1', model: 'weights' });
  });

  test.each([
    ['is not there', () => join(folder, 'gone.gguf'), 'model_file_invalid', /gone\.gguf does not exist/],
    ['is something else', () => (writeFileSync(join(folder, 'notes.gguf'), 'not a model'), join(folder, 'notes.gguf')), 'model_file_invalid', /is not a GGUF file/],
    ['is cut short', () => (writeFileSync(coder, gguf({ 'general.architecture': 'llama' }).subarray(0, 60)), coder), 'model_file_invalid', /tiny-coder\.gguf/],
    ['only embeds texts', () => (writeFileSync(coder, gguf({ 'general.architecture': 'bert' })), coder), 'model_incompatible', /cannot be asked: it does not write text/],
  ] as const)('whose file %s is refused before any work', async (_title, make, code, message) => {
    const error = (await found({ model: make() }).catch((thrown: unknown) => thrown)) as { code: string; message: string };
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(message);
  });
});
