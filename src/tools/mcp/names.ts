import { createHash } from 'node:crypto';

/** Characters of a tool's name that every function calling interface takes. */
const MAX_NAME = 64;

/** A word of letters, digits, `_` and `-`, from whatever a server calls itself. */
export function serverWord(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9-]+/g, '_').replaceAll(/^_+|_+$/g, '').slice(0, 24) || 'server';
}

/**
 * `server__tool` for each tool of a server, in their order. A name that had to be changed to fit, so that another could become the
 * same, ends in a part of its hash.
 */
export function namesFor(server: string, tools: readonly string[]): string[] {
  return tools.map((tool) => {
    const plain = `${server}__${tool}`;
    if (/^[a-zA-Z0-9_-]+$/.test(plain) && plain.length <= MAX_NAME) return plain;
    const mark = `_${createHash('sha256').update(tool).digest('hex').slice(0, 6)}`;
    return plain.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, MAX_NAME - mark.length) + mark;
  });
}
