import MiniSearch from 'minisearch';
import type { CheckReport, Language } from '../languages/types.ts';
import type { RelativePath, Workbench } from '../workspace/types.ts';

export interface Located {
  path: RelativePath;
  score: number;
  /** Why it is thought to be concerned, for the log. */
  why: string[];
  text: string;
}

/** Larger files are data or generated; their names still count. */
const MAX_FILE_CHARS = 200_000;
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Ranks the project's files by how likely the request concerns them, without asking a model: paths and names in the request,
 * stack frames and files of failing tests, what those tests import, and BM25 over paths, symbols and text.
 */
export async function locate(input: {
  bench: Workbench;
  languages: readonly Language[];
  request: string;
  /** The newest check reports: their failing tests point at files. */
  reports: readonly CheckReport[];
  /** Files that earlier attempts touched. */
  touched?: readonly RelativePath[];
}): Promise<Located[]> {
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
  const request = input.request.toLowerCase();
  const words = new Set(input.request.match(/[A-Za-z_$][\w$]{2,}/g) ?? []);

  for (const file of files.values()) {
    const name = file.path.split('/').pop()!;
    if (request.includes(file.path.toLowerCase())) add(file.path, 100, 'the request names its path');
    else if (name.length > 3 && request.includes(name.toLowerCase())) add(file.path, 60, 'the request names it');
    const language = input.languages.find((l) => l.extensions.some((e) => file.path.endsWith(e)));
    const stem = name.replace(/\.[^.]+$/, '');
    if (language && stem.length > 2 && words.has(stem)) add(file.path, 30, 'the request names its module');
    for (const word of words) {
      if (language && new RegExp(`(def|class|function|const|let|var|interface|type)\\s+${word.replace(/\$/g, '\\$')}\\b`).test(file.text)) add(file.path, 30, `it defines ${word}`);
    }
  }
  const failing = new Set<RelativePath>();
  for (const report of input.reports) {
    for (const error of report.errors) if (error.file) add(error.file, 40, 'it cannot be loaded');
    for (const test of report.tests) {
      if (test.outcome !== 'failed' && test.outcome !== 'error') continue;
      for (const frame of test.frames ?? []) add(frame.file, 45, 'a failing test stops in it');
      if (!test.file) continue;
      add(test.file, 35, 'it holds a failing test');
      failing.add(test.file);
    }
  }
  // Once for each file, however many of its tests fail: reading one is the dearest step here.
  for (const path of failing) {
    const language = input.languages.find((l) => l.extensions.some((e) => path.endsWith(e)));
    const source = files.get(path)?.text;
    if (!language || source === undefined) continue;
    for (const item of (await language.parse(path, source)).imports) {
      for (const target of importTargets(item.module, item.names, path, [...files.keys()])) add(target, 30, 'a failing test imports it');
    }
  }
  for (const path of input.touched ?? []) add(path, 40, 'an earlier attempt changed it');
  for (const hit of bm25(files.values(), input.request)) add(hit.path, hit.score, 'its words are near the request');
  return [...files.values()].filter((f) => f.score > 0).sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
}

function decode(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Files that an import may mean: by path suffix, which needs no resolver and is enough to rank. */
function importTargets(module: string, names: readonly string[], from: string, paths: readonly string[]): string[] {
  const relative = module.startsWith('./') || module.startsWith('../');
  const base = relative ? new URL(module, `file:///${from}`).pathname.slice(1) : module.replace(/^\.+/, '').replaceAll('.', '/');
  const stems = [base, `${base}/__init__`, `${base}/index`, ...names.map((n) => `${base}/${n}`)].map((s) => s.replace(/\.[cm]?[jt]sx?$/, ''));
  return paths.filter((p) => {
    const stem = p.replace(/\.[^./]+$/, '');
    return stems.some((s) => s !== '' && (stem === s || stem.endsWith(`/${s}`)));
  });
}

const splitWords = (text: string) => text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g) ?? [];

/** At most 25 points, for the best hit; the scale keeps text likeness below any direct mention. */
function bm25(files: Iterable<Located>, request: string): { path: string; score: number }[] {
  const index = new MiniSearch<{ id: string; path: string; text: string }>({
    fields: ['path', 'text'],
    tokenize: (text) => splitWords(text),
    searchOptions: { boost: { path: 3 } },
  });
  index.addAll([...files].map((f) => ({ id: f.path, path: f.path, text: f.text.slice(0, 40_000) })));
  const hits = index.search(request, { combineWith: 'OR' }).slice(0, 12);
  const top = hits[0]?.score ?? 1;
  return hits.map((h) => ({ path: String(h.id), score: (25 * h.score) / top }));
}
