import { tensorBytes } from './ggml-types.ts';

/** What stands before the weights of a GGUF file. */
export interface GgufHeader {
  version: number;
  /** Scalars and texts by key; of a list only its length is kept. */
  metadata: ReadonlyMap<string, string | number | boolean | { length: number }>;
  tensors: readonly GgufTensor[];
  /** Where the weights begin. */
  dataStart: number;
  /** Where they end by what the header says: the least size of a whole file. */
  dataEnd: number;
}

export interface GgufTensor {
  name: string;
  type: number;
  /** Values in it: the product of its dimensions. */
  values: number;
}

/** The bytes contradict themselves: no reader could make sense of them. The message is the end of a sentence that begins with the file. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}

/** The bytes at hand end before the header does. */
class Short extends Error {}

const MAGIC = 'GGUF';
/** Of the specification: where `general.alignment` is not given. */
const ALIGNMENT = 32;
/** Bytes of a value by its type's number; 8 is a text, 9 a list. */
const WIDTHS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
const TEXT = 8;
const LIST = 9;
const NESTED = 4;

/**
 * Reads the header of a GGUF file, versions 1 to 3, from its first bytes (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
 * Nothing is believed that the size of the file contradicts, so that a hostile count costs neither time nor memory.
 *
 * @param bytes     the beginning of the file
 * @param fileSize  bytes of the whole file
 * @returns undefined when the header is longer than `bytes`
 * @throws `Damaged`
 */
export function parseGgufHeader(bytes: Buffer, fileSize: number): GgufHeader | undefined {
  try {
    return parse(new Cursor(bytes, fileSize));
  } catch (error) {
    if (error instanceof Short) return undefined;
    throw error;
  }
}

function parse(at: Cursor): GgufHeader {
  if (at.take(4).toString('latin1') !== MAGIC) throw new Damaged('does not begin as a GGUF file does');
  const version = at.u32();
  if (version === 0x03000000 || version === 0x02000000) throw new Damaged('is a GGUF file for big-endian machines');
  if (version < 1 || version > 3) throw new Damaged(`has the GGUF version ${version}, and only 1 to 3 are known`);
  // The first version counted in 32 bits.
  at.long = version > 1;
  const tensorCount = at.count(8);
  const keyCount = at.count(8);
  const metadata = new Map<string, string | number | boolean | { length: number }>();
  for (let i = 0; i < keyCount; i += 1) {
    const key = at.text();
    metadata.set(key, value(at, at.u32(), 0));
  }
  const alignment = metadata.get('general.alignment') ?? ALIGNMENT;
  if (typeof alignment !== 'number' || alignment < 1 || alignment > 1_048_576) throw new Damaged('has an impossible alignment in its header');
  const tensors: GgufTensor[] = [];
  let end = 0;
  for (let i = 0; i < tensorCount; i += 1) {
    const name = at.text();
    const dimensions = at.u32();
    if (dimensions > 8) throw new Damaged(`has a tensor of ${dimensions} dimensions in its header`);
    let values = 1;
    for (let d = 0; d < dimensions; d += 1) values *= at.size();
    const type = at.u32();
    const offset = at.u64();
    end = Math.max(end, offset + (tensorBytes(type, values) ?? 0));
    tensors.push({ name, type, values });
  }
  const dataStart = Math.ceil(at.position / alignment) * alignment;
  return { version, metadata, tensors, dataStart, dataEnd: tensors.length === 0 ? at.position : dataStart + end };
}

function value(at: Cursor, type: number, depth: number): string | number | boolean | { length: number } {
  if (type === TEXT) return at.text();
  if (type === LIST) {
    if (depth > NESTED) throw new Damaged('has lists in lists without end in its header');
    const of = at.u32();
    const width = WIDTHS[of];
    const length = at.count(width ?? 4);
    if (width !== undefined) at.skip(length * width);
    else for (let i = 0; i < length; i += 1) if (of === TEXT) at.skipText();
    else value(at, of, depth + 1);
    return { length };
  }
  switch (type) {
    case 0: return at.take(1).readUInt8();
    case 1: return at.take(1).readInt8();
    case 2: return at.take(2).readUInt16LE();
    case 3: return at.take(2).readInt16LE();
    case 4: return at.u32();
    case 5: return at.take(4).readInt32LE();
    case 6: return at.take(4).readFloatLE();
    case 7: return at.take(1).readUInt8() !== 0;
    case 10: return at.u64();
    case 11: return Number(at.take(8).readBigInt64LE());
    case 12: return at.take(8).readDoubleLE();
    default: throw new Damaged(`has a value of the unknown type ${type} in its header`);
  }
}

/** A position in the first bytes of a file. */
class Cursor {
  position = 0;
  /** Sizes have 64 bits. */
  long = true;
  private readonly bytes: Buffer;
  private readonly fileSize: number;

  constructor(bytes: Buffer, fileSize: number) {
    this.bytes = bytes;
    this.fileSize = fileSize;
  }

  take(length: number): Buffer {
    const from = this.position;
    this.skip(length);
    if (this.position > this.bytes.length) throw new Short();
    return this.bytes.subarray(from, this.position);
  }

  skip(length: number): void {
    this.position += length;
    if (this.position > this.fileSize) throw new Damaged('ends in the middle of its header');
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }

  u64(): number {
    const bytes = this.take(8);
    return bytes.readUInt32LE(4) * 2 ** 32 + bytes.readUInt32LE(0);
  }

  size(): number {
    return this.long ? this.u64() : this.u32();
  }

  /** How many things follow, of which each takes at least so many bytes. */
  count(leastBytes: number): number {
    const count = this.size();
    if (count * leastBytes > this.fileSize) throw new Damaged(`says that ${count} things follow in its header, which has no room for them`);
    return count;
  }

  skipText(): void {
    this.skip(this.count(1));
  }

  text(): string {
    return this.take(this.count(1)).toString('utf8');
  }
}
