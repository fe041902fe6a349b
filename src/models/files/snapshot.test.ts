import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gguf, safetensors, snapshotFiles, writeFiles } from '../../../test/support/model-files.ts';
import { look } from './look.ts';
import { readSnapshot } from './snapshot.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ug-snapshot-'));
  folder = join(root, 'starcoder2-3b');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const problem = (path = folder) => look({ path, name: undefined, via: 'path' }).then(() => 'looked at', (error: { code: string; message: string }) => `${error.code}: ${error.message.replaceAll(root, 'R')}`);
const json = (value: unknown) => JSON.stringify(value);
const config = (over: Record<string, unknown>) => ({ 'config.json': json({ architectures: ['Starcoder2ForCausalLM'], model_type: 'starcoder2', ...over }) });
const LFS = 'version https://git-lfs.github.com/spec/v1\noid sha256:11\nsize 4932162616\n';

describe('what a whole snapshot says', () => {
  it('its shards are counted and measured by their headers', async () => {
    writeFiles(folder, snapshotFiles());
    expect(await readSnapshot(folder)).toEqual({
      title: 'starcoder2-3b', architecture: 'starcoder2', parameters: 96, quantization: 'BF16', bytes: expect.any(Number), context: 16_384, chat: false,
      files: ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'].map((name) => join(folder, name)),
    });
  });

  const single = { 'model.safetensors.index.json': undefined, 'model-00001-of-00002.safetensors': undefined, 'model-00002-of-00002.safetensors': undefined, 'model.safetensors': safetensors() };
  it.each<[string, Record<string, string | Buffer | undefined>, Record<string, unknown>]>([
    ['one file without an index', single, { parameters: 32 }],
    ['a template in the tokenizer', { 'tokenizer_config.json': json({ chat_template: '{{ x }}' }) }, { chat: true }],
    ['a template of its own file', { 'chat_template.jinja': '{{ x }}' }, { chat: true }],
    ['packed weights are not counted', config({ quantization_config: { quant_method: 'awq', bits: 4 } }), { quantization: 'AWQ 4-bit', parameters: undefined }],
    ['a model for pictures and text', { 'config.json': json({ architectures: ['Gemma3ForConditionalGeneration'], model_type: 'gemma3', text_config: { model_type: 'gemma3_text', max_position_embeddings: 8_192 } }) }, { architecture: 'gemma3_text', context: 8_192 }],
    ['an embedding model is unfit', { 'config.json': json({ architectures: ['BertModel'], model_type: 'bert' }) }, { unfit: 'it does not continue text (architecture BertModel)' }],
    ['so is a speech model', { 'config.json': json({ architectures: ['WhisperForConditionalGeneration'], model_type: 'whisper', is_encoder_decoder: true }) }, { unfit: 'it does not continue text (architecture WhisperForConditionalGeneration)' }],
    ['PyTorch weights are measured and not opened', { ...single, 'model.safetensors': undefined, 'pytorch_model.bin': 'PK\u0003\u0004' + 'x'.repeat(96), ...config({ torch_dtype: 'float16' }) }, { parameters: 50, quantization: 'F16' }],
    ['a tokenizer in two files', { 'tokenizer.json': undefined, 'vocab.json': '{}', 'merges.txt': '' }, { parameters: 96 }],
  ])('%s', async (_title, over, expected) => {
    writeFiles(folder, snapshotFiles(over));
    expect(await readSnapshot(folder)).toMatchObject(expected);
  });

  it('in the cache of the hub it has the name of its repository, at the revision of main', async () => {
    const repository = join(root, 'models--bigcode--starcoder2-3b');
    const names = Object.keys(snapshotFiles());
    writeFiles(join(repository, 'blobs'), Object.fromEntries(Object.entries(snapshotFiles()).map(([name, content]) => [`blob-${name}`, content])));
    writeFiles(repository, { 'refs/main': 'new', 'snapshots/old/README.md': '', 'snapshots/new/README.md': '' });
    for (const name of names) symlinkSync(`../../blobs/blob-${name}`, join(repository, 'snapshots/new', name));
    expect(await look({ path: repository, name: undefined, via: 'path' })).toMatchObject({ kind: 'snapshot', name: 'bigcode/starcoder2-3b', path: join(repository, 'snapshots/new'), facts: { parameters: 96 } });
  });
});

describe('what is no whole snapshot says what is missing', () => {
  const cut = safetensors({ b: { dtype: 'BF16', shape: [8, 8] } }).subarray(0, -20);
  it.each<[string, Record<string, string | Buffer | undefined>, RegExp]>([
    ['no configuration', { 'config.json': undefined }, /holds no model: there is no GGUF file and no config\.json/],
    ['an adapter', { 'config.json': undefined, 'adapter_config.json': '{}' }, /is an adapter \(LoRA\) and no model\. Merge it/],
    ['a shard', { 'model-00002-of-00002.safetensors': undefined }, /is not complete; missing: model-00002-of-00002\.safetensors\. Download it again/],
    ['a shard whose download was not finished', { 'model-00002-of-00002.safetensors': undefined, '.cache/huggingface/download/x.incomplete': '' }, /\. A download was not finished: x\.incomplete\./],
    ['the index', { 'model.safetensors.index.json': undefined }, /missing: the index of the shards \(model\.safetensors\.index\.json\)\./],
    ['the tokenizer', { 'tokenizer.json': undefined }, /missing: a tokenizer \(tokenizer\.json, .*\)\./],
    ['a shard that was cut off', { 'model-00002-of-00002.safetensors': cut }, /00002-of-00002\.safetensors is cut off: it has \d+ bytes of \d+\./],
    ['a shard that is a Git LFS pointer', { 'model-00001-of-00002.safetensors': LFS }, /is a Git LFS pointer, .* a file of 4932162616 bytes/],
    ['a shard that is something else', { 'model-00001-of-00002.safetensors': 'hello, world, this is text' }, /has no header of a safetensors file/],
    ['a shard of zero bytes', { 'model-00001-of-00002.safetensors': '' }, /is empty\. Download it again/],
    ['a header that lies about its tensors', { 'model-00001-of-00002.safetensors': Buffer.concat([Buffer.from([27, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"a":{"dtype":"BF16","s":1}}')]) }, /is no JSON|does not say in its header/],
    ['a configuration that is a web page', { 'config.json': '<!DOCTYPE html><html></html>' }, /config\.json is a web page and no model/],
    ['a configuration that is no JSON', { 'config.json': '{"a": ' }, /config\.json is no JSON object\. It is damaged/],
    ['an index without shards', { 'model.safetensors.index.json': '{}' }, /index\.json names no shards/],
    ['an index that leads out of the folder', { 'model.safetensors.index.json': json({ weight_map: { a: '../../etc/passwd' } }) }, /names no shards/],
    ['PyTorch shards shorter than their index says', {
      'model.safetensors.index.json': undefined, 'model-00001-of-00002.safetensors': undefined, 'model-00002-of-00002.safetensors': undefined,
      'pytorch_model.bin.index.json': json({ metadata: { total_size: 1_000 }, weight_map: { a: 'pytorch_model-00001-of-00001.bin' } }), 'pytorch_model-00001-of-00001.bin': 'PK\u0003\u0004',
    }, /have 4 bytes, and their index names 1000\. The download was not finished/],
  ])('%s', async (_title, over, expected) => {
    writeFiles(folder, snapshotFiles(over));
    const said = await problem();
    expect(said).toMatch(/^model_file_invalid: /);
    expect(said).toMatch(expected);
  });

  it('a folder with configuration and no weights names them', async () => {
    writeFiles(folder, { 'config.json': '{}', 'tokenizer.json': '{}' });
    await expect(readSnapshot(folder)).rejects.toMatchObject({ code: 'model_file_invalid', message: expect.stringContaining('missing: weights (model.safetensors or its shards).') as unknown });
  });
  it('a link in the cache to a file that never came', async () => {
    writeFiles(folder, snapshotFiles({ 'model-00002-of-00002.safetensors': undefined }));
    symlinkSync('../blobs/never', join(folder, 'model-00002-of-00002.safetensors'));
    expect(await problem()).toMatch(/missing: model-00002-of-00002\.safetensors\./);
  });
  it('a repository of the hub of which nothing was finished', async () => {
    const repository = writeFiles(join(root, 'models--a--b'), { 'blobs/4d7a.incomplete': '' });
    expect(await problem(repository)).toBe('model_file_invalid: a/b in R/models--a--b has no snapshot; 1 of its downloads was not finished (4d7a.incomplete). Download it again: hf download a/b');
  });
});

describe('a folder with GGUF files', () => {
  it('means the one it holds', async () => {
    writeFiles(folder, { 'one-Q8_0.gguf': gguf(), 'README.md': '' });
    expect(await look({ path: folder, name: undefined, via: 'path' })).toMatchObject({ kind: 'gguf', path: join(folder, 'one-Q8_0.gguf') });
  });
  it('with several is ambiguous', async () => {
    writeFiles(folder, { 'a.gguf': gguf(), 'b.gguf': gguf() });
    expect(await problem()).toBe('model_ambiguous: R/starcoder2-3b holds 2 models: a.gguf, b.gguf. Give the path of one of them.');
  });
});
