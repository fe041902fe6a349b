/**
 * What a project consists of, without a model: files, symbols, imports, calls, entry points, tests and what they cover; a map ranked
 * for a request; and the places that a request concerns.
 *
 * @example
 * import { openContext } from 'untilgreen/context';
 *
 * const project = await openContext('./shop');
 * console.log(project.map({ tokens: 1_000, focus: 'orders of zero items must be refused' }).text);
 * for (const file of project.locate('orders of zero items must be refused').slice(0, 3)) console.log(file.path, file.why);
 */
export { openContext, type ContextOptions, type MapOptions, type ProjectContext, type Focused } from './open.ts';
export type { CallFact, FileFacts, ImportFact, SymbolFact } from './facts/types.ts';
export { readFacts } from './facts/read.ts';
export { unpackCalls, unpackCounts } from './facts/packed.ts';
export type { FileEvidence, SymbolEvidence } from './evidence.ts';
export type { ProjectGraph, Defined } from './graph/graph.ts';
export type { Coverage } from './graph/tests.ts';
export type { EntryPoint, ProjectFile, ResolvedCall, ResolvedImport, SymbolId, TestCover } from './graph/types.ts';
export type { Outline } from './ranking/outline.ts';
export type { RankedFile, RankedSymbol } from './ranking/rank.ts';
export { pageRank, type Ranks, type ReferenceGraph } from './ranking/pagerank.ts';
export { suspects, type Suspect, type TestRun } from './spectrum/ochiai.ts';
