import { readFile } from 'node:fs/promises';
import { Language, Parser, Query, type QueryCapture } from 'web-tree-sitter';

const GRAMMARS = { python: 'tree-sitter-python.wasm', go: 'tree-sitter-go.wasm' } as const;

/** One capture: its name in the query, and where the node stands in the text. */
export interface Capture {
  name: string;
  from: number;
  to: number;
  /** 1-based. */
  line: number;
  toLine: number;
}

/** A grammar with one query. */
export interface Captures {
  /** Captures in the order of the text; `ok` is false where the text does not parse. The tree is freed before this returns. */
  read(source: string): { ok: boolean; captures: Capture[] };
}

let started: Promise<void> | undefined;

/** Loads a grammar out of the package's own files. Nothing is compiled, nothing is fetched. */
export async function openGrammar(grammar: keyof typeof GRAMMARS, text: string): Promise<Captures> {
  started ??= Parser.init();
  await started;
  const language = await Language.load(await readFile(new URL(`../../../assets/grammars/${GRAMMARS[grammar]}`, import.meta.url)));
  const parser = new Parser();
  parser.setLanguage(language);
  const query = new Query(language, text);
  return {
    read(source) {
      const tree = parser.parse(source);
      if (!tree) return { ok: false, captures: [] };
      try {
        return { ok: !tree.rootNode.hasError, captures: query.captures(tree.rootNode).map(captureOf) };
      } finally {
        // Trees live in the memory of the wasm module, which no garbage collector sees.
        tree.delete();
      }
    },
  };
}

function captureOf({ name, node }: QueryCapture): Capture {
  // Names have no second line: their end is read off the text, which saves a call into wasm for each.
  const whole = !name.startsWith('name');
  return { name, from: node.startIndex, to: whole ? node.endIndex : node.startIndex, line: node.startPosition.row + 1, toLine: whole ? node.endPosition.row + 1 : node.startPosition.row + 1 };
}
