import { Script, createContext } from 'node:vm';
import type { Workbench } from '../workspace/types.ts';
import { MAX_LINE, type SearchMatch, type SearchQuery } from './search-query.ts';
import { linesOf } from './text.ts';

/** Milliseconds one file may take: an expression that backtracks without end is stopped and named. */
const FILE_MS = 2_000;

/** Searches in this process, one file after another, with a time limit on each: V8 stops a runaway expression there. */
export async function searchWithRegExp(query: SearchQuery, bench: Pick<Workbench, 'readBytes'>): Promise<{ matches: SearchMatch[] } | { problem: string }> {
  const matches: SearchMatch[] = [];
  const script = new Script('lines.flatMap((line, i) => (new RegExp(source, flags).test(line) ? [i] : []))');
  const scope = createContext({ source: query.pattern, flags: query.ignoreCase ? 'i' : '', lines: [] as string[] });
  for (const path of query.files) {
    if (matches.length >= query.maxResults) break;
    query.signal?.throwIfAborted();
    const bytes = await bench.readBytes(path);
    if (bytes.includes(0)) continue;
    const lines = linesOf(Buffer.from(bytes).toString('utf8').replace(/^\uFEFF/, ''));
    scope.lines = lines;
    let hits: number[];
    try {
      hits = [...(script.runInContext(scope, { timeout: FILE_MS }) as number[])];
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      return { problem: `the expression takes longer than ${FILE_MS / 1_000} s on ${path}; nested repetitions such as (a+)+ do that.` };
    }
    for (const i of hits) {
      if (matches.length >= query.maxResults) break;
      matches.push({ path, line: i + 1, text: (lines[i] ?? '').slice(0, MAX_LINE) });
    }
  }
  return { matches };
}
