import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { UntilgreenError } from '../core/errors.ts';

/** A configuration file as data, and where each of its keys stands. */
export interface ConfigFile {
  /** Absolute. */
  path: string;
  data: Record<string, unknown>;
  /** 1-based line of a key, or undefined where it cannot be told. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

/** A configuration is written by hand; anything larger is not one, and a pipe or device would make the reader wait. */
const MAX_BYTES = 1_048_576;

/**
 * The text of a small regular file, or undefined where there is none.
 * Errors: `config_invalid` for a directory, pipe or device, an unreadable file, or one above 1 MiB.
 */
export async function readSmallFile(path: string): Promise<string | undefined> {
  try {
    const info = await stat(path);
    if (!info.isFile()) throw new UntilgreenError('config_invalid', `${path} is not a regular file.`, { path });
    if (info.size > MAX_BYTES) throw new UntilgreenError('config_invalid', `${path} is larger than 1 MiB and cannot be a configuration.`, { path, size: info.size });
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof UntilgreenError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UntilgreenError('config_invalid', `${path} cannot be read (${code}).`, { path }, undefined, { cause: error });
  }
}

/**
 * Reads YAML, TOML or JSON by the file's extension; undefined where there is no such file.
 * Errors: `config_invalid` with the line of a syntax error.
 */
export async function readConfigFile(path: string, name = path): Promise<ConfigFile | undefined> {
  const text = await readSmallFile(path);
  if (text === undefined) return undefined;
  const parsed = extname(path) === '.toml' ? await parseToml(text, name) : await parseYaml(text, name, extname(path) === '.json');
  const data = parsed.data ?? {};
  if (typeof data !== 'object' || Array.isArray(data)) {
    throw new UntilgreenError('config_invalid', `${name}: expected keys with values, got ${Array.isArray(data) ? 'a list' : JSON.stringify(data)}.`, { path });
  }
  return { path, data: data as Record<string, unknown>, lineOf: parsed.lineOf };
}

function syntaxError(name: string, line: number | undefined, message: string): UntilgreenError {
  return new UntilgreenError('config_invalid', `${name}${line ? ` line ${line}` : ''}: ${message}`, { path: name, line });
}

type Parsed = { data: unknown; lineOf: ConfigFile['lineOf'] };

async function parseYaml(text: string, name: string, json: boolean): Promise<Parsed> {
  const { LineCounter, isMap, isSeq, isScalar, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const first = document.errors[0];
  if (first) throw syntaxError(name, lines.linePos(first.pos[0]).line, `${first.message.replace(/\.$/, '')}.`);
  if (json) {
    try {
      JSON.parse(text);
    } catch (error) {
      throw syntaxError(name, undefined, `${(error as Error).message}.`);
    }
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw syntaxError(name, undefined, `${(error as Error).message}.`);
  }
  return {
    data,
    lineOf(path) {
      let node: unknown = document.contents;
      let offset: number | undefined;
      for (const part of path) {
        if (isMap(node)) {
          const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
          if (!pair) break;
          offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
          node = pair.value;
        } else if (isSeq(node)) {
          node = node.items[Number(part)];
          offset = (isScalar(node) ? node.range?.[0] : undefined) ?? offset;
        } else break;
      }
      return offset === undefined ? undefined : lines.linePos(offset).line;
    },
  };
}

async function parseToml(text: string, name: string): Promise<Parsed> {
  const { TomlError, parse } = await import('smol-toml');
  let data: unknown;
  try {
    data = parse(text);
  } catch (error) {
    if (error instanceof TomlError) throw syntaxError(name, error.line, `${error.message.split('\n')[0]}.`);
    throw error;
  }
  return { data, lineOf: (path) => tomlLine(text, path.map(String)) };
}

const bare = (key: string) => key.replaceAll(/["'\s]/g, '');

/** The parser keeps no positions: the line is where the key is set, inside its table or by its dotted name. */
function tomlLine(text: string, path: string[]): number | undefined {
  let table = '';
  let found: number | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*\[\[?([^\]]+)\]\]?/.exec(line);
    const assigned = /^\s*([\w.'" -]+?)\s*=/.exec(line);
    if (header?.[1]) table = bare(header[1]);
    const key = header ? table : assigned?.[1] ? [table, bare(assigned[1])].filter(Boolean).join('.') : undefined;
    if (key && (path.join('.') === key || path.join('.').startsWith(`${key}.`))) found = index + 1;
  }
  return found;
}
