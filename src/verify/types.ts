import type { Check, CheckReport, Finding, TestOutcome } from '../languages/types.ts';
import type { RelativePath } from '../workspace/types.ts';

/** The checks before the first change, run twice: tests that differ are flaky and left out of the gate. */
export interface Baseline {
  checks: Check[];
  reports: CheckReport[];
  /** `check id :: test id` of tests that differ between the two runs. */
  flaky: string[];
}

/** A test that is in the final run and was not in the baseline. */
export interface NewTest {
  check: string;
  id: string;
  outcome: TestOutcome;
  /** Does it count as evidence, and why (not). */
  counts: boolean;
  seenRed?: { errorClass?: string; message?: string };
  mutantKilled?: string;
  reason: string;
}

/** An existing test that the change edits, deletes, skips or loosens, or test configuration that it changes. */
export interface ProtectedChange {
  path: RelativePath;
  test?: string;
  kind: 'edited' | 'deleted' | 'skipped' | 'loosened' | 'config';
  detail: string;
}

export type GreenRule =
  | 'checks_pass'
  | 'no_regression'
  | 'tests_untouched'
  | 'new_tests_count'
  | 'scan_clean'
  | 'checks_fresh'
  | 'tests_ran';

/** The seven conditions of green, each with what was seen. */
export interface Verdict {
  green: boolean;
  rules: { rule: GreenRule; ok: boolean; detail: string }[];
  /** Tests that passed in the baseline and fail or vanished now, and known tests that pass only beside the change's own test files. */
  regressions: { check: string; id: string; now: TestOutcome | 'vanished' | 'needs_new_tests'; message?: string }[];
  /** Red in the baseline, green now. */
  fixed: { check: string; id: string }[];
  newTests: NewTest[];
  protectedChanges: ProtectedChange[];
  findings: Finding[];
  /** How strong the evidence is. */
  proof: 'red_to_green' | 'new_test' | 'unchanged_behaviour' | 'none';
  /** For ranking attempts: fewer regressions, then more passing, then a smaller diff. */
  score: { regressions: number; failing: number; passing: number; diffLines: number };
}
