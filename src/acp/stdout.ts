import { Writable } from 'node:stream';

/**
 * Takes standard output for the protocol: whatever else writes to it from now on, a library with a notice or a stray `console.log`, goes to
 * standard error. `release` gives it back.
 */
export function takeStdout(): { output: Writable; release(): void } {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  const original = stdout.write;
  stdout.write = stderr.write.bind(stderr) as typeof stdout.write;
  const output = new Writable({ write: (chunk: Uint8Array, _encoding, done) => void write(chunk, done) });
  return { output, release: () => void (stdout.write = original) };
}
