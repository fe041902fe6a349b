import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const RUNNERS = ['describe', 'it', 'test', 'suite', 'expect', 'vi', 'jest', 'beforeAll', 'afterAll', 'beforeEach', 'afterEach', 'before', 'after', 'context', 'specify', 'assert', 'chai', 'sinon', 'cy', 'Cypress', 'bench', 'assertType', 'expectTypeOf', 'xit', 'xdescribe', 'fit', 'fdescribe'];
const NODE = ['require', 'module', 'exports', '__dirname', '__filename', 'NodeJS', 'JSX', 'React', 'arguments', 'undefined', 'define', 'Deno', 'Bun', '$', 'jQuery', 'JQuery'];
const LIBRARIES = /^lib\.(es\d+|esnext|dom|webworker\.importscripts|scripthost|decorators)(\.[\w.]+)?\.d\.ts$/;

let known: Promise<ReadonlySet<string>> | undefined;

/** Names that exist without an import in Node, browsers, test runners, or as TypeScript's own types: never imported for. */
export function globalNames(): Promise<ReadonlySet<string>> {
  known ??= collect();
  return known;
}

async function collect(): Promise<ReadonlySet<string>> {
  const names = new Set([...Object.getOwnPropertyNames(globalThis), ...RUNNERS, ...NODE]);
  const lib = dirname(createRequire(import.meta.url).resolve('typescript6'));
  const { readdir } = await import('node:fs/promises');
  for (const file of (await readdir(lib)).filter((f) => LIBRARIES.test(f))) {
    const text = await readFile(join(lib, file), 'utf8');
    for (const [, name] of text.matchAll(/^(?:declare )?(?:var|let|const|function|interface|type|class|namespace) (\w+)/gm)) names.add(name!);
  }
  return names;
}
