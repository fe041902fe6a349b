import type TS from 'typescript6';
import type { Ts } from '../ast.ts';

/** What is different between the two faces of one implementation. */
export interface Dialect {
  name: 'javascript' | 'typescript';
  /** As people call it. */
  title: string;
  aliases: readonly string[];
  extension: '.js' | '.ts';
}

export const JAVASCRIPT: Dialect = { name: 'javascript', title: 'JavaScript', aliases: ['js', 'node', 'nodejs', 'ecmascript'], extension: '.js' };
export const TYPESCRIPT: Dialect = { name: 'typescript', title: 'TypeScript', aliases: ['ts'], extension: '.ts' };

/** The syntax tree of a text in this dialect, parents set. Types are read in JavaScript too, so that a typed head given for it is understood. */
export function treeOf(ts: Ts, source: string, name = 'solution.ts'): TS.SourceFile {
  return ts.createSourceFile(name, source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);
}
