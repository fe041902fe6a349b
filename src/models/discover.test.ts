import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { LoadedConfig, ModelSettings } from '../config/schema.ts';
import { modelConfig, startModelServer } from '../../test/support/model-server.ts';
import type { ModelServer, ModelServerOptions } from '../../test/support/model-server.ts';
import { normalizeBaseUrl, ollamaBaseUrl } from './base-url.ts';
import { DEFAULT_MODEL, discoverModels } from './discover.ts';

const open: ModelServer[] = [];
const serve = async (options: Partial<ModelServerOptions> = {}): Promise<ModelServer> => {
  const server = await startModelServer({ replies: [], ...options });
  open.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const noNetwork: typeof fetch = async (input) => {
  throw new Error(`unexpected request to ${String(input)}`);
};

describe('a base URL', () => {
  test.each([
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000/v1'],
    ['http://127.0.0.1:8000/', 'http://127.0.0.1:8000/v1'],
    ['http://127.0.0.1:8000/v1', 'http://127.0.0.1:8000/v1'],
    ['http://127.0.0.1:8000/v1/', 'http://127.0.0.1:8000/v1'],
    ['http://127.0.0.1:8000/v1/chat/completions', 'http://127.0.0.1:8000/v1'],
    ['http://gate/llm', 'http://gate/llm/v1'],
    ['https://host/api/paas/v4', 'https://host/api/paas/v4'],
    ['https://host/v1beta/openai/', 'https://host/v1beta/openai'],
    ['127.0.0.1:8000', 'http://127.0.0.1:8000/v1'],
    ['localhost:8000', 'http://localhost:8000/v1'],
  ])('%s is %s', (given, expected) => expect(normalizeBaseUrl(given)).toBe(expected));

  test.each([
    ['127.0.0.1:11434', 'http://127.0.0.1:11434/v1'],
    ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
    ['0.0.0.0:9000', 'http://127.0.0.1:9000/v1'],
    [':9000', 'http://127.0.0.1:9000/v1'],
    ['http://gpu:11434/', 'http://gpu:11434/v1'],
    ['https://ollama.example', 'https://ollama.example/v1'],
  ])('OLLAMA_HOST=%s is %s', (given, expected) => expect(ollamaBaseUrl(given)).toBe(expected));
});

describe('models are found without asking a server', () => {
  const cases: [string, Record<string, string>, Record<string, ModelSettings>, { provider: string; model: string; baseUrl: string; apiKey?: string; via?: string }][] = [
    ['from VLLM_URL and VLLM_MODEL', { VLLM_URL: 'http://gpu:8000', VLLM_MODEL: 'qwen' }, {}, { provider: 'openai-compatible', model: 'qwen', baseUrl: 'http://gpu:8000/v1', via: 'VLLM_URL' }],
    ['from VLLM_URL before OPENAI_API_KEY', { VLLM_URL: 'http://gpu:8000/v1', VLLM_MODEL: 'qwen', OPENAI_API_KEY: 'sk-1' }, {}, { provider: 'openai-compatible', model: 'qwen', baseUrl: 'http://gpu:8000/v1', apiKey: undefined }],
    ['from OPENAI_BASE_URL, with its key', { OPENAI_BASE_URL: 'http://gate', OPENAI_API_KEY: 'sk-1', OPENAI_MODEL: 'm' }, {}, { provider: 'openai-compatible', model: 'm', baseUrl: 'http://gate/v1', apiKey: 'sk-1' }],
    ['from an OPENAI_BASE_URL that is the hosted one', { OPENAI_BASE_URL: 'https://api.openai.com', OPENAI_API_KEY: 'sk-1' }, {}, { provider: 'openai', model: DEFAULT_MODEL.openai, baseUrl: 'https://api.openai.com/v1' }],
    ['from OPENAI_API_KEY alone', { OPENAI_API_KEY: 'sk-1' }, {}, { provider: 'openai', model: DEFAULT_MODEL.openai, baseUrl: 'https://api.openai.com/v1', apiKey: 'sk-1' }],
    ['from OPENAI_API_KEY and OPENAI_MODEL', { OPENAI_API_KEY: 'sk-1', OPENAI_MODEL: 'gpt-x' }, {}, { provider: 'openai', model: 'gpt-x', baseUrl: 'https://api.openai.com/v1' }],
    ['from ANTHROPIC_API_KEY', { ANTHROPIC_API_KEY: 'sk-a' }, {}, { provider: 'anthropic', model: DEFAULT_MODEL.anthropic, baseUrl: 'https://api.anthropic.com/v1', apiKey: 'sk-a' }],
    ['from ANTHROPIC_API_KEY, _MODEL and _BASE_URL', { ANTHROPIC_API_KEY: 'sk-a', ANTHROPIC_MODEL: 'claude-x', ANTHROPIC_BASE_URL: 'http://gate' }, {}, { provider: 'anthropic', model: 'claude-x', baseUrl: 'http://gate/v1' }],
    ['from GOOGLE_GENERATIVE_AI_API_KEY', { GOOGLE_GENERATIVE_AI_API_KEY: 'g-1' }, {}, { provider: 'google', model: DEFAULT_MODEL.google, baseUrl: 'https://generativelanguage.googleapis.com/v1beta', apiKey: 'g-1' }],
    ['from GEMINI_API_KEY', { GEMINI_API_KEY: 'g-1' }, {}, { provider: 'google', model: DEFAULT_MODEL.google, baseUrl: 'https://generativelanguage.googleapis.com/v1beta', apiKey: 'g-1' }],
    ['from OLLAMA_HOST and a model name in the config', { OLLAMA_HOST: '0.0.0.0' }, { default: { model: 'llama' } }, { provider: 'openai-compatible', model: 'llama', baseUrl: 'http://127.0.0.1:11434/v1', via: 'OLLAMA_HOST' }],
    ['from the config before the environment', { VLLM_URL: 'http://gpu:8000', VLLM_MODEL: 'qwen' }, { default: { base_url: 'http://mine:1', model: 'm' } }, { provider: 'openai-compatible', model: 'm', baseUrl: 'http://mine:1/v1' }],
    ['from the config, its model over that of the environment', { VLLM_URL: 'http://gpu:8000', VLLM_MODEL: 'qwen' }, { default: { model: 'm' } }, { provider: 'openai-compatible', model: 'm', baseUrl: 'http://gpu:8000/v1' }],
    ['from the config, with the key it names', { MY_KEY: 'k-1' }, { default: { base_url: 'http://mine:1', model: 'm', api_key_env: 'MY_KEY' } }, { provider: 'openai-compatible', model: 'm', baseUrl: 'http://mine:1/v1', apiKey: 'k-1' }],
    ['from the config, not sending the OpenAI key to another server', { OPENAI_API_KEY: 'sk-1' }, { default: { base_url: 'http://mine:1', model: 'm' } }, { provider: 'openai-compatible', model: 'm', baseUrl: 'http://mine:1/v1', apiKey: undefined }],
    ['from the config, sending a key to the server that it belongs to', { VLLM_URL: 'http://mine:1', VLLM_API_KEY: 'v-1', OPENAI_API_KEY: 'sk-1' }, { default: { base_url: 'http://mine:1/v1', model: 'm' } }, { provider: 'openai-compatible', model: 'm', baseUrl: 'http://mine:1/v1', apiKey: 'v-1' }],
    ['from VLLM_URL, not sending it the OpenAI key', { VLLM_URL: 'http://gpu:8000', VLLM_MODEL: 'qwen', OPENAI_API_KEY: 'sk-1' }, { default: { provider: 'openai-compatible' } }, { provider: 'openai-compatible', model: 'qwen', baseUrl: 'http://gpu:8000/v1', apiKey: undefined }],
    ['from VLLM_URL, with the key that the config names', { VLLM_URL: 'http://gpu:8000', VLLM_MODEL: 'qwen', MINE: 'k-1' }, { default: { api_key_env: 'MINE' } }, { provider: 'openai-compatible', model: 'qwen', baseUrl: 'http://gpu:8000/v1', apiKey: 'k-1' }],
    ['from a base URL that is the hosted OpenAI', { OPENAI_API_KEY: 'sk-1' }, { default: { base_url: 'https://api.openai.com/v1' } }, { provider: 'openai', model: DEFAULT_MODEL.openai, baseUrl: 'https://api.openai.com/v1', apiKey: 'sk-1' }],
    ['by the family of the model name', { OPENAI_API_KEY: 'sk-1', ANTHROPIC_API_KEY: 'sk-a' }, { default: { model: 'claude-x' } }, { provider: 'anthropic', model: 'claude-x', baseUrl: 'https://api.anthropic.com/v1' }],
    ['from a provider in the config', { ANTHROPIC_API_KEY: 'sk-a', OPENAI_API_KEY: 'sk-1' }, { default: { provider: 'anthropic' } }, { provider: 'anthropic', model: DEFAULT_MODEL.anthropic, baseUrl: 'https://api.anthropic.com/v1', apiKey: 'sk-a' }],
    ['ignoring variables that are empty', { VLLM_URL: ' ', OPENAI_API_KEY: '', ANTHROPIC_API_KEY: 'sk-a' }, {}, { provider: 'anthropic', model: DEFAULT_MODEL.anthropic, baseUrl: 'https://api.anthropic.com/v1' }],
  ];
  test.each(cases)('%s', async (_title, env, models, expected) => {
    const targets = await discoverModels(modelConfig(env, models), { fetch: noNetwork, verify: false });
    expect(targets.coder).toMatchObject(expected);
    expect(targets.planner).toMatchObject(expected);
  });

  test('a role of its own takes nothing of the default endpoint', async () => {
    const config = modelConfig(
      { ANTHROPIC_API_KEY: 'sk-a', LOCAL: 'k' },
      { default: { base_url: 'http://mine:1', model: 'm', api_key_env: 'LOCAL', price_input: 1, temperature: 0.3 }, coder: { provider: 'anthropic', model: 'claude-x' }, tester: { model: 'small' } },
    );
    const { coder, tester, planner } = await discoverModels(config, { fetch: noNetwork, verify: false });
    expect(coder).toMatchObject({ provider: 'anthropic', model: 'claude-x', apiKey: 'sk-a', price: undefined, temperature: 0.3 });
    expect(tester).toMatchObject({ baseUrl: 'http://mine:1/v1', model: 'small', apiKey: 'k', price: undefined });
    expect(planner).toMatchObject({ model: 'm', price: { input: 1, output: 0 } });
  });
});

describe('a server is asked', () => {
  test('for its first chat model when none is named', async () => {
    const server = await serve({ models: ['nomic-embed-text', 'qwen', 'llama'] });
    const targets = await discoverModels(modelConfig({ VLLM_URL: server.url.replace('/v1', '') }));
    expect(targets.responder).toMatchObject({ model: 'qwen', baseUrl: server.url });
    expect(server.all.map((r) => r.path)).toEqual(['/v1/models']);
  });

  test('on the usual ports, the first in their order that lists a model', async () => {
    const [none, empty, first, second] = [await freePort(), await serve({ models: [] }), await serve({ models: ['a'] }), await serve({ models: ['b'] })];
    const targets = await discoverModels(modelConfig({}), { probePorts: [none, empty.port, first.port, second.port], probeMs: 10_000 });
    expect(targets.coder).toMatchObject({ model: 'a', baseUrl: first.url, via: `port ${first.port}` });
  });

  test('on the usual ports, for the model that the config names', async () => {
    const server = await serve({ models: ['a', 'b'] });
    const targets = await discoverModels(modelConfig({}, { default: { model: 'b' } }), { probePorts: [server.port], probeMs: 10_000 });
    expect(targets.coder).toMatchObject({ model: 'b', baseUrl: server.url });
  });
});

describe('one clear line says', () => {
  test('that no model was found, and what to start', async () => {
    const ports = [await freePort(), await freePort()];
    await expect(discoverModels(modelConfig({}), { probePorts: ports })).rejects.toMatchObject({ code: 'no_model', exitCode: 8, data: { ports }, message: expect.stringMatching(/^No language model was found.*Start one .*VLLM_URL/) });
  });

  test('that nothing has the model that was named', async () => {
    const ports = [await freePort()];
    await expect(discoverModels(modelConfig({}, { default: { model: 'tini' } }), { probePorts: ports })).rejects.toMatchObject({ code: 'no_model', exitCode: 8, message: expect.stringMatching(/^There is no model 'tini' on this machine.* No server answers on the usual ports of this machine either\. `untilgreen models list` shows all/) });
    await expect(discoverModels(modelConfig({}, { default: { model: './gone.gguf' } }), { probePorts: ports })).rejects.toMatchObject({ exitCode: 8, message: expect.stringContaining('gone.gguf') });
  });

  test('which flag named a server, and the key where something else did', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const named = (origins: LoadedConfig['origins']): Promise<unknown> => discoverModels({ ...modelConfig({}, { default: { base_url: url, model: 'm' } }), origins });
    await expect(named({ 'models.default.base_url': { source: 'flag', name: '--base-url' } })).rejects.toThrow('(from --base-url) cannot be reached');
    await expect(named({ 'models.default.base_url': { source: 'user', name: 'config.yaml line 2' } })).rejects.toThrow('(from models.default.base_url) cannot be reached');
  });

  test.each([['named', 'm'], ['not named', undefined]])('that the server cannot be reached, its model %s', async (_title, model) => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await expect(discoverModels(modelConfig({ VLLM_URL: url, VLLM_MODEL: model }))).rejects.toMatchObject({ code: 'model_unreachable', exitCode: 8, message: expect.stringMatching(/127\.0\.0\.1:\d+\/v1 \(from VLLM_URL\) cannot be reached: nothing listens there\. Start it/) });
  });

  test.each([
    [{}, 'wants an API key'],
    [{ VLLM_API_KEY: 'wrong-key' }, 'refused the API key'],
  ])('that the key is wrong: %o', async (env, said) => {
    const server = await serve({ requireKey: 'right' });
    const config = modelConfig({ VLLM_URL: server.url, VLLM_MODEL: 'm', ...env });
    const failure = discoverModels(config);
    await expect(failure).rejects.toMatchObject({ code: 'model_auth', exitCode: 8, message: expect.stringContaining(said) });
    await expect(failure).rejects.not.toThrow('wrong-key');
  });

  test.each<[string, Record<string, string>, ModelSettings, string, RegExp]>([
    ['no model is listed', {}, {}, 'no_model', /lists no models/],
    ['the named key is not set', {}, { base_url: 'http://x', model: 'm', api_key_env: 'NOPE' }, 'model_auth', /NOPE, which is not set/],
    ['a compatible server is wanted and only a hosted service is configured', { ANTHROPIC_API_KEY: 'sk-a' }, { provider: 'openai-compatible', model: 'm' }, 'no_model', /No language model was found/],
    ['a hosted provider has no key', {}, { provider: 'google' }, 'model_auth', /GOOGLE_GENERATIVE_AI_API_KEY/],
    ['VLLM_URL is no URL', { VLLM_URL: 'http://[' }, {}, 'config_invalid', /VLLM_URL is not a URL/],
  ])('that %s', async (_title, env, settings, code, message) => {
    const server = await serve({ models: [] });
    const base = Object.keys(settings).length === 0 && !env.VLLM_URL ? { VLLM_URL: server.url } : env;
    await expect(discoverModels(modelConfig(base, { default: settings }), { probePorts: [] })).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
