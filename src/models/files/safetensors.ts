import { open } from 'node:fs/promises';
import { UntilgreenError } from '../../core/errors.ts';
import { fileProblem, regularFile } from './problem.ts';
import { sniff } from './sniff.ts';

/** Weights of a snapshot, by their headers alone. */
export interface Weights {
  files: string[];
  bytes: number;
  /** Undefined where the shapes are not known. */
  parameters: number | undefined;
  /** `BF16`: the type of most values. */
  dtype: string | undefined;
}

/** The specification's own limit for a header (https://github.com/huggingface/safetensors). */
const MAX_HEADER = 100_000_000;

/**
 * Looks at every file of weights: a safetensors file must be as long as its header says, a PyTorch file is only measured.
 *
 * Errors: `model_file_invalid` with what a file is and how much of it is missing.
 *
 * @param total  bytes that the index promises, for files that do not say it themselves
 */
export async function readWeights(files: string[], kind: 'safetensors' | 'bin', total: number | undefined): Promise<Weights> {
  const values = new Map<string, number>();
  let bytes = 0;
  for (const file of files) bytes += await measure(file, kind, values);
  if (total !== undefined && bytes < total) {
    throw new UntilgreenError('model_file_invalid', `The weights in ${files[0]} and its ${files.length - 1} fellows have ${bytes} bytes, and their index names ${total}.`, { path: files[0], bytes, expected: total }, 'The download was not finished: fetch it again.');
  }
  const sum = [...values.values()].reduce((a, b) => a + b, 0);
  const [most] = [...values].toSorted(([, a], [, b]) => b - a);
  return { files, bytes, parameters: sum || undefined, dtype: most?.[0] };
}

/** Bytes of one file; adds its values by their type. */
async function measure(path: string, kind: 'safetensors' | 'bin', values: Map<string, number>): Promise<number> {
  let handle;
  try {
    const { size } = await regularFile(path);
    handle = await open(path, 'r');
    const head = Buffer.alloc(Math.min(512, size));
    await handle.read(head, 0, head.length, 0);
    const seen = sniff(head, size);
    const fits = kind === 'safetensors' ? /safetensors/ : /ZIP archive/;
    if (seen && !fits.test(seen.is)) throw new UntilgreenError('model_file_invalid', `${path} ${seen.is}.`, { path, size }, seen.next);
    if (kind === 'bin') return size;
    const length = size < 8 ? Infinity : head.readUInt32LE(4) * 2 ** 32 + head.readUInt32LE(0);
    if (length > MAX_HEADER || 8 + length > size) throw damaged(path, `has no header of a safetensors file, or is cut off in it (${size} bytes)`);
    const json = Buffer.alloc(length);
    for (let read = 0; read < length; ) {
      const { bytesRead } = await handle.read(json, read, length - read, 8 + read);
      if (bytesRead === 0) throw damaged(path, 'became shorter while it was read');
      read += bytesRead;
    }
    const end = 8 + length + add(path, json, values);
    if (end > size) throw damaged(path, `is cut off: it has ${size} bytes of ${end}`);
    return size;
  } catch (error) {
    throw fileProblem(path, error);
  } finally {
    await handle?.close();
  }
}

/** Adds the values of each tensor, and tells where the last one ends. */
function add(path: string, json: Buffer, values: Map<string, number>): number {
  let header: unknown;
  try {
    header = JSON.parse(json.toString('utf8'));
  } catch (cause) {
    throw damaged(path, 'has a header that is no JSON', cause);
  }
  let end = 0;
  for (const [name, tensor] of Object.entries(header as Record<string, unknown>)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets: offsets } = (tensor ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
    if (typeof dtype !== 'string' || !isNumbers(shape) || !isNumbers(offsets) || offsets.length !== 2) throw damaged(path, `does not say in its header where the tensor ${name.slice(0, 100)} lies`);
    values.set(dtype, (values.get(dtype) ?? 0) + shape.reduce((a, b) => a * b, 1));
    end = Math.max(end, offsets[1]!);
  }
  return end;
}

const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && (one as number) >= 0);

function damaged(path: string, is: string, cause?: unknown): UntilgreenError {
  return new UntilgreenError('model_file_invalid', `${path} ${is}.`, { path }, 'The download was not finished or the file is damaged: fetch it again.', { cause });
}
