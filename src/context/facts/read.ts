import { goFacts } from './go.ts';
import { pythonFacts } from './python.ts';
import { scriptFacts } from './script.ts';
import { emptyFacts, type FactLanguage, type FileFacts } from './types.ts';
import { countLines } from './words.ts';

/** Raise it when facts of the same text change: kept ones are then read anew. */
export const FACTS_VERSION = 1;

/** Bytes; a larger source file is generated or data, and is known by its path and size. */
export const MOST_SOURCE_BYTES = 1024 * 1024;

const READERS: { extensions: RegExp; language: FactLanguage; read(path: string, source: string): Promise<FileFacts> }[] = [
  { extensions: /\.pyi?$/i, language: 'python', read: (_path, source) => pythonFacts(source) },
  { extensions: /\.go$/i, language: 'go', read: (_path, source) => goFacts(source) },
  { extensions: /\.[cm]?tsx?$/i, language: 'typescript', read: scriptFacts },
  { extensions: /\.([cm]?js|jsx)$/i, language: 'javascript', read: scriptFacts },
];

/** The language in which facts of a file are read, by its name alone. */
export function factLanguage(path: string): FactLanguage {
  return READERS.find((reader) => reader.extensions.test(path))?.language ?? 'other';
}

/**
 * What a file says by itself. Never rejects for what stands in the file: one that does not parse gives what its lines show.
 *
 * @example
 * const facts = await readFacts('a.py', 'def f():\n    return g()\n');
 * facts.symbols[0].signature; // 'def f()'
 */
export async function readFacts(path: string, source: string): Promise<FileFacts> {
  const reader = READERS.find(({ extensions }) => extensions.test(path));
  // A minified file has lines that no prompt can show, and takes seconds to walk.
  if (!reader || source.length > MOST_SOURCE_BYTES || /\.min\.[cm]?js$/i.test(path)) return emptyFacts(reader?.language ?? 'other', countLines(source));
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  try {
    // Parts of a text keep the whole of it in memory; a copy of what was found does not.
    return JSON.parse(JSON.stringify(await reader.read(path, text))) as FileFacts;
  } catch (error) {
    // Nesting beyond the stack is the one thing that a parser in this process cannot answer.
    if (error instanceof RangeError) return { ...emptyFacts(reader.language, countLines(text)), ok: false };
    throw error;
  }
}
