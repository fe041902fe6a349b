import { basename, dirname } from 'node:path/posix';
import { languageOf } from '../../languages/registry.ts';
import type { RelativePath } from '../../workspace/types.ts';
import { factLanguage } from '../facts/read.ts';
import type { ProjectGraph } from './graph.ts';
import type { SymbolId, TestCover } from './types.ts';

/** Lines that ran, by file and then by test, as a run with coverage saw them. */
export type Coverage = ReadonlyMap<RelativePath, { file: RelativePath; symbols: readonly SymbolId[] }[]>;

/** Whether a file holds tests, by its name and place. */
export function isTest(path: RelativePath): boolean {
  if (factLanguage(path) === 'go') return path.endsWith('_test.go');
  return languageOf(path)?.isTestFile(path) ?? false;
}

/**
 * Which sources the tests of each test file cover, as imports, names and calls say; coverage of a run, where it is given, adds what
 * really ran. Helpers among the tests are not counted as covered.
 */
export function testCover(graph: ProjectGraph, coverage?: Coverage): TestCover[] {
  const sources = graph.files.filter((file) => file.facts.language !== 'other' && !isTest(file.path));
  const byStem = new Map<string, RelativePath[]>();
  for (const { path } of sources) byStem.set(stem(path), [...(byStem.get(stem(path)) ?? []), path]);
  return graph.files.filter((file) => isTest(file.path)).map((file) => {
    const why = new Map<RelativePath, TestCover['files'][number]['why']>();
    const add = (path: RelativePath, reason: TestCover['files'][number]['why'][number]) => {
      if (isTest(path)) return;
      const reasons = why.get(path) ?? [];
      if (!reasons.includes(reason)) why.set(path, [...reasons, reason]);
    };
    for (const path of graph.importedFiles(file.path)) add(path, 'imports');
    for (const path of byStem.get(testedStem(file.path)) ?? []) if (factFamily(path) === factFamily(file.path)) add(path, 'name');
    if (file.path.endsWith('_test.go')) for (const { path } of sources) if (path.endsWith('.go') && dirname(path) === dirname(file.path)) add(path, 'package');
    const symbols = new Set<SymbolId>();
    for (const { to } of graph.calls(file.path)) {
      const target = to?.slice(0, to.indexOf('#'));
      if (!to || !target || isTest(target)) continue;
      symbols.add(to);
      if (target !== file.path) add(target, 'imports');
    }
    for (const ran of coverage?.get(file.path) ?? []) {
      add(ran.file, 'coverage');
      for (const symbol of ran.symbols) symbols.add(symbol);
    }
    return { test: file.path, files: [...why].map(([path, reasons]) => ({ path, why: reasons })).sort((a, b) => (a.path < b.path ? -1 : 1)), symbols: [...symbols].sort() };
  });
}

const stem = (path: RelativePath): string => basename(path).replace(/\.[^.]+$/, '').toLowerCase();
/** `test_area.py`, `area_test.go` and `area.spec.ts` are about `area`. */
const testedStem = (path: RelativePath): string => basename(path).replace(/\.[^.]+$/, '').replace(/^tests?[_-]|[._-](tests?|spec)$/gi, '').toLowerCase();
/** JavaScript is tested from TypeScript and the other way round. */
export const factFamily = (path: RelativePath): string => factLanguage(path).replace('typescript', 'javascript');
