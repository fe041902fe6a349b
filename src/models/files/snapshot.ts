import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { fileProblem, regularFile } from './problem.ts';
import { readWeights, type Weights } from './safetensors.ts';
import { sniff } from './sniff.ts';
import type { ModelFacts } from './types.ts';

/** Larger than any configuration or index: a model of 500 shards has an index of 20 MB at most. */
const MAX_JSON = 67_108_864;

/** Class names of models that continue text, as transformers gives them. */
const WRITERS = /(CausalLM|LMHeadModel|ForConditionalGeneration)/;

type Json = Record<string, unknown>;

/** Whether the files of a folder look like a snapshot: a configuration beside weights. */
export function isSnapshot(names: readonly string[]): boolean {
  return names.includes('config.json') && names.some((name) => /(\.safetensors|^pytorch_model.*\.bin)(\.index\.json)?$/.test(name));
}

/**
 * What a Hugging Face snapshot (a folder with `config.json`, a tokenizer and safetensors or PyTorch weights) says of its model,
 * after a look at the header and the length of every shard. Nothing is unpickled, and no code of the folder is run.
 *
 * Errors: `model_file_invalid` for a folder without configuration, weights or tokenizer, missing or truncated shards (named), and downloads that were not finished.
 *
 * @example
 * const facts = await readSnapshot('/models/starcoder2-3b');
 * facts.architecture; // 'starcoder2'
 */
export async function readSnapshot(folder: string): Promise<ModelFacts> {
  const names = await readdir(folder).catch((error: unknown) => Promise.reject(fileProblem(folder, error)));
  if (!names.includes('config.json')) {
    const adapter = names.includes('adapter_config.json');
    throw new UntilgreenError(
      'model_file_invalid',
      adapter ? `${folder} is an adapter (LoRA) and no model.` : `${folder} holds no model: there is no GGUF file and no config.json of a snapshot in it.`,
      { path: folder },
      adapter ? 'Merge it into its base model first.' : 'Give the folder with config.json and the weights, or a GGUF file.',
    );
  }
  const config = await readJson(folder, 'config.json');
  const unfinished = await incomplete(folder);
  const weights = await weightsOf(folder, names, unfinished);
  if (!hasTokenizer(names)) throw missing(folder, ['a tokenizer (tokenizer.json, tokenizer.model, or vocab.json with merges.txt)'], unfinished);
  const inner = isRecord(config['text_config']) ? config['text_config'] : config;
  const architecture = textOf(inner['model_type']) ?? textOf(config['model_type']) ?? 'unknown';
  const packed = quantizationOf(config);
  const facts: ModelFacts = {
    title: basename(folder),
    architecture,
    parameters: packed === undefined ? (weights.parameters ?? guessed(weights, config)) : undefined,
    quantization: packed ?? weights.dtype ?? dtypeOf(config),
    bytes: weights.bytes,
    context: numberOf(inner['max_position_embeddings']) ?? numberOf(config['max_position_embeddings']) ?? numberOf(inner['n_positions']),
    chat: await hasTemplate(folder, names),
    files: weights.files,
  };
  const classes = Array.isArray(config['architectures']) ? config['architectures'].filter((one) => typeof one === 'string') : [];
  // Translators and speech models write too, but continue nothing.
  const other = config['is_encoder_decoder'] === true || (classes.length > 0 && !classes.some((name) => WRITERS.test(name)));
  if (other) return { ...facts, unfit: `it does not continue text (architecture ${classes.join(', ')})` };
  return facts;
}

/** The shards, each looked at; what the index names and is not there is an error. */
async function weightsOf(folder: string, names: readonly string[], unfinished: readonly string[]): Promise<Weights> {
  for (const [kind, single] of [['safetensors', 'model.safetensors'], ['bin', 'pytorch_model.bin']] as const) {
    const index = `${single}.index.json`;
    const shards = names.includes(index) ? shardsOf(await readJson(folder, index), folder, index) : names.includes(single) ? [single] : unindexed(folder, names, kind);
    if (shards.length === 0) continue;
    const gone = shards.filter((shard) => !names.includes(shard));
    // A name in the cache can be a link to a file that never came.
    for (const shard of shards.filter((one) => !gone.includes(one))) await stat(join(folder, shard)).catch(() => gone.push(shard));
    if (gone.length > 0) throw missing(folder, gone, unfinished);
    const total = names.includes(index) ? numberOf(asRecord((await readJson(folder, index))['metadata'])['total_size']) : undefined;
    return readWeights(shards.map((shard) => join(folder, shard)), kind, total);
  }
  throw missing(folder, ['weights (model.safetensors or its shards)'], unfinished);
}

function shardsOf(index: Json, folder: string, name: string): string[] {
  const map = index['weight_map'];
  const shards = isRecord(map) ? [...new Set(Object.values(map))].filter((one): one is string => typeof one === 'string' && one === basename(one)) : [];
  if (shards.length === 0) throw new UntilgreenError('model_file_invalid', `${join(folder, name)} names no shards.`, { path: join(folder, name) }, 'It is damaged: download it again.');
  return shards.toSorted();
}

/** Shards by their names alone (`model-00001-of-00003.safetensors`): without their index no server can load them. */
function unindexed(folder: string, names: readonly string[], kind: string): string[] {
  const shard = names.find((name) => new RegExp(`-\\d{5}-of-\\d{5}\\.${kind}$`).test(name));
  if (shard !== undefined) throw missing(folder, [`the index of the shards (${kind === 'bin' ? 'pytorch_model.bin' : 'model.safetensors'}.index.json)`], []);
  return kind === 'safetensors' ? names.filter((name) => name.endsWith('.safetensors') && !name.startsWith('adapter_')).toSorted() : [];
}

/** Downloads of the hub's client that were not finished: beside the snapshot in the cache, or under it in a plain folder. */
async function incomplete(folder: string): Promise<string[]> {
  const places = [join(folder, '../../blobs'), join(folder, '.cache/huggingface/download')];
  const found = await Promise.all(places.map((place) => readdir(place).catch(() => []))); // most folders have neither
  return found.flat().filter((name) => name.endsWith('.incomplete'));
}

function missing(folder: string, what: readonly string[], unfinished: readonly string[]): UntilgreenError {
  const shown = `${what.slice(0, 5).join(', ')}${what.length > 5 ? ` and ${what.length - 5} more` : ''}`;
  const partial = unfinished.length > 0 ? ` ${unfinished.length === 1 ? 'A download was' : `${unfinished.length} downloads were`} not finished: ${unfinished.slice(0, 3).join(', ')}${unfinished.length > 3 ? ', …' : ''}.` : '';
  return new UntilgreenError('model_file_invalid', `${folder} is not complete; missing: ${shown}.${partial}`, { path: folder, missing: what, incomplete: unfinished }, 'Download it again (`hf download OWNER/NAME` goes on where it stopped).');
}

async function readJson(folder: string, name: string): Promise<Json> {
  const path = join(folder, name);
  const problem = (is: string, next: string) => new UntilgreenError('model_file_invalid', `${path} ${is}.`, { path }, next);
  let bytes: Buffer;
  try {
    const { size } = await regularFile(path);
    if (size > MAX_JSON) throw problem(`has ${size} bytes, too many for what it should be`, 'Download it again.');
    bytes = await readFile(path);
  } catch (error) {
    throw fileProblem(path, error);
  }
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (isRecord(value)) return value;
  } catch {
    // told below
  }
  const seen = sniff(bytes, bytes.length);
  throw problem(seen?.is ?? 'is no JSON object', seen?.next ?? 'It is damaged: download it again.');
}

const hasTokenizer = (names: readonly string[]) =>
  names.some((name) => /^(tokenizer\.(json|model)|tekken\.json|.*\.tiktoken)$/.test(name)) || (names.includes('vocab.json') && names.includes('merges.txt'));

async function hasTemplate(folder: string, names: readonly string[]): Promise<boolean> {
  if (names.includes('chat_template.jinja') || names.includes('chat_template.json')) return true;
  if (!names.includes('tokenizer_config.json')) return false;
  const template = (await readJson(folder, 'tokenizer_config.json'))['chat_template'];
  return typeof template === 'string' || Array.isArray(template) ? template.length > 0 : false;
}

/** `AWQ 4-bit`; such weights are packed, and their shapes do not count parameters. */
function quantizationOf(config: Json): string | undefined {
  const found = config['quantization_config'];
  if (!isRecord(found)) return undefined;
  const bits = numberOf(found['bits']);
  return `${(textOf(found['quant_method']) ?? 'quantised').toUpperCase()}${bits === undefined ? '' : ` ${bits}-bit`}`;
}

function dtypeOf(config: Json): string {
  const dtype = textOf(config['dtype']) ?? textOf(config['torch_dtype']) ?? 'unknown';
  return { float16: 'F16', bfloat16: 'BF16', float32: 'F32' }[dtype] ?? dtype;
}

/** Parameters of PyTorch weights, which are not opened: their size over the size of a value. */
function guessed({ bytes }: Weights, config: Json): number | undefined {
  const width = { F16: 2, BF16: 2, F32: 4 }[dtypeOf(config)];
  return width && Math.round(bytes / width);
}

const asRecord = (value: unknown): Json => (isRecord(value) ? value : {});
const textOf = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
const numberOf = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
