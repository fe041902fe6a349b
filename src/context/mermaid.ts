import { isTest } from './graph/tests.ts';
import type { ProjectGraph } from './graph/graph.ts';
import type { RelativePath } from '../workspace/types.ts';

/** More boxes than this no page shows; then folders stand for their files. */
const MOST_BOXES = 40;

/**
 * The import graph as a Mermaid flowchart: an arrow from what imports to what is imported. Where files are too many, folders stand
 * for them, as deep as fits, and the arrows carry how many imports they stand for. Tests are left out.
 *
 * @param only  draws these files and what they import or are imported by; default all
 */
export function mermaidOf(graph: ProjectGraph, only?: ReadonlySet<RelativePath>): string {
  const edges: [RelativePath, RelativePath][] = [];
  const files = new Set<RelativePath>();
  for (const { path, facts } of graph.files) {
    if (facts.language === 'other' || isTest(path)) continue;
    if (!only) files.add(path);
    for (const to of graph.importedFiles(path)) {
      if (isTest(to) || (only && !only.has(path) && !only.has(to))) continue;
      edges.push([path, to]);
      files.add(path).add(to);
    }
  }
  const boxOf = boxes([...files]);
  const counts = new Map<string, number>();
  for (const [from, to] of edges) {
    const key = `${boxOf(from)}\n${boxOf(to)}`;
    if (boxOf(from) !== boxOf(to)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const grouped = [...files].some((path) => boxOf(path) !== path);
  const ids = new Map([...new Set([...files].map(boxOf))].sort().map((box, at) => [box, `n${at}`]));
  return [
    'flowchart LR',
    ...[...ids].map(([box, id]) => `  ${id}["${box.replaceAll('"', '#quot;')}"]`),
    ...[...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, count]) => {
      const [from, to] = key.split('\n');
      return `  ${ids.get(from!)} -->${grouped && count > 1 ? `|${count}|` : ''} ${ids.get(to!)}`;
    }),
  ].join('\n');
}

/** Files by themselves where they are few; else the deepest folders that are few enough. */
function boxes(files: readonly RelativePath[]): (path: RelativePath) => string {
  if (files.length <= MOST_BOXES) return (path) => path;
  const at = (depth: number) => (path: RelativePath): string => {
    const folders = path.split('/').slice(0, -1);
    return folders.length === 0 ? path : `${folders.slice(0, depth).join('/')}/`;
  };
  const deepest = Math.max(...files.map((path) => path.split('/').length));
  let best = at(1);
  for (let depth = 2; depth <= deepest; depth += 1) {
    if (new Set(files.map(at(depth))).size > MOST_BOXES) break;
    best = at(depth);
  }
  return best;
}
