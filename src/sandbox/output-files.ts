import { closeSync, constants, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FLOOD_FACTOR } from './output.ts';
import type { OutputFile } from './types.ts';

type Stream = 'stdout' | 'stderr';

/**
 * Both streams of a command on disk, byte for byte, each up to 16 times `outputBytes`: as far as a command may print before it is
 * killed as a flood. So a command that ended by itself is there as a whole.
 */
export class OutputFiles {
  readonly #streams: Record<Stream, { path: string; fd: number; bytes: number; complete: boolean }>;
  readonly #cap: number;

  /** @throws where the files cannot be made; no link is followed, and what stood there is replaced */
  constructor(directory: string, outputBytes: number) {
    this.#cap = outputBytes * FLOOD_FACTOR;
    mkdirSync(directory, { recursive: true });
    const open = (name: Stream) => {
      const path = join(directory, `${name}.txt`);
      rmSync(path, { force: true });
      return { path, fd: openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600), bytes: 0, complete: true };
    };
    const stdout = open('stdout');
    try {
      this.#streams = { stdout, stderr: open('stderr') };
    } catch (thrown) {
      closeSync(stdout.fd);
      rmSync(stdout.path, { force: true });
      throw thrown;
    }
  }

  add(name: Stream, chunk: Buffer): void {
    const stream = this.#streams[name];
    if (!stream.complete) return;
    const part = chunk.subarray(0, this.#cap - stream.bytes);
    stream.complete = part.length === chunk.length;
    try {
      for (let at = 0; at < part.length; ) {
        const written = writeSync(stream.fd, part, at);
        at += written;
        stream.bytes += written;
      }
    } catch {
      // A full disk ends the file, not the command; the result says that it is not all.
      stream.complete = false;
    }
  }

  close(): Record<Stream, OutputFile> {
    const told = (stream: Stream): OutputFile => {
      const { fd, ...file } = this.#streams[stream];
      closeSync(fd);
      return file;
    };
    return { stdout: told('stdout'), stderr: told('stderr') };
  }

  /** Takes the files away again: the command did not run. */
  discard(): void {
    for (const { path } of Object.values(this.close())) rmSync(path, { force: true });
  }
}
