import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';

export interface Lines {
  /** What stood in the file. */
  readonly before: readonly unknown[];
  append(value: unknown): void;
  close(): void;
}

/**
 * A file of JSON lines that is added to: each line is durable before `append` returns, and a last line that a kill cut short is dropped.
 *
 * @param schema what each line has to be
 * @param broken the error for a line that is something else, from 1; the file is not touched then
 */
export function openLines(path: string, schema: z.ZodType, broken: (line: number, cause: unknown) => Error): Lines {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // Someone's file without a line end is no cut line of ours: those begin as JSON.
  if (whole === '' && text !== '' && !text.startsWith('{')) throw broken(1, undefined);
  const before = whole.split('\n').slice(0, -1).map((line, index) => {
    try {
      return schema.parse(JSON.parse(line));
    } catch (cause) {
      throw broken(index + 1, cause);
    }
  });
  const file = openSync(path, text === '' ? 'w' : 'r+', 0o600);
  let end = Buffer.byteLength(whole);
  ftruncateSync(file, end);
  return {
    before,
    append(value) {
      const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, end + at);
      end += bytes.length;
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}
