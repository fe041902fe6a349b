import type { CheckReport, TestOutcome } from '../languages/types.ts';
import type { Guarantees } from '../sandbox/types.ts';
import type { Baseline, Verdict } from './types.ts';
import { resultsByKey } from './baseline.ts';

/** The evidence a run leaves behind. Version 1 of the format; fields are only ever added. */
export interface Receipt {
  format: 1;
  run: string;
  outcome: string;
  summary: string;
  request: string;
  directory: string;
  startedAt: string;
  finishedAt: string;
  iterations: number;
  /** The plan that led to the kept state: steps with their final states. */
  plan?: { summary: string; steps: { id: string; action: string; why: string; state: string }[] };
  diff: string;
  files: { path: string; kind: string; merged?: boolean }[];
  applied: boolean;
  checks: { id: string; why: string; before?: string; after?: string }[];
  /** Every test, before and after. */
  tests: { check: string; id: string; before: TestOutcome | 'absent'; after: TestOutcome | 'absent'; message?: string }[];
  flaky: string[];
  knownFailures: string[];
  verdict?: Pick<Verdict, 'green' | 'rules' | 'regressions' | 'newTests' | 'protectedChanges' | 'findings' | 'proof'>;
  approvals: string[];
  sandbox?: Guarantees;
  modelCalls: { key: string; role: string; model: string; inputTokens: number | null; outputTokens: number | null; cost: number | null; ms: number }[];
  totals: { inputTokens: number; outputTokens: number; cost: number | null; modelMs: number; wallMs: number };
  versions: Record<string, string>;
}

/** Every test of the baseline and of the last checks, side by side. */
export function compareTests(baseline: Baseline | undefined, after: readonly CheckReport[]): Receipt['tests'] {
  const old = resultsByKey(baseline?.reports ?? []);
  const now = resultsByKey(after);
  return [...new Set([...old.keys(), ...now.keys()])].sort().map((key) => {
    const any = (now.get(key) ?? old.get(key))!;
    return {
      check: any.check.id,
      id: any.test.id,
      before: old.get(key)?.test.outcome ?? 'absent',
      after: now.get(key)?.test.outcome ?? 'absent',
      message: now.get(key)?.test.message,
    };
  });
}

const MARK: Record<string, string> = { passed: '✓', failed: '✗', error: '✗', skipped: '–', xfailed: '–', xpassed: '!', absent: ' ' };
const MAX_UNCHANGED = 50;
/** Characters of the request in the title; the whole of it follows. */
const TITLE_LENGTH = 80;

function title(request: string): string {
  const characters = [...request.trim().split('\n', 1)[0]!];
  return characters.length > TITLE_LENGTH ? `${characters.slice(0, TITLE_LENGTH - 1).join('').trimEnd()}…` : characters.join('');
}

/** A summary of several lines holds a difference or a trace, which keeps its line ends. */
function summaryLines(summary: string): string[] {
  const [first = '', ...more] = summary.replaceAll(/([?!])\.(?=\s|$)/g, '$1').trim().split('\n');
  return more.length ? [first, '', '````text', ...more, '````', ''] : [first, ''];
}

/** The receipt as a page for people. */
export function reportMarkdown(r: Receipt): string {
  const out: string[] = [];
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 300);
  out.push(`# ${r.outcome === 'green' ? 'Green' : r.outcome.replace('_', ' ')}: ${title(r.request)}`, '', ...summaryLines(r.summary));
  out.push(`Run \`${r.run}\` in \`${r.directory}\`, ${r.iterations} iteration(s), ${r.startedAt} to ${r.finishedAt}.`, '');
  out.push('## Request', '', ...r.request.split('\n').map((l) => `> ${l}`), '');
  if (r.plan) {
    out.push('## Plan', '', r.plan.summary, '');
    for (const s of r.plan.steps) out.push(`- \`${s.id}\` **${s.action}** (${s.state}): ${s.why}`);
    out.push('');
  }
  if (r.verdict) {
    out.push('## Green means', '', '| condition | holds | seen |', '|---|---|---|');
    for (const rule of r.verdict.rules) out.push(`| ${rule.rule.replaceAll('_', ' ')} | ${rule.ok ? 'yes' : '**no**'} | ${cell(rule.detail)} |`);
    out.push('', `Proof: ${r.verdict.proof.replaceAll('_', ' ')}.`, '');
  }
  testSection(out, r, cell);
  if (r.flaky.length) out.push('Flaky in the baseline, left out of the gate:', '', ...r.flaky.map((f) => `- ${f}`), '');
  if (r.knownFailures.length) out.push('Known failures, left out by the configuration:', '', ...r.knownFailures.map((f) => `- \`${f}\``), '');
  if (r.verdict?.newTests.length) {
    out.push('## New tests', '', '| test | counts | why |', '|---|---|---|');
    for (const t of r.verdict.newTests) out.push(`| ${cell(t.id)} | ${t.counts ? 'yes' : 'no'} | ${cell(t.reason)} |`);
    out.push('');
  }
  if (r.verdict?.protectedChanges.length) out.push('## Touched tests', '', ...r.verdict.protectedChanges.map((c) => `- ${c.path}${c.test ? ` \`${c.test}\`` : ''}: ${c.kind}, ${c.detail}`), '');
  out.push('## Safety scan', '');
  if (r.verdict?.findings.length) out.push(...r.verdict.findings.map((f) => `- ${f.severity}: ${f.path}:${f.line} ${f.rule}, ${f.message} (\`${f.excerpt}\`)`), '');
  else out.push(r.verdict ? 'No finding.' : 'Not run.', '');
  if (r.approvals.length) out.push('Approved by a person:', '', ...r.approvals.map((a) => `- ${a}`), '');
  out.push('## Change', '', r.applied ? 'Applied to the directory.' : 'Not applied.', '');
  if (r.diff) out.push('````diff', r.diff.trimEnd(), '````', '');
  else out.push('No file differs.', '');
  out.push('## Run', '');
  if (r.sandbox) out.push(`Sandbox rung ${r.sandbox.rung}: network ${r.sandbox.network}, memory ${r.sandbox.memory}, processes ${r.sandbox.processes}, disk ${r.sandbox.disk}, filesystem ${r.sandbox.filesystem}.`, '');
  out.push('| call | role | model | tokens in | out | ms |', '|---|---|---|---|---|---|');
  for (const c of r.modelCalls) out.push(`| ${c.key} | ${c.role} | ${cell(c.model)} | ${c.inputTokens ?? '?'} | ${c.outputTokens ?? '?'} | ${Math.round(c.ms)} |`);
  out.push('', `Total: ${r.totals.inputTokens} tokens in, ${r.totals.outputTokens} out${r.totals.cost === null ? '' : `, $${r.totals.cost.toFixed(4)}`}; models ${seconds(r.totals.modelMs)}, run ${seconds(r.totals.wallMs)}.`, '');
  out.push(Object.entries(r.versions).map(([k, v]) => `${k} ${v}`).join(' · '), '');
  return out.join('\n');
}

/** The checks and tests before and after; a run that ended before its attempt was tested has no after to compare. */
function testSection(out: string[], r: Receipt, cell: (text: string) => string): void {
  const ran = r.checks.some((c) => c.after !== undefined);
  out.push('## Tests', '');
  if (r.checks.length) out.push('| check | before | after |', '|---|---|---|');
  for (const c of r.checks) out.push(`| ${cell(c.id)} | ${cell(c.before ?? '–')} | ${cell(c.after ?? (ran ? '–' : 'not run'))} |`);
  if (r.checks.length) out.push('');
  if (!ran) {
    out.push(r.checks.length ? 'The checks were not run on a change: the run ended before an attempt was tested.' : 'Not run: the run ended before its checks.', '');
    return;
  }
  const changed = r.tests.filter((t) => t.before !== t.after);
  const same = r.tests.filter((t) => t.before === t.after);
  if (changed.length) {
    out.push('| test | before | after |', '|---|---|---|');
    for (const t of changed) out.push(`| ${cell(t.id)} | ${MARK[t.before]} ${t.before} | ${MARK[t.after]} ${t.after} |`);
    out.push('');
  }
  for (const t of r.tests.filter((x) => x.message !== undefined && (x.after === 'failed' || x.after === 'error')).slice(0, MAX_MESSAGES)) {
    out.push(`${cell(t.id)}:`, '', '````text', (t.message ?? '').trimEnd().slice(0, MESSAGE_KEPT), '````', '');
  }
  out.push(`${same.length} test(s) unchanged${same.length ? ': ' : '.'}${summariseSame(same)}`, '');
  if (same.length && same.length <= MAX_UNCHANGED) out.push('<details><summary>Unchanged tests</summary>', '', ...same.map((t) => `- ${MARK[t.after]} ${t.id}`), '', '</details>', '');
}

/** Failures that the report quotes, and characters of each: the first ones say most. */
const MAX_MESSAGES = 10;
const MESSAGE_KEPT = 2_000;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function summariseSame(tests: Receipt['tests']): string {
  const counts = new Map<string, number>();
  for (const t of tests) counts.set(t.after, (counts.get(t.after) ?? 0) + 1);
  return [...counts].map(([outcome, n]) => `${n} ${outcome}`).join(', ');
}

/** `3 passed, 1 failed` of a report, with its status where that says more. */
export function reportLine(report: CheckReport): string {
  const counts = new Map<string, number>();
  for (const t of report.tests) counts.set(t.outcome, (counts.get(t.outcome) ?? 0) + 1);
  const parts = [...counts].map(([outcome, n]) => `${n} ${outcome}`);
  if (report.status !== 'passed' && report.status !== 'failed') parts.unshift(report.status);
  return parts.join(', ') || (report.status === 'passed' ? 'no tests' : report.status);
}
