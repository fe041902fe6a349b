import type { RelativePath } from '../../workspace/types.ts';
import type { CallFact, FileFacts, ImportFact, SymbolFact } from '../facts/types.ts';

/** A file of the project, with what it says by itself. */
export interface ProjectFile {
  path: RelativePath;
  /** Bytes. */
  size: number;
  /** SHA-256 of its bytes; undefined for files whose content was not needed. */
  hash?: string;
  facts: FileFacts;
}

/** A name in a file that stands for something elsewhere in the project. */
export interface Binding {
  /** Files in which it is defined: one, but for a Go package all of its files. */
  files: readonly RelativePath[];
  /** The name there; `*` for the module itself. */
  imported: string;
}

/** An import with the project files that it reaches; none for packages from outside. */
export interface ResolvedImport extends ImportFact {
  files: RelativePath[];
}

/** `path#Class.method`: stable as long as neither moves. */
export type SymbolId = string;

export interface ResolvedCall extends CallFact {
  /** The symbol that is called, where imports and scopes say so. */
  to?: SymbolId;
}

/** A place where the project starts to run. */
export interface EntryPoint {
  kind: 'script' | 'main' | 'app' | 'server' | 'library';
  /** `untilgreen`, `if __name__ == '__main__'`, `app = FastAPI(…)`. */
  name: string;
  file: RelativePath;
  line?: number;
  /** The symbol that is started, where it is named. */
  symbol?: SymbolId;
  /** Where it is said: `pyproject.toml [project.scripts]`. */
  from: string;
}

/** What the tests of one file cover. */
export interface TestCover {
  test: RelativePath;
  files: { path: RelativePath; why: ('imports' | 'name' | 'package' | 'coverage')[] }[];
  /** Symbols that its tests call, or run by coverage. */
  symbols: SymbolId[];
}

export const symbolId = (path: RelativePath, symbol: Pick<SymbolFact, 'name' | 'parents'>): SymbolId => `${path}#${[...symbol.parents, symbol.name].join('.')}`;
