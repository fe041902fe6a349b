import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHub, type HubServer } from '../../test/support/hub-server.ts';
import { gguf, snapshotFiles, WRITER, writeFiles } from '../../test/support/model-files.ts';
import { startModelServer, type ModelServer } from '../../test/support/model-server.ts';
import { smallModel } from '../../test/support/small-model.ts';
import { cacheDir } from '../config/paths.ts';
import { main } from './main.ts';

const FAKE = fileURLToPath(new URL('../../test/support/fake-vllm.mjs', import.meta.url));
const small = await smallModel('smollm2');
const cache = cacheDir();

let root: string;
let hub: HubServer | undefined;
let server: ModelServer | undefined;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-models-')));
  const unset = ['CODEGEN_MODEL_PATH', 'HF_HOME', 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE', 'HF_TOKEN', 'HF_ENDPOINT', 'OLLAMA_MODELS', 'OLLAMA_HOST', 'LLAMA_CACHE', 'VLLM_URL', 'VLLM_MODEL', 'OPENAI_BASE_URL', 'OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY', 'UNTILGREEN_MODEL', 'UNTILGREEN_BASE_URL'];
  const env = { HOME: root, XDG_CONFIG_HOME: join(root, 'config'), XDG_CACHE_HOME: join(root, 'cache'), UNTILGREEN_HOME: join(root, 'home'), ...Object.fromEntries(unset.map((name) => [name, ''])) };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await hub?.close();
  await server?.close();
  hub = server = undefined;
  rmSync(root, { recursive: true, force: true });
});

/** Runs `untilgreen models …`; what it prints has R for the scratch directory. */
async function models(...args: string[]) {
  const streams = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      streams[name] += String(text);
      return true;
    });
  }
  const exitCode = await main(['models', ...args.map((arg) => arg.replace('R/', `${root}/`))]);
  vi.restoreAllMocks();
  return { exitCode, stdout: streams.stdout.replaceAll(root, 'R'), stderr: streams.stderr.replaceAll(root, 'R') };
}
const file = (path: string, bytes: string | Buffer = gguf()) => writeFiles(root, { [path]: bytes });

describe('models list', () => {
  it('says what to do where there is nothing', async () => {
    const { exitCode, stdout } = await models('list');
    expect(exitCode).toBe(0);
    // A developer's own server may run on a usual port.
    if (!stdout.includes('server ')) expect(stdout).toMatch(/^No models were found, and no server answers\.\n`untilgreen models get qwen2\.5-coder-1\.5b` downloads one/);
  });
  it('shows what is whole with what loads it, and what is not with the reason', async () => {
    file('m/good.gguf');
    file('m/cut.gguf', gguf().subarray(0, -10));
    file('m/embed.gguf', gguf({ metadata: { ...WRITER, 'general.architecture': 'bert' } }));
    writeFiles(join(root, 'm/snap'), snapshotFiles());
    vi.stubEnv('PATH', '');
    const { exitCode, stdout } = await models('list', '--models-root', 'R/m');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^good +GGUF, qwen2, 64 parameters, Q4_K_M, \d+ bytes, chat; in process\n {4}R\/m\/good\.gguf \(models root\)$/m);
    expect(stdout).toMatch(/^cut +R\/m\/cut\.gguf is cut off: .*\n {4}→ The download was not finished/m);
    expect(stdout).toMatch(/^embed +GGUF, .* cannot be loaded: it does not write text/m);
    expect(stdout).toMatch(/^snap +snapshot, starcoder2, 96 parameters, BF16, .* base; cannot be loaded: snap is a snapshot, .*\n {4}→ Install vLLM/m);
  });
  it('as JSON has the models of servers too, and names places that are not there', async () => {
    file('m/good.gguf');
    server = await startModelServer({ replies: [], models: ['qwen3-coder', 'other'] });
    vi.stubEnv('VLLM_URL', server.url);
    vi.stubEnv('CODEGEN_MODEL_PATH', `${root}/m:${root}/gone`);
    const { stdout, stderr } = await models('list', '--json');
    const list = JSON.parse(stdout) as { models: unknown[]; servers: unknown[]; problems: string[] };
    expect(list.models).toMatchObject([{ name: 'good', ok: true, kind: 'gguf', via: 'CODEGEN_MODEL_PATH', parameters: 64, chat: true, loading: { by: 'in process' } }]);
    expect(list.servers).toContainEqual({ baseUrl: server.url, via: 'VLLM_URL', models: ['qwen3-coder', 'other'] });
    expect(list.problems).toEqual(['R/gone (CODEGEN_MODEL_PATH) cannot be looked into (ENOENT).']);
    expect(stderr).toBe('untilgreen: R/gone (CODEGEN_MODEL_PATH) cannot be looked into (ENOENT).\n');
  });
  it('tells that a server which was named is not there', async () => {
    vi.stubEnv('VLLM_URL', 'http://127.0.0.1:9');
    expect((await models('list')).stdout).toMatch(/^http:\/\/127\.0\.0\.1:9\/v1 +The model server .* \(from VLLM_URL\) cannot be reached/m);
  });
});

describe('models add and remove', () => {
  it('name a model for all commands, and take the name away', async () => {
    file('m/good.gguf');
    expect(await models('add', 'R/m/good.gguf', '--name', 'mine')).toEqual({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/^mine: qwen2, 64 parameters, .*\n {2}R\/m\/good\.gguf\nUse it with --model mine\.\n$/) as unknown });
    expect((await models('list')).stdout).toMatch(/^mine +GGUF.*\n {4}R\/m\/good\.gguf \(registered\)$/m);
    expect((await models('remove', 'mine')).stdout).toMatch(/^mine is not registered any more; its files were left/);
    expect(existsSync(join(root, 'm/good.gguf'))).toBe(true);
    expect((await models('list')).stdout).not.toContain('mine');
  });
});

describe('models get', () => {
  const FILE = 'tiny-q4_k_m.gguf';
  it('downloads a model, which is then found by its name; --json tells its progress', async () => {
    hub = await startHub({ repositories: { 'a/tiny-GGUF': { [FILE]: gguf() } } });
    vi.stubEnv('HF_ENDPOINT', hub.url);
    const { exitCode, stdout } = await models('get', 'a/tiny-GGUF', '--json');
    const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect({ exitCode, last: lines.at(-1) }).toMatchObject({ exitCode: 0, last: { event: 'done', ok: true, path: `R/home/models/a/tiny-GGUF/${FILE}`, files: [{ verified: true, present: false }] } });
    expect(lines[0]).toMatchObject({ event: 'progress', step: 'download', received: gguf().length });
    expect((await models('get', 'a/tiny-GGUF')).stdout).toMatch(/^R\/home\/models\/a\/tiny-GGUF\/tiny-q4_k_m\.gguf\n {2}\d+ bytes, was there already; SHA-256 [0-9a-f]{64} as it should be\nUse it with --model R/);
    expect((await models('get', 'a/tiny-GGUF', '--quiet')).stdout).toBe(`R/home/models/a/tiny-GGUF/${FILE}\n`);
    expect((await models('list')).stdout).toMatch(/^tiny-q4_k_m +GGUF/m);
  });
  it('goes into the folder that is named', async () => {
    hub = await startHub({ repositories: { 'a/tiny-GGUF': { [FILE]: gguf() } } });
    vi.stubEnv('HF_ENDPOINT', hub.url);
    mkdirSync(join(root, 'to'));
    expect((await models('get', `a/tiny-GGUF/${FILE}`, '--models-root', 'R/to', '-q')).stdout).toBe(`R/to/a/tiny-GGUF/${FILE}\n`);
  });
  it('without a name shows those with a short one', async () => {
    expect((await models('get')).stdout).toMatch(/^qwen2\.5-coder-0\.5b +0\.5B, 0\.5 GB, chat, licence Apache-2\.0/);
  });
});

describe('models check', () => {
  it('asks the model of a server, and says what is not to be seen of it', async () => {
    server = await startModelServer({ replies: [{ content: 'def add(a, b): return a + b', usage: { prompt_tokens: 40, completion_tokens: 12 } }], repeat: true, models: ['qwen3'] });
    const { exitCode, stdout } = await models('check', '--base-url', server.url);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ok qwen3\n {2}by +http:.*\n {2}form +chat\n {2}prompt +40 tokens in [\d.]+ s, [\d.]+ tokens\/s\n {2}reply +12 tokens in .*\n {2}memory +the server’s own\n {2}said +"def add\(a, b\): return a \+ b"\n$/);
    vi.stubEnv('VLLM_URL', server.url);
    for (const words of [['check'], ['check', 'qwen3']]) expect(JSON.parse((await models(...words, '--json')).stdout)).toMatchObject({ ok: true, name: 'qwen3', form: 'chat', reply: { tokens: 12 } });
  });
  it('starts a server for a snapshot, measures it, and stops it', async () => {
    writeFiles(join(root, 'snap'), snapshotFiles());
    const { exitCode, stdout } = await models('check', 'R/snap', '--server', FAKE, '--json');
    expect({ exitCode, outcome: JSON.parse(stdout) as unknown }).toMatchObject({ exitCode: 0, outcome: { ok: true, name: 'snap', by: FAKE, kind: 'snapshot', form: 'completion', text: 'return a + b', loadSeconds: expect.any(Number) } });
  });
  it('a server that answers nothing is of no use', async () => {
    writeFiles(join(root, 'snap'), snapshotFiles());
    vi.stubEnv('FAKE_SERVER', 'mute');
    expect(await models('check', 'R/snap', '--server', FAKE)).toMatchObject({ exitCode: 8, stdout: '', stderr: expect.stringMatching(/^untilgreen: snap answered, and with no text\./) as unknown });
  });
  it.skipIf(!small)('loads a real model into this process and measures it', async () => {
    vi.stubEnv('XDG_CACHE_HOME', join(cache, '..'));
    vi.stubEnv('CODEGEN_MODEL_PATH', small ?? '');
    const { exitCode, stdout } = await models('check', 'smollm2-135m-instruct', '--json');
    const outcome = JSON.parse(stdout) as { text: string; peakBytes: number };
    expect({ exitCode, outcome }).toMatchObject({ exitCode: 0, outcome: { ok: true, by: 'in process', form: 'chat', quantization: 'Q4_1', prompt: { tokens: expect.any(Number) } } });
    expect(outcome.text).toContain('def add');
    expect(outcome.peakBytes).toBeGreaterThan(100e6);
  });
});

describe('bad input ends with one clear line', () => {
  it.each<[string, string[], number, RegExp]>([
    ['a group without a command', [], 2, /^Usage: untilgreen models/],
    ['no such root', ['list', '--models-root', 'R/gone'], 2, /^untilgreen: --models-root R\/gone: there is no such directory\. Check the spelling/],
    ['add nothing', ['add', 'R/gone.gguf'], 8, /^untilgreen: R\/gone\.gguf does not exist\./],
    ['add what is no model', ['add', 'R/text.gguf'], 8, /^untilgreen: R\/text\.gguf is not a GGUF file\./],
    ['add an empty file', ['add', 'R/empty.gguf'], 8, /^untilgreen: R\/empty\.gguf is empty\./],
    ['add a folder without a model', ['add', 'R/folder'], 8, /^untilgreen: R\/folder holds no model: there is no GGUF file and no config\.json/],
    ['add what cannot write', ['add', 'R/bert.gguf'], 8, /^untilgreen: bert cannot be used: it does not write text/],
    ['add under a name that is none', ['add', 'R/good.gguf', '--name', '-x'], 2, /^untilgreen: (Option '--name|'-x' cannot be the name of a model)/],
    ['remove what is not there', ['remove', 'nope'], 8, /^untilgreen: No model is registered as 'nope'; none is\./],
    ['check what is not there', ['check', 'nope'], 8, /^untilgreen: There is no model 'nope' on this machine\. `untilgreen models list` shows all/],
    ['check a path where nothing is', ['check', './gone'], 8, /^untilgreen: \S+\/gone does not exist\./],
    ['check a damaged file', ['check', 'R/cut.gguf'], 8, /^untilgreen: R\/cut\.gguf is cut off: it has/],
    ['check a server that is not there', ['check', '--base-url', 'http://127.0.0.1:9'], 8, /^untilgreen: The model server http:\/\/127\.0\.0\.1:9\/v1 .*cannot be reached/],
    ['check with two servers', ['check', 'R/good.gguf', '--base-url', 'http://x', '--server', 'y'], 2, /^untilgreen: --base-url and --server exclude each other/],
    ['get what is no model', ['get', 'nope'], 2, /^untilgreen: 'nope' is no model that could be downloaded/],
    ['get into two folders', ['get', 'a/b', '--models-root', 'R/folder', '--models-root', 'R/folder'], 2, /^untilgreen: --models-root is given twice/],
  ])('%s', async (_title, args, exitCode, expected) => {
    for (const [name, bytes] of Object.entries({ 'text.gguf': 'hello', 'empty.gguf': '', 'folder/x.txt': '', 'good.gguf': gguf(), 'cut.gguf': gguf().subarray(0, -1), 'bert.gguf': gguf({ metadata: { ...WRITER, 'general.architecture': 'bert' } }) })) file(name, bytes);
    const result = await models(...args);
    expect(result.stderr).toMatch(expected);
    expect(result).toMatchObject({ exitCode, stdout: '' });
  });
  it.each([['list'], ['check'], ['add'], ['remove'], ['get']])('models %s has help with examples', async (name) => {
    expect((await models(name, '--help')).stdout).toMatch(/Examples:\n {2}\$ .*untilgreen models/);
  });
});
