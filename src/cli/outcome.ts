import { existsSync, statSync } from 'node:fs';
import { copyFile, cp, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Colors } from 'picocolors/types.js';
import type { Outcome } from '../agent/types.ts';
import { usage } from './arguments.ts';
import type { OutputFlags } from './program.ts';
import { writable } from './settings.ts';
import { clean, count, dollars, messageLines, plural } from './view/text.ts';

/** What kept a run from being tried, or ended it; undefined where its checks decided. */
export function failureOf(outcome: Outcome): string | undefined {
  return outcome.error && ['no_model', 'no_sandbox', 'error'].includes(outcome.outcome) ? outcome.error.message : undefined;
}

/** The end of a run for people: what came out, where the evidence lies, and what to type next. */
export function outcomeText(outcome: Outcome, colors: Colors): string {
  const sign = outcome.exitCode === 0 ? colors.green('✓ green') : colors.red(`✗ ${outcome.outcome.replaceAll('_', ' ')}`);
  const spent = [plural(outcome.iterations, 'iteration'), `${count(outcome.tokens)} tokens`, outcome.cost === undefined ? '' : dollars(outcome.cost)].filter(Boolean).join(' · ');
  const [reason = '', ...more] = messageLines(failureOf(outcome) ?? outcome.summary);
  const lines = [`${sign}  ${reason}`, ...more.map((line) => `    ${line}`), colors.dim(`  run ${outcome.run} · ${spent}`)];
  for (const file of outcome.applied?.files ?? []) {
    lines.push(`  ${{ added: 'A', modified: 'M', deleted: 'D' }[file.kind]} ${clean(file.path)}${file.merged ? ' (merged with your own change)' : ''}`);
  }
  const report = join(outcome.folder, 'report.md');
  if (existsSync(report)) lines.push(colors.dim(`  report ${report}`));
  const next = nextStep(outcome);
  if (next) lines.push(`  ${next}`);
  return lines.join('\n');
}

/** What the reader can type now. */
function nextStep(outcome: Outcome): string | undefined {
  const id = outcome.run;
  switch (outcome.outcome) {
    case 'approval':
      return `Agree and go on: untilgreen resume ${id} --approve all`;
    case 'cancelled':
    case 'no_model':
    case 'no_sandbox':
      return `Go on: untilgreen resume ${id}`;
    case 'budget':
      return `Go on with more: untilgreen resume ${id} --budget … or --max-iterations …`;
    case 'not_green':
    case 'stuck':
      return `See the best attempt: untilgreen show ${id} --diff`;
    default:
      return undefined;
  }
}

/** Where the files of `--sarif`, `--junit` and `--report` go; refused before any work when they cannot be written. */
export function exportsOf(options: OutputFlags): (outcome: Outcome) => Promise<void> {
  const single = [
    { name: 'findings.sarif', target: options.sarif === undefined ? undefined : writable('--sarif', options.sarif) },
    { name: 'tests.xml', target: options.junit === undefined ? undefined : writable('--junit', options.junit) },
  ];
  const reportDir = options.report === undefined ? undefined : resolve(options.report);
  if (reportDir !== undefined && existsSync(reportDir) && !statSync(reportDir).isDirectory()) throw usage(`--report ${options.report} is a file.`, 'Give a directory.');
  return async (outcome) => {
    for (const { name, target } of single) {
      if (target === undefined) continue;
      if (existsSync(join(outcome.folder, name))) await copyFile(join(outcome.folder, name), target);
      else process.stderr.write(`untilgreen: ${target} is not written, because the run ended before its checks.\n`);
    }
    if (reportDir === undefined) return;
    await mkdir(reportDir, { recursive: true });
    for (const name of ['report.md', 'receipt.json', 'change.diff', 'logs']) {
      if (existsSync(join(outcome.folder, name))) await cp(join(outcome.folder, name), join(reportDir, name), { recursive: true });
    }
  };
}

/** The last line of `--json`: in the form of the log, with the outcome's fields at hand. */
export function outcomeLine(outcome: Outcome): Record<string, unknown> {
  return {
    timestamp: new Date().toISOString(), level: outcome.exitCode === 0 ? 'info' : 'warn', task_id: outcome.run, iteration: outcome.iterations, phase: 'done',
    event: 'outcome', ...outcome, data: outcome,
  };
}
