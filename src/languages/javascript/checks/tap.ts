import { stripVTControlCharacters } from 'node:util';
import type { SandboxResult } from '../../../sandbox/types.ts';
import type { TestResult } from '../../types.ts';
import type { Read } from './results.ts';

/**
 * Tests of a TAP stream, or undefined where the text is none: it needs its version line or a plan that agrees with
 * the number of points. Only the outermost points count.
 */
export function parseTap(output: string): { name: string; outcome: TestResult['outcome']; message?: string }[] | undefined {
  const lines = stripVTControlCharacters(output).split(/\r?\n/);
  const tests: { name: string; outcome: TestResult['outcome']; message?: string }[] = [];
  let plan: number | undefined;
  let version = false;
  for (const line of lines) {
    if (/^TAP version 1[34]$/.test(line)) version = true;
    const planned = /^1\.\.(\d+)/.exec(line);
    if (planned) plan = Number(planned[1]);
    if (line.startsWith('Bail out!')) tests.push({ name: line, outcome: 'error', message: line });
    const point = /^(not )?ok\b(?:\s+(\d+))?(?:\s+-)?\s*(.*?)(?:\s+#\s*(skip|todo)\b.*)?$/i.exec(line);
    if (!point) continue;
    const failed = point[1] !== undefined;
    const directive = point[4]?.toLowerCase();
    const outcome = directive === 'skip' ? 'skipped' : directive === 'todo' ? (failed ? 'xfailed' : 'xpassed') : failed ? 'failed' : 'passed';
    tests.push({ name: point[3] || `test ${point[2] ?? tests.length + 1}`, outcome });
  }
  if (plan === undefined || plan !== tests.length || (!version && tests.length === 0)) return undefined;
  return tests;
}

/** The exit status decides; TAP points are listed beside it. A stream that says more than the exit status is not believed. */
export function tapResults(id: string, result: SandboxResult): Read {
  const passed = result.status === 'exited' && result.exitCode === 0;
  const whole: TestResult = passed
    ? { id, outcome: 'passed', durationMs: result.wallMs }
    : { id, outcome: 'failed', errorClass: 'CommandFailed', durationMs: result.wallMs, message: `exit ${String(result.exitCode ?? result.status)}` };
  const points = parseTap(result.stdout) ?? [];
  const tests = [whole, ...points.map((p) => ({ id: `${id} > ${p.name}`, outcome: p.outcome, message: p.message }))];
  const failing = tests.some((t) => t.outcome === 'failed' || t.outcome === 'error');
  return { tests, collected: points.length || 1, errors: [], status: failing ? 'failed' : 'passed' };
}
