import { UntilgreenError } from '../../core/errors.ts';
import type { ParsedFile, StaticTest, SymbolInfo } from '../types.ts';
import { importsByLines, symbolsByLines, testsByLines } from './lines.ts';
import { ask } from './reader/reader.ts';

/** A question to the reader; undefined where there is no Go, or the source was too much for it. */
export async function askReader<T>(op: string, question: unknown): Promise<T | undefined> {
  try {
    return await ask<T>(op, question);
  } catch (thrown) {
    if (thrown instanceof UntilgreenError && thrown.code === 'file_missing') return undefined;
    throw thrown;
  }
}

interface Symbols {
  problem?: { line: number; message: string };
  package: string;
  symbols: SymbolInfo[];
  imports: ParsedFile['imports'];
}

/** Declarations and imports of a file; by its lines where there is no Go. Whether it parses is then not known, and taken for yes. */
export async function symbolsOf(source: string): Promise<Symbols> {
  const read = await askReader<Symbols>('symbols', { source });
  return read ?? { package: /^package\s+(\w+)/m.exec(source)?.[1] ?? '', symbols: symbolsByLines(source), imports: importsByLines(source) };
}

export async function parse(source: string): Promise<ParsedFile> {
  const { problem, symbols, imports } = await symbolsOf(source);
  return { ok: !problem, ...(problem ? { error: { line: problem.line, message: problem.message } } : {}), symbols, imports };
}

/** Signatures with line numbers, in the order of the file, bodies left out. */
export async function outline(source: string): Promise<string> {
  const { package: name, symbols, imports } = await symbolsOf(source);
  const head = [...(name ? [`package ${name}`] : []), ...(imports.length ? [`imports ${imports.map((item) => item.module).join(', ')}`] : [])];
  return [...head, ...symbols.map((s) => `${s.fromLine === s.toLine ? s.fromLine : `${s.fromLine}-${s.toLine}`}: ${s.signature}`)].join('\n');
}

/** The tests of a file as they stand: functions of the testing package, and methods of suites. */
export async function staticTests(source: string): Promise<StaticTest[]> {
  return (await readTests(source)).map(({ runs: _runs, ...test }) => test);
}

/** Those that `go test` runs by themselves. */
export async function runningTests(source: string): Promise<StaticTest[]> {
  return (await readTests(source)).filter((test) => test.runs);
}

async function readTests(source: string): Promise<(StaticTest & { runs: boolean })[]> {
  const read = await askReader<{ tests: (StaticTest & { runs: boolean })[] }>('statictests', { source });
  return read?.tests ?? testsByLines(source);
}
