import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import { FILE_TYPES, TENSOR_TYPES, tensorBytes } from './ggml-types.ts';
import { Damaged, parseGgufHeader, type GgufHeader } from './gguf-header.ts';
import { fileProblem, regularFile } from './problem.ts';
import { sniff } from './sniff.ts';
import type { ModelFacts } from './types.ts';

/** Bytes of the file that are tried for its header, one after the other: a vocabulary of 262,144 words takes 6 MiB. */
const STEPS = [1, 8, 64, 512].map((mib) => mib * 1_048_576);

/** Architectures that turn text into vectors or pictures into tokens, and write nothing. */
const NO_WRITERS = /^(clip|mmproj|.*bert.*|t5encoder|wavtokenizer.*)$/;

/** `name-00001-of-00003.gguf`, as llama.cpp's gguf-split names the parts of a model. */
const PART = /-(\d{5})-of-(\d{5})\.gguf$/i;

/** The name of a GGUF file without its part and extension. */
export function stemOf(file: string): string {
  return basename(file).replace(PART, '').replace(/\.gguf$/i, '');
}

/** Whether it is a part of a split model other than the first. */
export function isLaterPart(file: string): boolean {
  const part = PART.exec(file);
  return part !== null && Number(part[1]) !== 1;
}

/**
 * What a GGUF file says of its model, after a look at the length of every part; nothing of the weights is read.
 *
 * Errors: `model_file_invalid` for a missing, unreadable, empty, truncated or damaged file, for missing parts (named), and for
 * what is no GGUF file at all: a web page, a Git LFS pointer, … (named, with what to do).
 *
 * @param path  the file, or any part of a split one
 * @returns the path of the file to load (the first part) and the facts
 * @example
 * const { facts } = await readGguf('models/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf');
 * facts.parameters; // 1543714304
 */
export async function readGguf(path: string): Promise<{ path: string; facts: ModelFacts }> {
  const files = await partsOf(path);
  const headers = await Promise.all(files.map(readHeader));
  const first = headers[0];
  const lead = files[0];
  if (!first || lead === undefined) throw new UntilgreenError('internal', `No part of ${path} was read.`);
  const text = (key: string) => {
    const found = first.header.metadata.get(key);
    return typeof found === 'string' ? found : undefined;
  };
  const number = (key: string) => {
    const found = first.header.metadata.get(key);
    return typeof found === 'number' ? found : undefined;
  };
  const tensors = headers.flatMap(({ header }) => header.tensors);
  const parts = number('split.count') ?? 1;
  if (parts > files.length) {
    throw new UntilgreenError('model_file_invalid', `${lead} is one of ${parts} parts, and its name does not say which.`, { path: lead, parts }, 'Give the parts the names they had: name-00001-of-0000N.gguf.');
  }
  const expected = number('split.tensors.count');
  if (expected !== undefined && expected !== tensors.length) {
    throw new UntilgreenError('model_file_invalid', `The parts of ${lead} hold ${tensors.length} tensors, and ${expected} belong to the model: they are not parts of one model.`, { path: lead, expected }, 'Download all parts again from one place.');
  }
  const architecture = text('general.architecture') ?? 'unknown';
  const facts: ModelFacts = {
    title: text('general.name') || stemOf(lead),
    architecture,
    parameters: tensors.reduce((sum, { values }) => sum + values, 0) || undefined,
    quantization: FILE_TYPES[number('general.file_type') ?? -1] ?? mostUsed(tensors),
    bytes: headers.reduce((sum, { size }) => sum + size, 0),
    context: number(`${architecture}.context_length`),
    chat: Boolean(text('tokenizer.chat_template')),
    files,
  };
  const unfit = unfitness(first.header, architecture, tensors.length);
  return { path: lead, facts: unfit === undefined ? facts : { ...facts, unfit } };
}

function unfitness({ metadata }: GgufHeader, architecture: string, tensors: number): string | undefined {
  const type = metadata.get('general.type');
  if (typeof type === 'string' && type !== 'model') return `it is no model but ${type === 'adapter' ? 'an adapter (LoRA) for one' : `its part for something else (${type})`}`;
  if (tensors === 0) return 'it holds a vocabulary and no weights';
  const pooling = metadata.get(`${architecture}.pooling_type`);
  const embeds = (typeof pooling === 'number' && pooling > 0) || metadata.get(`${architecture}.attention.causal`) === false;
  if (embeds || NO_WRITERS.test(architecture)) return `it does not write text (architecture ${architecture}: for embeddings, pictures or sound)`;
  if (!metadata.has('tokenizer.ggml.model')) return 'it has no tokenizer';
  return undefined;
}

/** The type that most bytes of the weights have. */
function mostUsed(tensors: GgufHeader['tensors']): string {
  const bytes = new Map<number, number>();
  for (const { type, values } of tensors) bytes.set(type, (bytes.get(type) ?? 0) + (tensorBytes(type, values) ?? 0));
  const [most] = [...bytes].toSorted(([, a], [, b]) => b - a);
  return most === undefined ? 'unknown' : (TENSOR_TYPES[most[0]]?.[0] ?? `type ${most[0]}`);
}

/** All parts of the model that a file belongs to; missing ones are an error that names them. */
async function partsOf(path: string): Promise<string[]> {
  const part = PART.exec(path);
  if (!part) return [path];
  const count = Number(part[2]);
  const base = path.slice(0, part.index);
  const files = Array.from({ length: count }, (_, i) => `${base}-${String(i + 1).padStart(5, '0')}-of-${part[2]}.gguf`);
  const present = await Promise.all(files.map((file) => stat(file).then(() => true, (error: NodeJS.ErrnoException) => error.code !== 'ENOENT')));
  const missing = files.filter((_, i) => !present[i]);
  if (missing.length > 0 && missing.length < count) {
    throw new UntilgreenError(
      'model_file_invalid',
      `The model ${stemOf(path)} has ${count} parts, and ${missing.length === 1 ? 'this one is' : `${missing.length} of them are`} missing: ${missing.slice(0, 5).map((file) => basename(file)).join(', ')}${missing.length > 5 ? ', …' : ''}.`,
      { path, missing },
      `Put ${missing.length === 1 ? 'it' : 'them'} into ${dirname(path)}.`,
    );
  }
  return missing.length === 0 ? files : [path];
}

async function readHeader(path: string): Promise<{ header: GgufHeader; size: number }> {
  let handle;
  try {
    const info = await regularFile(path);
    handle = await open(path, 'r');
    let bytes = Buffer.alloc(0);
    for (const step of STEPS) {
      bytes = Buffer.alloc(Math.min(step, info.size));
      for (let read = 0; read < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, read, bytes.length - read, read);
        if (bytesRead === 0) throw new UntilgreenError('model_file_invalid', `${path} became shorter while it was read.`, { path }, 'Is it still being downloaded?');
        read += bytesRead;
      }
      if (bytes.subarray(0, 4).toString('latin1') !== 'GGUF') throw noGguf(path, bytes, info.size);
      const header = parseGgufHeader(bytes, info.size);
      if (header) return { header: whole(path, header, info.size), size: info.size };
    }
    throw new Damaged(`has a header of more than ${STEPS.at(-1)! / 1_048_576} MiB`);
  } catch (error) {
    if (error instanceof Damaged) throw new UntilgreenError('model_file_invalid', `${path} ${error.message}.`, { path }, 'It is damaged or made for something else: download it again.', { cause: error });
    throw fileProblem(path, error);
  } finally {
    await handle?.close();
  }
}

function noGguf(path: string, bytes: Buffer, size: number): UntilgreenError {
  const seen = sniff(bytes, size) ?? { is: 'is not a GGUF file', next: `Give a model file (${join('…', 'name.gguf')}) or the folder of a Hugging Face snapshot.` };
  return new UntilgreenError('model_file_invalid', `${path} ${seen.is}.`, { path, size }, seen.next);
}

/** The last tensor must end inside the file: a download that was cut leaves a file that is otherwise in order. */
function whole(path: string, header: GgufHeader, size: number): GgufHeader {
  if (header.dataEnd > size) {
    throw new UntilgreenError(
      'model_file_invalid',
      `${path} is cut off: it has ${size} bytes, and its tensors need ${header.dataEnd}.`,
      { path, size, expected: header.dataEnd },
      'The download was not finished, or is still going on: fetch it again.',
    );
  }
  return header;
}
