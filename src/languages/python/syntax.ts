import type { ParsedFile, StaticTest, SymbolInfo } from '../types.ts';
import { importsByLines, symbolsByLines, testsByLines } from './lines.ts';
import { syntaxError } from './ruff.ts';
import { ask, isUnparsable } from './service.ts';

interface Symbols {
  symbols: SymbolInfo[];
  imports: { module: string; names: string[]; line: number }[];
  /** Names the module itself defines at its top level. */
  defines: string[];
  /** The line behind which a new import goes (0: the top), and whether an import stands there; undefined without a syntax tree. */
  importsEnd?: [number, boolean];
}

/** Definitions and imports of a file; read by lines where it does not parse. */
export async function symbolsOf(source: string): Promise<Symbols> {
  const answer = await ask<Symbols>('symbols', source);
  if (answer && !isUnparsable(answer)) return answer;
  const symbols = symbolsByLines(source);
  return { symbols, imports: importsByLines(source), defines: symbols.filter((s) => !s.parents.length).map((s) => s.name) };
}

/** Whether a file parses is ruff's word, because the installed Python may be older than the project's syntax. */
export async function parse(source: string): Promise<ParsedFile> {
  const [error, { symbols, imports }] = await Promise.all([syntaxError(source), symbolsOf(source)]);
  return { ok: !error, ...(error ? { error } : {}), symbols, imports };
}

/** Signatures with line numbers, nested as in the file, docstrings and bodies left out. */
export async function outline(source: string): Promise<string> {
  const { symbols, imports } = await symbolsOf(source);
  const lines = imports
    .filter((item, index) => imports.findIndex((other) => other.module === item.module) === index)
    .map((item) => item.module);
  const head = lines.length ? [`imports ${lines.join(', ')}`] : [];
  return [...head, ...symbols.map((s) => `${s.fromLine === s.toLine ? s.fromLine : `${s.fromLine}-${s.toLine}`}: ${'  '.repeat(s.parents.length)}${s.signature}`)].join('\n');
}

/** The tests of a file as they stand. */
export async function staticTests(source: string): Promise<StaticTest[]> {
  const answer = await ask<{ tests: StaticTest[] }>('tests', source);
  return answer && !isUnparsable(answer) ? answer.tests : testsByLines(source);
}
