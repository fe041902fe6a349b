import type { FailureNote } from '../memory/types.ts';
import { reportsAt } from './context.ts';
import type { RunState } from './state.ts';

/** The failures of the newest attempt (or of the baseline) in the form memory keeps: at most five, without what differs from run to run. */
export function failureNotes(run: string, state: RunState): FailureNote[] {
  const attempt = state.attempts.at(-1);
  const iteration = attempt?.n ?? 0;
  const notes: FailureNote[] = [];
  if (attempt?.failure) {
    notes.push({ run, iteration, language: state.detections[0]?.language, errorClass: attempt.failure.code, message: normalise(`${attempt.failure.action}: ${attempt.failure.message}`) });
  }
  for (const report of attempt?.reports ?? reportsAt(state)) {
    const language = report.check.language;
    for (const e of report.errors) notes.push({ run, iteration, language, errorClass: e.errorClass, message: normalise(e.message) });
    for (const t of report.tests) {
      if (t.outcome !== 'failed' && t.outcome !== 'error') continue;
      notes.push({ run, iteration, language, errorClass: t.errorClass, message: normalise(t.message ?? t.errorClass ?? 'failed'), test: t.id });
    }
  }
  return notes.slice(0, 5);
}

/** Paths, addresses, line numbers and times differ from run to run and say nothing about the cause. */
export function normalise(message: string): string {
  return message
    .replace(/0x[0-9a-f]+/gi, '0x…')
    .replace(/(?:\/[\w.@-]+)+\/([\w.-]+)/g, '$1')
    .replace(/\bline \d+/g, 'line …')
    .replace(/:\d+(:\d+)?\b/g, ':…')
    .replace(/\b\d+(\.\d+)?\s?(ms|s|seconds)\b/g, '… s')
    .slice(0, 600);
}
