import { z } from 'zod';
import { stripTerminalEscapes } from '../sandbox/host.ts';
import type { CheckReport } from '../languages/types.ts';
import { assertThere } from './existing.ts';
import { defineTool, done, refused } from './outcome.ts';
import { insidePath } from './paths.ts';
import { count } from './text.ts';

const schema = z.strictObject({
  files: z.array(z.string()).min(1).optional().describe('test files, to run less than everything'),
  command: z.string().min(1).optional().describe('another command than the checks that were found'),
});

/** A report in a few lines: counts, then each failure with its message. */
export function reportText(report: CheckReport, maxFailures = 20): string {
  const failing = report.tests.filter((t) => t.outcome === 'failed' || t.outcome === 'error');
  const passed = report.tests.filter((t) => t.outcome === 'passed').length;
  const head = `${report.check.id}: ${report.status}${report.tests.length ? `, ${passed} of ${report.tests.length} passed` : ''}`;
  const lines = failing.slice(0, maxFailures).map((t) => `  ✗ ${t.id}${t.message ? `: ${t.message.split('\n')[0]}` : ''}`);
  if (failing.length > maxFailures) lines.push(`  … and ${failing.length - maxFailures} more`);
  const errors = report.errors.slice(0, maxFailures).map((e) => `  ! ${e.file ? `${e.file}${e.line ? `:${e.line}` : ''}: ` : ''}${e.message.split('\n')[0]}`);
  return [head, ...errors, ...lines].join('\n');
}

/**
 * Runs the project's checks in the sandbox. Failing tests are a result (`passed: false`), not a refusal: the loop decides
 * what they mean, and so is a project without tests. Refusals: `sandbox_error`, `path_outside`, `path_unsafe`, `file_missing`.
 */
export const runTests = defineTool<z.infer<typeof schema>>({
  name: 'run_tests',
  description: 'Run the tests of the project and report each result.',
  effect: 'execute',
  schema,
  async run(args, context) {
    const files = args.files?.map(insidePath);
    for (const file of files ?? []) await assertThere(file, context, 'Use search to find the test file, or leave files out to run all tests.');
    const reports = await context.runChecks({ ...(files ? { files } : {}), ...(args.command ? { command: args.command } : {}) });
    // Not a refusal: a plan that writes the first file of a project ends with this step, and the gate decides what it is worth.
    if (reports.length === 0) return done({ passed: false, text: '', reports }, 'No tests were found. generate_tests or create_file can write some; a command can be given too.');
    const broken = reports.find((r) => r.status === 'sandbox_error');
    if (broken) return refused('sandbox_error', `${broken.check.id} could not be started: ${broken.output.slice(-500)}`);
    const tests = reports.flatMap((r) => r.tests);
    const failing = tests.filter((t) => t.outcome === 'failed' || t.outcome === 'error').length;
    const passed = reports.every((r) => r.status === 'passed');
    const summary = passed ? `${count(tests.length, 'test')} ran, all green.` : failing ? `${failing} of ${count(tests.length, 'test')} fail.` : `The checks did not pass: ${reports.filter((r) => r.status !== 'passed').map((r) => `${r.check.id} ${r.status}`).join(', ')}.`;
    return done({ passed, text: stripTerminalEscapes(reports.map((r) => reportText(r)).join('\n')), reports }, summary);
  },
});
