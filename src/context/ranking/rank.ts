import type { RelativePath } from '../../workspace/types.ts';
import { eachCount } from '../facts/packed.ts';
import { isBuiltIn } from '../facts/built-in.ts';
import type { SymbolFact } from '../facts/types.ts';
import type { Defined, ProjectGraph } from '../graph/graph.ts';
import { factFamily, isTest } from '../graph/tests.ts';
import type { Binding, ProjectFile } from '../graph/types.ts';
import { pageRank } from './pagerank.ts';

/** What a map is drawn for. */
export interface Focus {
  /** Files that a request concerns, the more the greater. */
  files?: ReadonlyMap<RelativePath, number>;
  /** Names in the request. */
  names?: ReadonlySet<string>;
}

export interface RankedSymbol {
  symbol: SymbolFact;
  rank: number;
}

export interface RankedFile {
  file: ProjectFile;
  rank: number;
  /** The highest first. */
  symbols: RankedSymbol[];
}

/**
 * Weights of a name, as aider's repo map has them (aider 0.86, `aider/repomap.py`, `get_ranked_tags`): a name that the request
 * mentions ×10, a long name in words ×10, a private one ×0.1, one defined in more than five files ×0.1, out of a file in focus ×50,
 * and the square root of how often it stands there.
 */
const MENTIONED = 10;
const WELL_NAMED = 10;
const LONG_NAME = 8;
const PRIVATE = 0.1;
const COMMON = 0.1;
const COMMON_FILES = 5;
const FROM_FOCUS = 50;
/** Ours: which of the symbols of a name stands after a dot is a guess, where an import is none. */
const GUESSED = 0.3;

/** The symbol that an import binds; the file itself where the module is bound, or the name is not found in it. */
function targetOf(graph: ProjectGraph, { files, imported }: Binding): { file: ProjectFile; symbol?: SymbolFact }[] {
  const defined = imported === '*' ? undefined : graph.lookup(files, imported);
  return defined ? [defined] : files.flatMap((path) => graph.file(path) ?? []).map((file) => ({ file }));
}

function nameWeight(name: string, files: number, mentioned: boolean): number {
  const words = /_/.test(name) ? /\p{L}/u.test(name) : /\p{Lu}/u.test(name) && /\p{Ll}/u.test(name);
  return (mentioned ? MENTIONED : 1) * (words && name.length >= LONG_NAME ? WELL_NAMED : 1) * (name.startsWith('_') ? PRIVATE : 1) * (files > COMMON_FILES ? COMMON : 1);
}

/** Files and symbols of a project by their weight in it, or for a request. The same project and focus give the same order. */
export function rankProject(graph: ProjectGraph, focus: Focus = {}): RankedFile[] {
  const files = graph.files.filter((file) => file.facts.language !== 'other');
  const index = new Map(files.map((file, at) => [file.path, at]));
  const families = new Map(files.map((file) => [file, factFamily(file.path)]));
  const tests = new Set(files.filter((file) => isTest(file.path)));
  /** Whether a name that no import explains may be this symbol: what stands inside of functions is out of reach, and sources do not use their tests. */
  const mayBeMeant = ({ file, symbol }: Defined, family: string, inTest: boolean): boolean =>
    (symbol.parents.length === 0 || symbol.kind === 'method') && (inTest || !tests.has(file)) && families.get(file) === family;
  const definers: number[][] = [];
  const weights: number[] = [];
  /** Symbols that a name stands for; none where the file itself is meant. */
  const meant: { file: number; symbol: SymbolFact }[][] = [];

  const indexed = (names: Map<string, number>, key: string, name: string, find: () => readonly { file: ProjectFile; symbol?: SymbolFact }[]): number => {
    const known = names.get(key);
    if (known !== undefined) return known;
    const at = definers.length;
    names.set(key, at);
    const list = find().flatMap(({ file, symbol }) => (index.has(file.path) ? [{ file: index.get(file.path)!, symbol }] : []));
    definers.push(list.map(({ file }) => file));
    meant.push(list.flatMap(({ file, symbol }) => (symbol ? [{ file, symbol }] : [])));
    weights.push(nameWeight(name, new Set(definers[at]).size, focus.names?.has(name) ?? false));
    return at;
  };
  /** By the file that an import reaches, and by the family of languages for attributes: whole keys for each mention would cost more than the ranking. */
  const tables = new Map<string, Map<string, number>>();
  const table = (key: string): Map<string, number> => {
    const known = tables.get(key) ?? new Map<string, number>();
    tables.set(key, known);
    return known;
  };

  const references = files.map((file, at) => {
    const bindings = graph.bindings(file.path);
    const own = graph.topLevel(file.path);
    const open = graph.isOpen(file.path);
    const family = families.get(file)!;
    const inTest = tests.has(file);
    const attributes = table(`.${family}${inTest ? ' test' : ''}`);
    const factor = focus.files?.has(file.path) ? FROM_FOCUS : 1;
    const list = { names: [] as number[], weights: [] as number[] };
    eachCount(file.facts.mentions, (word, count) => {
      const attribute = word.startsWith('.');
      let name: number;
      if (attribute) {
        const plain = word.slice(1);
        if (isBuiltIn(family, plain)) return;
        name = indexed(attributes, plain, plain, () => graph.definitions(plain).filter((other) => mayBeMeant(other, family, inTest)));
      } else {
        const bound = bindings.get(word);
        if (bound) name = indexed(table(bound.files[0]!), bound.imported, bound.imported === '*' ? word : bound.imported, () => targetOf(graph, bound));
        // A name that nothing binds and no star import or package can bring in is a local one, or the language's own.
        else if (own.has(word) || !open) return;
        else name = indexed(table(`${file.path} `), word, word, () => [graph.lookup([file.path], word)].filter((found) => found !== undefined));
      }
      const to = definers[name]!;
      if (to.length === 0 || (to.length === 1 && to[0] === at)) return;
      list.names.push(name);
      list.weights.push(weights[name]! * Math.sqrt(count) * factor * (attribute ? GUESSED : 1));
    });
    return list;
  });

  const personal = new Float64Array(files.length);
  for (const [path, weight] of focus.files ?? []) if (index.has(path)) personal[index.get(path)!]! += weight;
  if (focus.names?.size) {
    for (const [at, file] of files.entries()) {
      const parts = file.path.replace(/\.[^./]+$/, '').split('/');
      if (parts.some((part) => focus.names!.has(part)) || file.facts.symbols.some((symbol) => focus.names!.has(symbol.name) && symbol.parents.length === 0)) personal[at]! += 1;
    }
  }
  const ranks = pageRank({ files: files.length, references, definers }, personal);

  const bySymbol = new Map<SymbolFact, number>();
  for (const [name, list] of meant.entries()) {
    for (const { symbol } of list) bySymbol.set(symbol, (bySymbol.get(symbol) ?? 0) + ranks.names[name]! / definers[name]!.length);
  }
  return files.map((file, at): RankedFile => {
    // What nobody mentions still has its place below what somebody does: a small part of its file's rank.
    const rest = (ranks.files[at]! * 0.01) / Math.max(1, file.facts.symbols.length);
    const asked = focus.files?.has(file.path) ?? false;
    // What the request names in a file that it concerns is what the map is for, whoever else mentions it.
    const symbols = file.facts.symbols.map((symbol) => ({ symbol, rank: (bySymbol.get(symbol) ?? 0) + (asked && focus.names?.has(symbol.name) ? ranks.files[at]! : 0) + rest * nameWeight(symbol.name, 1, focus.names?.has(symbol.name) ?? false) }));
    return { file, rank: ranks.files[at]!, symbols: symbols.sort((a, b) => b.rank - a.rank || a.symbol.fromLine - b.symbol.fromLine) };
  }).sort((a, b) => b.rank - a.rank || (a.file.path < b.file.path ? -1 : 1));
}
