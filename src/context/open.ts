import { UntilgreenError } from '../core/errors.ts';
import type { RelativePath } from '../workspace/types.ts';
import { evidenceFor, fileMeant, type FileEvidence } from './evidence.ts';
import { directoryFiles } from './files.ts';
import { entryPoints } from './graph/entry-points.ts';
import type { Defined, ProjectGraph } from './graph/graph.ts';
import { readProject, type ReadOptions } from './graph/read.ts';
import { testCover, type Coverage } from './graph/tests.ts';
import { symbolId, type EntryPoint, type TestCover } from './graph/types.ts';
import { mermaidOf } from './mermaid.ts';
import { outlineOf, type Outline } from './ranking/outline.ts';
import { rankProject, type Focus, type RankedFile } from './ranking/rank.ts';
import { focusOf, namesIn } from './repo-map.ts';
import type { Suspect } from './spectrum/ochiai.ts';

export interface ContextOptions extends ReadOptions {
  /** Further patterns of files to leave out, in gitignore syntax. */
  ignore?: readonly string[];
}

export interface MapOptions {
  /** Tokens (estimated as characters / 3.9). Default 2,000. */
  tokens?: number;
  /** A file, a symbol (`Class.method`, `path#name`) or words. */
  focus?: string;
  /** Sizes and first lines of docs too. */
  details?: boolean;
}

/** What `focus` turned out to be. */
export type Focused =
  | { kind: 'file'; files: RelativePath[] }
  | { kind: 'symbol'; symbols: Defined[] }
  | { kind: 'words'; found: FileEvidence[] };

/** A project that was read once. It does not follow later changes; open it again, which is cheap. */
export interface ProjectContext {
  /** Absolute path. */
  readonly directory: string;
  readonly graph: ProjectGraph;
  /** Files that were parsed now; facts of the others came from the cache. */
  readonly read: number;
  /** Source files that do not parse; their symbols are those that lines show. */
  readonly broken: readonly RelativePath[];
  /** Files and symbols by their rank. Errors: `not_found` for a focus that nothing in the project is near to. */
  ranked(focus?: string): RankedFile[];
  /** The ranked outline within a budget. Errors: as `ranked`. */
  map(options?: MapOptions): Outline;
  /** Files and symbols that a request concerns, the likeliest first; none of it asks a model. */
  locate(request: string, options?: { suspects?: readonly Suspect[] }): FileEvidence[];
  /** Errors: `not_found`. */
  focus(what: string): Focused;
  entryPoints(): EntryPoint[];
  /** What each test file covers. */
  tests(coverage?: Coverage): TestCover[];
  /** The import graph. */
  mermaid(focus?: string): string;
}

/**
 * Reads a project: from its files, or from the cache where they did not change.
 *
 * Runs nothing of the project. A file that does not parse gives what its lines show and never stops it.
 * Errors: `directory_missing`, `not_a_directory`, `directory_refused`, `cancelled`.
 *
 * @example
 * const { graph } = await openContext('.');
 * graph.find('Session.get'); // [{ file, symbol }]
 */
export async function openContext(directory: string, options: ContextOptions = {}): Promise<ProjectContext> {
  const files = await directoryFiles(directory, { ignore: options.ignore });
  const { graph, read, broken } = await readProject(files, options);
  const locate = (request: string, more: { suspects?: readonly Suspect[] } = {}) => evidenceFor(graph, request, more);
  const focus = (what: string) => focused(graph, what, locate);
  const ranked = (what?: string) => rankProject(graph, what === undefined ? {} : focusOn(focus(what), what));
  return {
    directory: files.identity, graph, read, broken, locate, focus, ranked,
    map: ({ tokens = 2_000, focus: what, details } = {}) => outlineOf(ranked(what), { budget: tokens, details }),
    entryPoints: () => entryPoints(graph),
    tests: (coverage) => testCover(graph, coverage),
    mermaid: (what) => mermaidOf(graph, what === undefined ? undefined : new Set(filesOf(focus(what)))),
  };
}

/** A path of the project, else a symbol, else words that something in it is near to. */
function focused(graph: ProjectGraph, what: string, locate: (request: string) => FileEvidence[]): Focused {
  const file = /[./]/.test(what) ? fileMeant(graph, what) : undefined;
  if (file) return { kind: 'file', files: [file.path] };
  const inside = graph.files.filter((other) => other.path.startsWith(`${what.replace(/\/+$/, '')}/`)).map((other) => other.path);
  if (inside.length > 0 && what.includes('/')) return { kind: 'file', files: inside };
  const symbols = /^\S+$/.test(what) ? graph.find(what) : [];
  if (symbols.length > 0) return { kind: 'symbol', symbols };
  const found = locate(what);
  if (found.length > 0) return { kind: 'words', found };
  throw new UntilgreenError('not_found', `Nothing in the project is called '${what}', and no file or symbol is near these words.`, { focus: what }, 'Give a path, the name of a symbol, or words that stand in the code.');
}

export function filesOf(focus: Focused): RelativePath[] {
  if (focus.kind === 'file') return focus.files;
  if (focus.kind === 'symbol') return [...new Set(focus.symbols.map(({ file }) => file.path))];
  return focus.found.slice(0, 5).map(({ path }) => path);
}

function focusOn(focus: Focused, what: string): Focus {
  if (focus.kind === 'words') return focusOf(focus.found, what);
  const names = focus.kind === 'symbol' ? new Set(focus.symbols.map(({ symbol }) => symbol.name)) : namesIn(what);
  return { files: new Map(filesOf(focus).map((path) => [path, 1])), names };
}

/** The ids of the symbols in focus. */
export const idsOf = (focus: Focused): string[] => (focus.kind === 'symbol' ? focus.symbols.map(({ file, symbol }) => symbolId(file.path, symbol)) : focus.kind === 'words' ? focus.found.slice(0, 5).flatMap(({ symbols }) => symbols.map(({ id }) => id)) : []);
