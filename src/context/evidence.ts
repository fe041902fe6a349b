import MiniSearch from 'minisearch';
import type { RelativePath } from '../workspace/types.ts';
import { unpackCounts } from './facts/packed.ts';
import { framesIn } from './frames.ts';
import type { Defined, ProjectGraph } from './graph/graph.ts';
import { symbolId, type ProjectFile, type SymbolId } from './graph/types.ts';
import type { Suspect } from './spectrum/ochiai.ts';

export interface SymbolEvidence {
  id: SymbolId;
  fromLine: number;
  toLine: number;
  score: number;
  why: string[];
}

/** Why a request is thought to concern a file. */
export interface FileEvidence {
  path: RelativePath;
  score: number;
  why: string[];
  /** The likeliest first. */
  symbols: SymbolEvidence[];
}

export interface EvidenceOptions {
  /** Symbols that failing tests run more than passing ones. */
  suspects?: readonly Suspect[];
  /** Text of a file for the search by words; without it the identifiers of the file stand for it. */
  textOf?: (path: RelativePath) => string | undefined;
}

/**
 * Points for each kind of evidence. They only order: what is named outright stands above what a stack shows, that above what is
 * defined under a name of the request, and likeness of words below all of them.
 */
const POINTS = { path: 100, frame: 80, name: 60, suspect: 60, qualified: 50, module: 30, defines: 30, words: 25 };
/** AutoCodeRover shows its model the five most suspicious methods (arXiv 2404.05427, section 4.3). */
const MOST_SUSPECTS = 5;
const MOST_HITS = 12;

/** Ranks files and symbols by how likely a request concerns them, from the text of the request and the graph alone. Deterministic. */
export function evidenceFor(graph: ProjectGraph, request: string, options: EvidenceOptions = {}): FileEvidence[] {
  const found = new Map<RelativePath, FileEvidence>();
  const add = (path: RelativePath, score: number, why: string): FileEvidence => {
    const file = found.get(path) ?? { path, score: 0, why: [], symbols: [] };
    found.set(path, file);
    if (!file.why.includes(why)) {
      file.score += score;
      file.why.push(why);
    }
    return file;
  };
  const addSymbol = ({ file, symbol }: Defined, score: number, why: string, fileWhy = why) => {
    const evidence = add(file.path, score, fileWhy);
    const id = symbolId(file.path, symbol);
    const known = evidence.symbols.find((other) => other.id === id);
    const entry = known ?? { id, fromLine: symbol.fromLine, toLine: symbol.toLine, score: 0, why: [] };
    if (!known) evidence.symbols.push(entry);
    if (!entry.why.includes(why)) {
      entry.score += score;
      entry.why.push(why);
    }
  };

  const text = request.toLowerCase();
  const words = new Set(request.match(/[A-Za-z_$][\w$]{2,}/g) ?? []);
  for (const file of graph.files) {
    const name = file.path.split('/').at(-1)!;
    const stem = name.replace(/\.[^.]+$/, '');
    if (text.includes(file.path.toLowerCase())) add(file.path, POINTS.path, 'the request names its path');
    else if (name.length > 3 && text.includes(name.toLowerCase())) add(file.path, POINTS.name, 'the request names it');
    if (file.facts.language !== 'other' && stem.length > 2 && words.has(stem)) add(file.path, POINTS.module, 'the request names its module');
  }
  for (const { path, line } of framesIn(request)) {
    const file = fileMeant(graph, path);
    if (!file) continue;
    add(file.path, POINTS.frame, 'a stack frame of the request stops in it');
    const symbol = file.facts.symbols.findLast((s) => s.fromLine <= line && s.toLine >= line);
    if (symbol) addSymbol({ file, symbol }, POINTS.frame, `line ${line} of a stack frame`, 'a stack frame of the request stops in it');
  }
  for (const word of words) {
    // An everyday word is the name of many a method; only a word that is written as code means one.
    const code = /[_$\d]|\p{Ll}\p{Lu}/u.test(word) || new RegExp(`(\`|\\.)${word.replaceAll('$', '\\$')}\\b|\\b${word.replaceAll('$', '\\$')}\\(`).test(request);
    const all = graph.definitions(word).filter(({ symbol }) => symbol.parents.length === 0 || code);
    for (const defined of all.slice(0, MOST_HITS)) addSymbol(defined, POINTS.defines, `it defines ${word}`);
  }
  for (const [dotted] of request.matchAll(/\b[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\b/g)) {
    const qualified = graph.find(dotted);
    for (const defined of qualified.slice(0, 3)) addSymbol(defined, POINTS.qualified, `the request names ${dotted}`);
  }
  for (const suspect of (options.suspects ?? []).slice(0, MOST_SUSPECTS)) {
    const file = graph.file(suspect.path);
    const symbol = file?.facts.symbols.find((s) => symbolId(suspect.path, s) === suspect.id);
    if (file && symbol) addSymbol({ file, symbol }, POINTS.suspect * suspect.score, `failing tests run it (${suspect.failed} failing, ${suspect.passed} passing)`, 'failing tests run it');
  }
  for (const { path, score } of wordHits(graph, request, options.textOf)) add(path, score, 'its words are near the request');
  for (const file of found.values()) file.symbols.sort((a, b) => b.score - a.score || a.fromLine - b.fromLine);
  return [...found.values()].sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
}

/** The project file of a path in a trace, which may be absolute or of another machine: the longest one that it ends with, or that ends with it. */
export function fileMeant(graph: ProjectGraph, path: string): ProjectFile | undefined {
  const plain = path.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  const exact = graph.file(plain);
  if (exact) return exact;
  const parts = plain.split('/');
  for (let from = 1; from < parts.length; from += 1) {
    const rest = graph.file(parts.slice(from).join('/'));
    if (rest) return rest;
  }
  const ending = graph.files.filter((file) => file.path.endsWith(`/${plain}`));
  return ending.length === 1 ? ending[0] : undefined;
}

const splitWords = (text: string) => text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g) ?? [];

/** BM25 over paths, symbols, docstrings and text: at most POINTS.words for the best hit. */
function wordHits(graph: ProjectGraph, request: string, textOf: EvidenceOptions['textOf']): { path: RelativePath; score: number }[] {
  const asked = new Set(splitWords(request).map((word) => word.toLowerCase()));
  if (asked.size === 0) return [];
  const index = new MiniSearch<{ id: string; path: string; symbols: string; docs: string; text: string }>({
    fields: ['path', 'symbols', 'docs', 'text'],
    tokenize: (text) => splitWords(text),
    searchOptions: { boost: { path: 3, symbols: 2, docs: 1.5 } },
  });
  const near = new RegExp([...asked].join('|'), 'i');
  for (const { path, facts } of graph.files) {
    const text = textOf?.(path)?.slice(0, 40_000) ?? (facts.language === 'other' ? '' : unpackCounts(facts.mentions).map(([word]) => word).join(' '));
    const symbols = facts.symbols.map((s) => s.name).join(' ');
    const docs = [facts.doc ?? '', ...facts.symbols.map((s) => s.doc ?? '')].join(' ');
    // A file without any of the words cannot be a hit; it need not be taken apart.
    if ([path, symbols, docs, text].some((field) => near.test(field))) index.add({ id: path, path, symbols, docs, text });
  }
  const hits = index.search(request, { combineWith: 'OR' }).slice(0, MOST_HITS);
  const top = hits[0]?.score ?? 1;
  return hits.map((hit) => ({ path: String(hit.id), score: (POINTS.words * hit.score) / top }));
}
