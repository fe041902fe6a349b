import type { CheckReport, Detection, Finding } from '../languages/types.ts';
import type { CheckpointId } from '../workspace/types.ts';
import { onlyWithNewTests } from './alone.ts';
import { resultsByKey, testKey } from './baseline.ts';
import { judgeNewTests } from './new-tests.ts';
import { protectedChanges, type TestConfigOf } from './protect.ts';
import type { CheckRunner } from './run-check.ts';
import type { Baseline, GreenRule, Verdict } from './types.ts';

export interface GateInput extends CheckRunner {
  /** The files before the change; where refactorings were carried out, what these alone make of them. */
  base: CheckpointId;
  /** Those refactorings, in words. */
  followed?: readonly string[];
  /** The state that the reports belong to. */
  candidate: CheckpointId;
  baseline: Baseline;
  detections: readonly Detection[];
  reports: readonly CheckReport[];
  /** The files are still those that the checks saw. */
  fresh: boolean;
  /** `*` patterns over `check :: test id`. */
  knownFailures: readonly string[];
  blockOperations: boolean;
  /** What a person has agreed to: `path` or `path::test` of test changes, `rule path` of findings. */
  approved: ReadonlySet<string>;
  testConfigOf?: TestConfigOf;
}

export const approvalName = {
  test: (change: { path: string; test?: string }) => `test ${change.path}${change.test ? `::${change.test}` : ''}`,
  finding: (finding: { rule: string; path: string; excerpt: string }) => `finding ${finding.rule} ${finding.path} ${finding.excerpt}`,
};

/** Decides green: the seven conditions of the contract, each with what was seen. Nothing else is success. */
export async function judge(input: GateInput): Promise<Verdict> {
  const deltas = await input.bench.deltas(input.base, input.candidate);
  const baseline = resultsByKey(input.baseline.reports);
  const now = resultsByKey(input.reports);
  const flaky = new Set(input.baseline.flaky);
  const ignored = (key: string) => flaky.has(key) || matchesAny(key, input.knownFailures);

  const regressions: Verdict['regressions'] = [];
  const fixed: Verdict['fixed'] = [];
  for (const [key, { check, test }] of baseline) {
    if (ignored(key)) continue;
    const current = now.get(key)?.test;
    if (test.outcome === 'passed' && current?.outcome !== 'passed') {
      regressions.push({ check: check.id, id: test.id, now: current?.outcome ?? 'vanished', message: current?.message });
    }
    if ((test.outcome === 'failed' || test.outcome === 'error') && current?.outcome === 'passed') fixed.push({ check: check.id, id: test.id });
  }
  // A file that could not even be collected before hides its tests: they are fixed, not new.
  const brokenFiles = new Set(input.baseline.reports.flatMap((r) => r.errors.flatMap((e) => (e.file ? [e.file] : []))));
  for (const [key, { check, test }] of now) {
    if (!baseline.has(key) && test.outcome === 'passed' && test.file && brokenFiles.has(test.file) && !deltas.some((d) => d.path === test.file)) {
      fixed.push({ check: check.id, id: test.id });
    }
  }

  const changes = await protectedChanges(
    { bench: input.bench, languages: input.languages, detections: input.detections, hadTests: baseline.size > 0, testConfigOf: input.testConfigOf },
    input.base,
    input.candidate,
  );
  const openChanges = changes.filter((c) => !input.approved.has(approvalName.test(c)));
  // A red test that skips itself, or is not collected any more, was silenced, not fixed. Records of a whole file or of what came after its tests have no later counterpart.
  const touched = new Set(changes.filter((c) => !openChanges.includes(c)).map((c) => c.path));
  const silenced = [...baseline].flatMap(([key, { test }]) => {
    if (!isRed(test.outcome) || ignored(key) || (test.file && touched.has(test.file))) return [];
    const outcome = now.get(key)?.test.outcome;
    if (outcome === undefined) return test.id === test.file || test.id.endsWith('(after the tests)') ? [] : [`${test.id} has vanished`];
    return isRed(outcome) || outcome === 'passed' ? [] : [`${test.id} is ${outcome}`];
  });

  const failing = [...now].filter(([key, { test }]) => isRed(test.outcome) && !ignored(key));
  const red = input.reports.filter((r) => r.status !== 'passed' && !(r.status === 'failed' && r.errors.length === 0 && r.tests.length > 0 && r.tests.every((t) => !isRed(t.outcome) || ignored(testKey(r.check, t)))));
  const checksPass = input.reports.length > 0 && red.length === 0 && failing.length === 0 && silenced.length === 0;

  const hadTests = baseline.size > 0;
  const findings = await scanChange(input, deltas);
  const blocking = findings.filter((f) => f.severity === 'block' && input.blockOperations && !input.approved.has(approvalName.finding(f)));

  // Red-and-mutant runs cost as much as the tests themselves: only a candidate that passes is worth them.
  const known = new Set([...baseline.keys(), ...fixed.map((f) => [...now].find(([, v]) => v.test.id === f.id && v.check.id === f.check)?.[0] ?? '')]);
  if (checksPass && hadTests && !openChanges.length && !blocking.length && !regressions.length) {
    regressions.push(...(await onlyWithNewTests({ ...input, deltas, now, ignored, approved: touched })));
  }
  const newTests = checksPass ? await judgeNewTests({ ...input, deltas, known }) : [];
  const counted = newTests.filter((t) => t.counts).length;
  const uncounted = newTests.filter((t) => !t.counts);
  const oldThatRan = [...now].filter(([key, { test }]) => known.has(key) && test.outcome === 'passed').length;

  const rules: Verdict['rules'] = [];
  const rule = (name: GreenRule, ok: boolean, detail: string) => rules.push({ rule: name, ok, detail });
  rule('checks_pass', checksPass, checksPass ? `${input.reports.length} check(s) pass` : describeRed(red, failing.length, silenced));
  rule('no_regression', regressions.length === 0, regressions[0]?.now === 'needs_new_tests' ? `${regressions.length} known test(s) need the change's own test files: ${regressions[0]!.message}` : regressions.length ? `${regressions.length} test(s) that passed before do not now` : 'every test that passed before passes');
  rule('tests_untouched', openChanges.length === 0, openChanges.length ? openChanges.map((c) => `${c.path}${c.test ? `::${c.test}` : ''}: ${c.detail}`).slice(0, 5).join('; ') : input.followed?.length ? `existing tests follow ${input.followed.join('; ')}, and nothing else in them was touched without approval` : 'no existing test was touched without approval');
  const testsCount = hadTests || counted > 0 || newTests.length === 0;
  rule('new_tests_count', testsCount, newTests.length ? `${counted} of ${newTests.length} new test(s) count${uncounted.length ? `; ${uncounted[0]!.id}: ${uncounted[0]!.reason}` : ''}` : 'no new tests');
  rule('scan_clean', blocking.length === 0, blocking.length ? blocking.map((f) => `${f.path}:${f.line} ${f.message}`).slice(0, 5).join('; ') : 'no blocking finding');
  rule('checks_fresh', input.fresh, input.fresh ? 'the last check is newer than the last edit' : 'files changed after the last check');
  rule('tests_ran', oldThatRan + counted > 0, `${oldThatRan} known and ${counted} new test(s) ran`);

  const green = rules.every((r) => r.ok);
  return {
    green,
    rules,
    regressions,
    fixed,
    newTests,
    protectedChanges: changes,
    findings,
    proof: !green ? 'none' : fixed.length ? 'red_to_green' : newTests.some((t) => t.counts && t.seenRed) ? 'new_test' : 'unchanged_behaviour',
    score: {
      regressions: regressions.length,
      failing: failing.length + silenced.length + red.filter((r) => r.tests.every((t) => !isRed(t.outcome))).length,
      passing: [...now.values()].filter(({ test }) => test.outcome === 'passed').length,
      diffLines: (await input.bench.diff(input.base, input.candidate)).split('\n').filter((l) => /^[+-](?![+-]{2})/.test(l)).length,
    },
  };
}

const isRed = (outcome: string) => outcome === 'failed' || outcome === 'error';

function describeRed(red: readonly CheckReport[], failing: number, silenced: readonly string[]): string {
  if (!red.length && !failing) return silenced.length ? `${silenced.length} red test(s) were not made to pass: ${silenced[0]}` : 'no check ran';
  const broken = red.find((r) => r.status !== 'failed');
  if (broken) return `${broken.check.id} is ${broken.status}: ${broken.errors[0]?.message.split('\n', 1)[0] ?? `exit ${broken.exitCode}`}`;
  return `${failing} test(s) fail`;
}

export function matchesAny(key: string, patterns: readonly string[]): boolean {
  return patterns.some((p) => new RegExp(`^${p.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`).test(key));
}

async function scanChange(input: GateInput, deltas: Awaited<ReturnType<GateInput['bench']['deltas']>>): Promise<Finding[]> {
  const decoder = new TextDecoder();
  const findings: Finding[] = [];
  for (const delta of deltas) {
    if (delta.kind === 'deleted') continue;
    const before = delta.before && (await input.bench.readAt(input.base, delta.path));
    const after = await input.bench.readAt(input.candidate, delta.path);
    if (!after) continue;
    const language = input.languages.find((l) => l.extensions.some((e) => delta.path.endsWith(e))) ?? languageOfText(input, delta.path, after);
    if (language) findings.push(...(await language.scan(delta.path, before && decoder.decode(before), decoder.decode(after))));
  }
  return findings;
}

const PROSE = /\.(md|mdx|rst|adoc|html?|svg|xml|css|ya?ml|toml|lock|json)$/i;
/** `require` runs a file of any name as JavaScript, and the first line of a script names its interpreter. */
function languageOfText(input: GateInput, path: string, bytes: Uint8Array): GateInput['languages'][number] | undefined {
  if (PROSE.test(path) || bytes.includes(0)) return undefined;
  const text = new TextDecoder().decode(bytes);
  const name = /^#!.*\bpython/.test(text) ? 'python' : /^#!.*\bnode/.test(text) || /\b(module\.)?exports\b\s*[.=[]/.test(text) ? 'javascript' : undefined;
  return name && input.languages.find((l) => l.name === name);
}

/** Orders attempts, best first: fewer regressions, fewer red tests, more green ones, then the smaller change. */
export function compareScores(a: Verdict['score'], b: Verdict['score']): number {
  return a.regressions - b.regressions || a.failing - b.failing || b.passing - a.passing || a.diffLines - b.diffLines;
}
