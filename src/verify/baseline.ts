import type { Check, CheckReport, Language, TestResult } from '../languages/types.ts';
import type { Workbench } from '../workspace/types.ts';
import { runChecks, type CheckRunner } from './run-check.ts';
import type { Baseline } from './types.ts';

/** `check id :: test id`, the name under which a test is compared between runs. */
export function testKey(check: Check, test: Pick<TestResult, 'id'>): string {
  return `${check.cwd ? `${check.cwd} ` : ''}${check.id} :: ${test.id}`;
}

export function resultsByKey(reports: readonly CheckReport[]): Map<string, { check: Check; test: TestResult }> {
  const results = new Map<string, { check: Check; test: TestResult }>();
  for (const report of reports) for (const test of report.tests) results.set(testKey(report.check, test), { check: report.check, test });
  return results;
}

const FRAMEWORK_COMMANDS: [RegExp, Check['framework'], Language['name']][] = [
  [/^(?:python3? -m )?pytest\b\s*/, 'pytest', 'python'],
  [/^python3? -m unittest\b\s*/, 'unittest', 'python'],
  [/^node --test\b\s*/, 'node:test', 'javascript'],
  [/^(?:npx )?vitest(?: run)?\b\s*/, 'vitest', 'javascript'],
  [/^(?:npx )?jest\b\s*/, 'jest', 'javascript'],
  [/^go test\b\s*/, 'go test', 'go'],
];

/**
 * A command of the user's as a check. A plain call of a known framework (`pytest tests/test_a.py -k name`) is run with our
 * reporter, so that each test counts; anything with shell syntax is judged by its exit status.
 */
export function checkFromCommand(command: string): Check {
  const text = command.trim();
  if (!/[|&;<>()$`\\"'*?[\]{}~#\n]/.test(text)) {
    for (const [pattern, framework, language] of FRAMEWORK_COMMANDS) {
      const match = pattern.exec(text);
      if (!match) continue;
      const args = text.slice(match[0].length).split(/\s+/).filter(Boolean);
      return { id: text, framework, language, cwd: '', args, why: 'given by the user' };
    }
  }
  return { id: text, framework: 'command', cwd: '', command: text, why: 'given by the user' };
}

/** JavaScript and TypeScript share their test frameworks. */
const family = (check: Check) => (check.language === 'typescript' ? 'javascript' : check.language);

/**
 * The checks of a goal: those the user gave, then those found in the project. A given command of a test framework
 * (`pytest tests/unit`) takes the place of the checks found for its language; any other is added.
 */
export async function findChecks(bench: Workbench, languages: readonly Language[], given: readonly string[]): Promise<Check[]> {
  const users = given.map(checkFromCommand);
  const replaced = new Set<string | undefined>(users.map(family).filter((f) => f !== undefined));
  const detections = (await Promise.all(languages.map((l) => l.detect(bench)))).flat();
  const typed = users.some((check) => /\btsc\b/.test(check.id));
  const checks = [...users, ...detections.flatMap((d) => d.checks).filter((c) => (c.framework === 'tsc' ? !typed : !replaced.has(family(c))))];
  return checks.filter((check, i) => checks.findIndex((c) => c.id === check.id && c.cwd === check.cwd && c.framework === check.framework) === i);
}

/**
 * Runs the checks before anything is changed.
 *
 * @param runs  how often, 1 to 5; tests whose outcome differs between two runs are flaky. Default 2.
 */
export async function takeBaseline(
  checks: readonly Check[],
  runner: CheckRunner,
  runs = 2,
  hooks: { onReport?: (report: CheckReport) => void; onStart?: (check: Check) => void } = {},
): Promise<Baseline> {
  const { usable, reports } = knowTypeErrors(await runChecks(checks, runner, hooks));
  const flaky = new Set<string>();
  const first = resultsByKey(reports);
  // A second look costs as much as the first; where no test ran there is nothing to compare.
  for (let run = 1; run < runs && first.size > 0; run += 1) {
    const again = resultsByKey(await runChecks(usable.filter((check) => check.framework !== 'tsc'), runner, {}));
    for (const key of new Set([...first.keys(), ...again.keys()])) {
      if (first.get(key)?.test.outcome !== again.get(key)?.test.outcome) flaky.add(key);
    }
  }
  return { checks: usable, reports, flaky: [...flaky].sort() };
}

/**
 * Types are held against what they were: the errors of the baseline go into the check as known, and only further ones are red. A type check
 * that did not work on the project as it was would say nothing later, and is left out.
 */
function knowTypeErrors(given: readonly CheckReport[]): { usable: Check[]; reports: CheckReport[] } {
  const reports = given.flatMap((report): CheckReport[] => {
    if (report.check.framework !== 'tsc') return [report];
    if (report.status !== 'passed' && report.status !== 'failed') return [];
    const check = { ...report.check, known: report.tests.map((test) => test.id) };
    return [{ ...report, check, status: 'passed', tests: [], collected: 0 }];
  });
  return { usable: reports.map((report) => report.check), reports };
}
