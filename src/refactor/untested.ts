import { UntilgreenError } from '../core/errors.ts';
import { languageOf, languages } from '../languages/registry.ts';
import type { Operation } from '../languages/refactor/types.ts';
import { characterise } from '../mutation/index.ts';
import { findChecks } from '../verify/baseline.ts';
import { runChecks } from '../verify/run-check.ts';
import type { CheckReport } from '../languages/types.ts';
import type { RelativePath } from '../workspace/types.ts';
import { carryOut, type CarryOutOptions, type Carried } from './carry-out.ts';
import { preview } from './compute.ts';

export interface CarriedUntested extends Carried {
  /** Tests that pinned what the code did, and pass after the refactoring. 0: nothing could be pinned. */
  pinned: number;
  /** Functions that they pin. */
  functions: string[];
  /** What could not be pinned, and why. */
  skipped: { path: RelativePath; name: string; why: string }[];
}

/** Milliseconds for the tests of one file; a person waits. */
const BUDGET_MS = 60_000;
/** Files of which behaviour is pinned: those that hold what is refactored come first. */
const MOST_FILES = 12;

/**
 * A refactoring of code without tests. What its functions do is pinned first, by tests made from their present behaviour; these are part of the
 * project while it is refactored, so that they follow like any test, and have to pass afterwards. Then they are taken away again.
 *
 * @throws `refactoring_refused` as `carryOut`, with reason `behaviour` where a pinned test fails afterwards; the copy is then as it was
 */
export async function carryOutUntested(operation: Operation, options: CarryOutOptions & { onProgress?: (text: string) => void }): Promise<CarriedUntested> {
  const { bench, sandbox, signal } = options;
  const from = await bench.checkpoint();
  const { edits } = await preview(operation, options);
  const touched = edits.map((edit) => (edit.kind === 'moved' ? edit.from : edit.path));
  const paths: RelativePath[] = [];
  for (const path of new Set(touched)) if (paths.length < MOST_FILES && languageOf(path)?.isTestFile(path) === false && (await bench.exists(path))) paths.push(path);
  try {
    const { files, functions, skipped } = await characterise({ paths, bench, sandbox, languages, budgetMs: BUDGET_MS, ...(signal && { signal }), ...(options.onProgress && { onProgress: options.onProgress }) });
    if (files.length) await bench.write(files.map(({ path, text }) => ({ kind: 'write', path, content: text, expect: null })));
    const carried = await carryOut(operation, options);
    const pinned = files.length ? await passing(options) : 0;
    const made = new Set(files.map(({ path }) => path));
    for (const edit of carried.edits) if (edit.kind === 'moved' && made.has(edit.from)) made.add(edit.path);
    for (const path of made) if (await bench.exists(path)) await bench.write([{ kind: 'delete', path }]);
    return { ...carried, changed: carried.changed.filter((path) => !made.has(path)), pinned, functions: functions.filter((f) => f.cases > 0).map((f) => f.name), skipped };
  } catch (thrown) {
    await bench.restore(from);
    throw thrown;
  }
}

/** How many tests pass now. @throws `refactoring_refused` for the first that does not */
async function passing({ bench, sandbox, signal }: CarryOutOptions): Promise<number> {
  const reports: CheckReport[] = await runChecks(await findChecks(bench, languages, []), { bench, sandbox, languages, ...(signal && { signal }) });
  const tests = reports.flatMap((report) => report.tests);
  const red = tests.find((test) => test.outcome === 'failed' || test.outcome === 'error');
  const broken = reports.find((report) => report.status !== 'passed' && report.status !== 'failed');
  if (red || broken || tests.length === 0) {
    const what = red ? `${red.id}: ${red.message ?? red.outcome}` : (broken?.errors[0]?.message ?? 'no test ran');
    throw new UntilgreenError('refactoring_refused', `A test that pinned what the code did fails after it: ${what.split('\n', 1)[0]}`, { reason: 'behaviour', test: red?.id, errors: broken?.errors }, 'Everything was put back.');
  }
  return tests.filter((test) => test.outcome === 'passed').length;
}
