import type { Language } from '../languages/types.ts';
import type { Sandbox } from '../sandbox/types.ts';
import type { RelativePath, Workbench } from '../workspace/types.ts';
import { mutationOf } from './registry.ts';
import { coverageOf, scores, spread, type Coverage, type FunctionScore } from './score.ts';
import type { Place } from './types.ts';

export interface ScoreOptions {
  paths: readonly RelativePath[];
  functions?: readonly string[];
  bench: Workbench;
  sandbox: Sandbox;
  languages: readonly Language[];
  /** Mutants of a file, spread over its functions. Default 400. */
  maxMutants?: number;
  workers?: number;
  signal?: AbortSignal;
  onProgress?: (text: string) => void;
}

export interface FileScore {
  path: RelativePath;
  tests: number;
  coverage: Coverage;
  functions: (FunctionScore & { path: RelativePath })[];
}

/**
 * How much of a change of a source file its project's tests notice: the share of mutants that make a passing test fail, function by function.
 * Each mutant runs only with the tests that reach its line.
 *
 * @throws `sandbox_error` where a language's tools are missing; `cancelled`
 * @example
 * const { files } = await scoreTests({ paths: ['src/prices.py'], bench, sandbox, languages });
 */
export async function scoreTests(options: ScoreOptions): Promise<{ files: FileScore[]; skipped: { path: RelativePath; name: string; why: string }[] }> {
  const files: FileScore[] = [];
  const skipped: { path: RelativePath; name: string; why: string }[] = [];
  const bench = await options.bench.fork(await options.bench.checkpoint());
  try {
    const all = new Set((await bench.list()).map((file) => file.path));
    for (const path of options.paths) {
      options.signal?.throwIfAborted();
      const skip = (why: string): void => void skipped.push({ path, name: '', why });
      const known = options.languages.find((one) => one.extensions.some((extension) => path.endsWith(extension)));
      const language = known && mutationOf(known.name);
      if (!known || !language || known.isTestFile(path)) {
        skip(known?.isTestFile(path) ? 'it is a test file' : 'tests of its language cannot be scored');
        continue;
      }
      const { text: source } = await bench.readText(path);
      const place: Place = { bench, sandbox: options.sandbox, path, source, files: all, ...(options.workers ? { workers: options.workers } : {}), ...(options.signal ? { signal: options.signal } : {}) };
      const { targets, problem } = await language.targets(place);
      const wanted = targets.filter(({ name }) => !options.functions || options.functions.some((one) => name === one || name.startsWith(`${one}.`)));
      const tests = await language.testFiles(place);
      if (problem !== undefined || wanted.length === 0 || tests.length === 0) {
        skip(problem ?? (wanted.length === 0 ? 'it has no such function' : 'the project has no tests'));
        continue;
      }
      const mutations = spread(await language.mutations(place, wanted.map(({ name }) => name)), options.maxMutants ?? 400);
      options.onProgress?.(`${path}: ${mutations.length} mutants`);
      const run = await language.runTests(place, { tests, mutations, stop: true });
      if (run.mutants.length === 0 && mutations.length > 0) {
        skip(`its tests did not run: ${run.broken[0] ?? `exit ${run.code}`}`);
        continue;
      }
      files.push({ path, tests: Object.keys(run.results).length, coverage: coverageOf(run), functions: scores(place, mutations, run.mutants).map((one) => ({ ...one, path })) });
    }
  } finally {
    await bench.dispose();
  }
  return { files, skipped };
}
