import { StringDecoder } from 'node:string_decoder';

/** How many times the kept size a stream may print before the command is killed as a flood. */
export const FLOOD_FACTOR = 16;

/** Keeps the first and last bytes of a stream, drops the middle, and says so. Memory stays within twice the size kept. */
export class OutputKeeper {
  total = 0;
  private readonly head: Buffer[] = [];
  private headBytes = 0;
  private readonly tail: Buffer[] = [];
  private tailBytes = 0;
  private readonly decoder = new StringDecoder('utf8');
  private readonly half: number;

  /**
   * @param limit bytes kept
   * @param onText what is kept of the head and all that follows up to the flood limit, decoded, as it comes
   */
  constructor(
    private readonly limit: number,
    private readonly onText?: (text: string) => void,
  ) {
    this.half = Math.max(1, Math.floor(limit / 2));
  }

  get flooded(): boolean {
    return this.total > this.limit * FLOOD_FACTOR;
  }
  get truncated(): boolean {
    return this.total > this.limit;
  }

  add(chunk: Buffer): void {
    this.total += chunk.length;
    if (this.onText) {
      const text = this.decoder.write(chunk);
      if (text) this.onText(text);
    }
    let rest = chunk;
    if (this.headBytes < this.half) {
      const part = rest.subarray(0, this.half - this.headBytes);
      this.head.push(Buffer.from(part));
      this.headBytes += part.length;
      rest = rest.subarray(part.length);
    }
    if (rest.length === 0) return;
    this.tail.push(Buffer.from(rest));
    this.tailBytes += rest.length;
    // A stream of tiny writes must not become a list of a million pieces.
    if (this.tail.length > 512) this.tail.splice(0, this.tail.length, Buffer.concat(this.tail));
    const room = this.limit - this.half;
    for (let first = this.tail[0]; first && this.tailBytes - first.length >= room; first = this.tail[0]) {
      this.tail.shift();
      this.tailBytes -= first.length;
    }
  }

  /** Head, mark and tail as text; bytes that are not UTF-8 become U+FFFD. */
  text(): string {
    const head = Buffer.concat(this.head);
    const tail = Buffer.concat(this.tail);
    if (!this.truncated) return Buffer.concat([head, tail]).toString('utf8');
    const room = this.limit - this.half;
    const kept = tail.subarray(Math.max(0, tail.length - room));
    const dropped = this.total - head.length - kept.length;
    return `${wholeCharacters(head, 'start')}\n[… ${dropped} bytes left out …]\n${wholeCharacters(kept, 'end')}`;
  }
}

/** Text of a cut piece without the broken character at the cut. */
function wholeCharacters(bytes: Buffer, side: 'start' | 'end'): string {
  if (side === 'start') return new StringDecoder('utf8').write(bytes);
  let from = 0;
  while (from < 3 && from < bytes.length && ((bytes[from] as number) & 0xc0) === 0x80) from += 1;
  return bytes.subarray(from).toString('utf8');
}
