import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Small model files, made byte by byte as the specifications have them, so that tests need no real weights. */

export type GgufValue = string | number | boolean | string[] | number[];

export interface GgufSpec {
  /** 1 to 3; default 3. */
  version?: number;
  /** Whole numbers are written with 32 bits. Default: an architecture and a tokenizer. */
  metadata?: Record<string, GgufValue>;
  /** Tensors by name: type number and dimensions. Default: one of 64 values in F16. */
  tensors?: Record<string, { type: number; dims: number[]; bytes: number }>;
}

const ALIGNMENT = 32;
/** What every model that can write has. */
export const WRITER: Record<string, GgufValue> = {
  'general.architecture': 'qwen2', 'general.name': 'Tiny Coder', 'general.file_type': 15, 'qwen2.context_length': 32_768,
  'tokenizer.ggml.model': 'gpt2', 'tokenizer.ggml.tokens': ['a', 'b', 'c'], 'tokenizer.ggml.scores': [0, 1, 2], 'tokenizer.chat_template': '{{ messages }}',
};

/** A whole GGUF file. */
export function gguf({ version = 3, metadata = WRITER, tensors = { 'blk.0.weight': { type: 1, dims: [8, 8], bytes: 128 } } }: GgufSpec = {}): Buffer {
  const u32 = (n: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(n);
    return bytes;
  };
  const size = (n: number) => (version === 1 ? u32(n) : Buffer.concat([u32(n % 2 ** 32), u32(Math.floor(n / 2 ** 32))]));
  const text = (value: string) => Buffer.concat([size(Buffer.byteLength(value)), Buffer.from(value)]);
  const value = (v: GgufValue): Buffer => {
    if (typeof v === 'string') return Buffer.concat([u32(8), text(v)]);
    if (typeof v === 'boolean') return Buffer.concat([u32(7), Buffer.from([Number(v)])]);
    if (typeof v === 'number') return Buffer.concat([u32(4), u32(v)]);
    const texts = v.every((one) => typeof one === 'string');
    return Buffer.concat([u32(9), u32(texts ? 8 : 4), size(v.length), ...v.map((one) => (typeof one === 'string' ? text(one) : u32(one)))]);
  };
  const entries = Object.entries(tensors);
  let offset = 0;
  const infos = entries.map(([name, { type, dims, bytes }]) => {
    const info = Buffer.concat([text(name), u32(dims.length), ...dims.map(size), u32(type), u32(offset), u32(0)]);
    offset += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return info;
  });
  const head = Buffer.concat([
    Buffer.from('GGUF'), u32(version), size(entries.length), size(Object.keys(metadata).length), ...Object.entries(metadata).map(([key, v]) => Buffer.concat([text(key), value(v)])), ...infos,
  ]);
  const padding = Buffer.alloc((ALIGNMENT - (head.length % ALIGNMENT)) % ALIGNMENT);
  return Buffer.concat([head, padding, Buffer.alloc(entries.length === 0 ? 0 : offset)]);
}

/** A safetensors file; each tensor's bytes are those its shape needs. */
export function safetensors(tensors: Record<string, { dtype: 'BF16' | 'F32' | 'I32'; shape: number[] }> = { weight: { dtype: 'BF16', shape: [4, 8] } }): Buffer {
  let end = 0;
  const header = Object.fromEntries(Object.entries(tensors).map(([name, { dtype, shape }]) => {
    const begin = end;
    end += shape.reduce((a, b) => a * b, 1) * (dtype === 'BF16' ? 2 : 4);
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  }));
  const json = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...header }));
  const length = Buffer.alloc(8);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, Buffer.alloc(end)]);
}

/** The files of a whole snapshot with two shards; `over` replaces some, `undefined` leaves one out. */
export function snapshotFiles(over: Record<string, string | Buffer | undefined> = {}): Record<string, string | Buffer> {
  const files: Record<string, string | Buffer | undefined> = {
    'config.json': JSON.stringify({ architectures: ['Starcoder2ForCausalLM'], model_type: 'starcoder2', max_position_embeddings: 16_384, torch_dtype: 'bfloat16' }),
    'tokenizer.json': '{}',
    'tokenizer_config.json': '{}',
    'model.safetensors.index.json': JSON.stringify({ metadata: { total_size: 192 }, weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' } }),
    'model-00001-of-00002.safetensors': safetensors({ a: { dtype: 'BF16', shape: [4, 8] } }),
    'model-00002-of-00002.safetensors': safetensors({ b: { dtype: 'BF16', shape: [8, 8] } }),
    ...over,
  };
  return Object.fromEntries(Object.entries(files).filter((entry): entry is [string, string | Buffer] => entry[1] !== undefined));
}

/** Writes files under a folder, with the folders between. */
export function writeFiles(folder: string, files: Record<string, string | Buffer>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}
