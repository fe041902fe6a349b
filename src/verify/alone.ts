import type { TestResult, Check } from '../languages/types.ts';
import type { CheckpointId, Delta } from '../workspace/types.ts';
import { resultsByKey } from './baseline.ts';
import { runChecks, type CheckRunner } from './run-check.ts';
import type { Baseline, Verdict } from './types.ts';

export interface AloneInput extends CheckRunner {
  base: CheckpointId;
  candidate: CheckpointId;
  baseline: Baseline;
  deltas: readonly Delta[];
  now: ReadonlyMap<string, { check: Check; test: TestResult }>;
  /** Flaky tests and known failures. */
  ignored(key: string): boolean;
  /** Paths of test changes that a person has agreed to. */
  approved: ReadonlySet<string>;
}

/**
 * The known tests that pass beside the change's own test files and not without them.
 *
 * Test files of one process share its modules: a new `test_a.py`, `tests/__init__.py` or helper that shadows the product can
 * replace the function that an older test checks, and a test of any framework can rewrite a source file while it runs. So
 * the known tests are run once more on the new code with the old test files. What a person has approved stays in place.
 */
export async function onlyWithNewTests(input: AloneInput): Promise<Verdict['regressions']> {
  const isTests = (path: string) => input.languages.some((l) => l.isTestFile(path) && !l.isTestConfig(path));
  // An approved test may use new helpers: then only files that bring tests of their own are taken away.
  const withTests = new Set([...input.now.values()].map(({ test }) => test.file));
  const taken = input.deltas.filter((d) => d.kind !== 'deleted' && isTests(d.path) && !input.approved.has(d.path) && (!input.approved.size || withTests.has(d.path)));
  if (!taken.length) return [];
  const bench = await input.bench.fork(input.candidate);
  try {
    for (const { path, before } of taken) {
      const content = before && (await input.bench.readAt(input.base, path));
      await bench.write([content ? { kind: 'write', path, content, mode: before.mode } : { kind: 'delete', path }]);
    }
    const alone = resultsByKey(await runChecks(input.baseline.checks.filter((check) => check.framework !== 'tsc'), { ...input, bench }));
    const known = resultsByKey(input.baseline.reports);
    return [...input.now].flatMap(([key, { check, test }]) => {
      if (!known.has(key) || input.ignored(key) || test.outcome !== 'passed' || alone.get(key)?.test.outcome === 'passed') return [];
      const message = `${test.id} passes only together with ${taken.map((d) => d.path).join(', ')}`;
      return [{ check: check.id, id: test.id, now: 'needs_new_tests' as const, message }];
    });
  } finally {
    await bench.dispose();
  }
}
