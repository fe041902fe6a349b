import type { CheckReport, Language } from '../languages/types.ts';
import type { RelativePath, Workbench } from '../workspace/types.ts';
import { evidenceFor, type SymbolEvidence } from './evidence.ts';
import { benchFiles } from './files.ts';
import type { ProjectGraph } from './graph/graph.ts';
import { readProject } from './graph/read.ts';
import type { Suspect } from './spectrum/ochiai.ts';

export interface Located {
  path: RelativePath;
  score: number;
  /** Why it is thought to be concerned, for the log. */
  why: string[];
  text: string;
  /** Symbols in it that are thought to be concerned, the likeliest first. */
  symbols?: SymbolEvidence[];
}

/** Larger files are data or generated; their names still count. */
const MAX_FILE_CHARS = 200_000;
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Ranks the project's files by how likely the request concerns them, without asking a model: paths, names and stack frames in the
 * request, stack frames and files of failing tests, what those tests import, what they run, and BM25 over paths, symbols and text.
 */
export async function locate(input: {
  bench: Workbench;
  languages: readonly Language[];
  request: string;
  /** The newest check reports: their failing tests point at files. */
  reports: readonly CheckReport[];
  /** Files that earlier attempts touched. */
  touched?: readonly RelativePath[];
  /** The project, where it has been read already. */
  graph?: ProjectGraph;
  /** Symbols that failing tests run more than passing ones. */
  suspects?: readonly Suspect[];
}): Promise<Located[]> {
  const graph = input.graph ?? (await readProject(benchFiles(input.bench))).graph;
  const files = new Map<RelativePath, Located>();
  for (const entry of await input.bench.list()) {
    if (entry.link || entry.size > MAX_FILE_CHARS) continue;
    const text = decode(await input.bench.readBytes(entry.path));
    if (text !== undefined) files.set(entry.path, { path: entry.path, score: 0, why: [], text });
  }
  const add = (path: string, score: number, why: string) => {
    const file = files.get(path);
    if (!file || file.why.includes(why)) return;
    file.score += score;
    file.why.push(why);
  };

  for (const found of evidenceFor(graph, input.request, { suspects: input.suspects, textOf: (path) => files.get(path)?.text })) {
    const file = files.get(found.path);
    if (!file) continue;
    file.score += found.score;
    file.why.push(...found.why);
    if (found.symbols.length > 0) file.symbols = found.symbols;
  }
  for (const report of input.reports) {
    for (const error of report.errors) if (error.file) add(error.file, 40, 'it cannot be loaded');
    for (const test of report.tests) {
      if (test.outcome !== 'failed' && test.outcome !== 'error') continue;
      for (const frame of test.frames ?? []) add(frame.file, 45, 'a failing test stops in it');
      if (!test.file) continue;
      add(test.file, 35, 'it holds a failing test');
      for (const target of graph.importedFiles(test.file)) add(target, 30, 'a failing test imports it');
    }
  }
  for (const path of input.touched ?? []) add(path, 40, 'an earlier attempt changed it');
  return [...files.values()].filter((f) => f.score > 0).sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
}

function decode(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return decoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined; // not UTF-8: binary, as far as a prompt goes
    throw error;
  }
}
