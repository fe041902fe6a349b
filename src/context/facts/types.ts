import type { SymbolInfo } from '../../languages/types.ts';
import type { PackedCalls, PackedCounts } from './packed.ts';

/** What a file is written in, as far as the map goes; `other` files are known by path and size alone. */
export type FactLanguage = 'python' | 'go' | 'javascript' | 'typescript' | 'other';

/** A function, class, method, constant or type, with the lines (1-based, inclusive) where it stands. */
export interface SymbolFact extends SymbolInfo {
  /** First line of its docstring or comment. */
  doc?: string;
  /** Names of decorators, as written: `app.get`, `property`. */
  decorators?: string[];
  /** Base classes of a class, and the receiver's type of a Go method, as written. */
  bases?: string[];
  /** Go: the receiver's own name, `s` of `(s *Server)`. */
  receiver?: string;
}

/** What one import statement brings in. */
export interface ImportFact {
  /** As written: `..models`, `./a.js`, `example.com/m/pkg`. */
  module: string;
  /** `imported` is `*` for the module itself and for star imports; `local` is the name that it is bound to here, '' for none. */
  names: { imported: string; local: string }[];
  line: number;
  kind: 'import' | 'star' | 'type' | 'dynamic' | 'reexport';
}

/** Calls of one name out of one symbol, counted. */
export interface CallFact {
  name: string;
  /** What stands before the last dot: `self`, `json`, `a.b`; '' for a plain call, `?` for an expression. */
  on: string;
  /** Index into `symbols` of what it is called from, -1 for the module itself. */
  from: number;
  /** First line of such a call. */
  line: number;
  count: number;
}

/** A place where a program starts, as the file alone shows it. */
export interface EntryFact {
  kind: 'main' | 'app' | 'server';
  name: string;
  line: number;
}

/** What one file says by itself; nothing here depends on another file, so that it can be kept by content. */
export interface FileFacts {
  language: FactLanguage;
  /** False where the parser found an error: the symbols are then those that lines show. */
  ok: boolean;
  lines: number;
  /** First line of the module's docstring or opening comment. */
  doc?: string;
  /** Go: the name in the package clause. */
  package?: string;
  symbols: SymbolFact[];
  imports: ImportFact[];
  /** Read them with `unpackCalls`. */
  calls: PackedCalls;
  /** How often each identifier stands in the file outside comments and strings, where it is not being defined; `.name` after a dot. */
  mentions: PackedCounts;
  entries: EntryFact[];
}

export const emptyFacts = (language: FactLanguage, lines: number): FileFacts => ({ language, ok: true, lines, symbols: [], imports: [], calls: '', mentions: '', entries: [] });
