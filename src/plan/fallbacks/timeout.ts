import type { CheckReport } from '../../languages/types.ts';
import { languageOf } from '../../tools/paths.ts';
import type { ToolContext } from '../../tools/types.ts';
import { reportsIn } from '../judge.ts';
import type { Fallback } from './types.ts';

/** Test files that are worth running when there is no time for all: those that failed, else those that are about the changed files. */
async function narrower(reports: readonly CheckReport[], context: ToolContext): Promise<string[]> {
  // A test that was still running when the time was over would only run out of time again.
  const failing = reports.flatMap((r) => r.tests).filter((t) => (t.outcome === 'failed' || t.outcome === 'error') && t.errorClass !== 'Timeout').flatMap((t) => t.file ?? []);
  if (failing.length) return [...new Set(failing)].sort();
  const files = new Set<string>();
  for (const { path, kind } of await context.bench.deltas()) {
    const language = kind === 'deleted' ? undefined : languageOf(path, context.languages);
    if (!language) continue;
    const test = language.isTestFile(path) ? path : await language.testPathFor(path, context.bench);
    if (await context.bench.exists(test)) files.add(test);
  }
  return [...files].sort();
}

/** Tests that did not end in time: only the failing ones, or those of the changed files, are run, and the result says so. */
export const timeout: Fallback = {
  name: 'timeout',
  async recover({ step, code, data, context }) {
    const reports = reportsIn(data);
    const late = reports.filter((r) => r.status === 'timeout');
    // A plain command takes no files: narrowed, it would only be late once more.
    if (code !== 'step_failed' || step.action !== 'run_tests' || !late.length || late.every((r) => r.check.framework === 'command')) return undefined;
    const files = await narrower(reports, context);
    const asked = Array.isArray(step.args.files) ? step.args.files.length : Number.POSITIVE_INFINITY;
    if (files.length === 0 || files.length >= asked) return undefined;
    const hung = late.flatMap((r) => r.tests).filter((t) => t.errorClass === 'Timeout').map((t) => t.id);
    const why = hung.length ? `${hung.join(', ')} did not end in time` : 'all tests together did not end in time';
    return {
      step: { name: 'narrow', action: 'run_tests', args: { ...step.args, files }, why: 'The tests did not end in time; run the ones that matter most.' },
      next: (result) =>
        result.ok
          ? { kind: 'instead', result: { ...result, summary: `${result.summary} Only ${files.join(', ')} counted: ${why}.` } }
          : { kind: 'say', text: `Of ${files.join(', ')} alone: ${result.message}` },
    };
  },
};
