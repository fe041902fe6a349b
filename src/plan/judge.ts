import type { CheckReport } from '../languages/types.ts';
import { refused } from '../tools/outcome.ts';
import type { ToolResult } from '../tools/types.ts';

/** What a command left behind, where a result is one of a command. */
interface Ran {
  status: string;
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object';

/** The result of a command (`shell`, `run_code`) by the shape of its data, or undefined. */
export function ranIn(data: unknown): Ran | undefined {
  if (!isObject(data) || typeof data.status !== 'string' || !('exitCode' in data)) return undefined;
  return { status: data.status, exitCode: typeof data.exitCode === 'number' ? data.exitCode : null, stdout: String(data.stdout ?? ''), stderr: String(data.stderr ?? '') };
}

/** The check reports in the data of `run_tests`; empty for other results. */
export function reportsIn(data: unknown): CheckReport[] {
  return isObject(data) && Array.isArray(data.reports) ? (data.reports as CheckReport[]) : [];
}

/** What a step printed or read, for a person; empty where there is nothing to show. */
export function outputOf(data: unknown): string {
  const ran = ranIn(data);
  if (ran) return [ran.stdout, ran.stderr].filter((text) => text !== '').join('\n');
  return isObject(data) && typeof data.text === 'string' ? data.text : '';
}

/** Characters of output in the message of a failed command. */
const SHOWN = 2_000;

/**
 * A result as a plan without a model counts it: red tests and a command that does not end with 0 are a failure, so that the change
 * before them is taken back. A project without tests is none: there is nothing to be red.
 */
export function judged(result: ToolResult): ToolResult {
  if (!result.ok) return result;
  const reports = reportsIn(result.data);
  if (reports.length && isObject(result.data) && result.data.passed === false) {
    return refused('step_failed', [result.summary, outputOf(result.data)].filter(Boolean).join('\n'), result.data);
  }
  const ran = ranIn(result.data);
  if (ran && (ran.status !== 'exited' || ran.exitCode !== 0)) {
    return refused('step_failed', [result.summary, outputOf(result.data).trim().slice(-SHOWN)].filter(Boolean).join('\n'), result.data);
  }
  return result;
}
