import { readFile } from 'node:fs/promises';

/** Version of the product, from its own package.json: the same path leads there from `src` and from `dist`. */
export async function productVersion(): Promise<string> {
  return (JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}
