import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outcome } from '../agent/types.ts';
import { printOutcome } from './job.ts';
import { exportsOf, outcomeLine, outcomeText } from './outcome.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ug-outcome-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const outcomeOf = (more: Partial<Outcome>): Outcome => ({
  run: '20260101-000000-abcd', outcome: 'green', exitCode: 0, summary: 'Green: 2 tests pass.', iterations: 2, tokens: 12_345, cost: 0.5, folder, ...more,
});
const textOf = (more: Partial<Outcome>) => outcomeText(outcomeOf(more), pc.createColors(false));

describe('the end of a run', () => {
  it('names the files that were changed and where the report lies', () => {
    writeFileSync(join(folder, 'report.md'), '');
    const files = [{ path: 'a.py', kind: 'modified', merged: true }, { path: 'b.py', kind: 'added', merged: false }] as const;
    expect(textOf({ applied: { journal: 'j', files: [...files] } })).toBe(
      ['✓ green  Green: 2 tests pass.', '  run 20260101-000000-abcd · 2 iterations · 12.3k tokens · $0.50', '  M a.py (merged with your own change)', '  A b.py', `  report ${join(folder, 'report.md')}`].join('\n'),
    );
  });

  it.each<[Outcome['outcome'], number, string]>([
    ['approval', 4, 'untilgreen resume 20260101-000000-abcd --approve all'],
    ['cancelled', 130, 'untilgreen resume 20260101-000000-abcd'],
    ['no_model', 8, 'untilgreen resume 20260101-000000-abcd'],
    ['budget', 5, 'untilgreen resume 20260101-000000-abcd --budget'],
    ['not_green', 1, 'untilgreen show 20260101-000000-abcd --diff'],
    ['stuck', 6, 'untilgreen show 20260101-000000-abcd --diff'],
  ])('after %s it says what to type next', (outcome, exitCode, next) => {
    const text = textOf({ outcome, exitCode: exitCode as Outcome['exitCode'], summary: 'Why.' });
    expect(text).toMatch(new RegExp(`^✗ ${outcome.replaceAll('_', ' ')}  Why\\.`));
    expect(text).toContain(next);
    expect(text).not.toContain('report');
  });

  it.each<Outcome['outcome']>(['error', 'no_model', 'no_sandbox', 'cancelled', 'plan_refused', 'not_green'])('says why once after %s, a difference in lines of its own', (outcome) => {
    const message = 'Request 1 differs:\n--- recorded\n+++ requested\n-  "a": 1\u001B[31m\n+  "a": 2';
    const text = textOf({ outcome, exitCode: 2, summary: message, error: { code: 'replay_mismatch', message } });
    expect(text.split('\n').slice(0, 5)).toEqual([
      `✗ ${outcome.replaceAll('_', ' ')}  Request 1 differs:`, '    --- recorded', '    +++ requested', '    -  "a": 1', '    +  "a": 2',
    ]);
    expect(text.split('differs')).toHaveLength(2);
  });

  it('leaves out the end of a message that fills screens', () => {
    const message = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n');
    expect(textOf({ outcome: 'error', exitCode: 1, summary: message, error: { code: 'internal', message } })).toContain('line 59\n    … 40 more lines\n  run');
  });

  it('a question that waits has one mark at its end', () => {
    expect(textOf({ outcome: 'approval', exitCode: 4, summary: 'Waiting for approval: Apply 1 file(s) to /p?.' })).toContain('to /p?\n');
  });

  it.each([[false, '', /^✗ error {2}One\.\n {4}two\n/], [true, 'untilgreen: One.\n  two\n', /^\{.*"event":"outcome".*\}\n$/]])('with json: %s it is printed once', (json, onStderr, onStdout) => {
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) vi.spyOn(process[name], 'write').mockImplementation((text) => ((out[name] += String(text)), true));
    printOutcome(outcomeOf({ outcome: 'error', exitCode: 2, summary: 'One.\ntwo', error: { code: 'replay_mismatch', message: 'One.\ntwo' } }), { json });
    vi.restoreAllMocks();
    expect(out.stderr).toBe(onStderr);
    expect(out.stdout).toMatch(onStdout);
  });

  it('as JSON it has the form of the log', () => {
    const outcome = outcomeOf({});
    expect(outcomeLine(outcome)).toMatchObject({ event: 'outcome', task_id: outcome.run, iteration: 2, phase: 'done', level: 'info', outcome: 'green', exitCode: 0, data: outcome });
  });
});

describe('the files that were asked for', () => {
  it('are copied from the folder of the run', async () => {
    const run = join(folder, 'run');
    mkdirSync(join(run, 'logs'), { recursive: true });
    for (const name of ['report.md', 'receipt.json', 'change.diff', 'findings.sarif', 'tests.xml', 'logs/agent.log']) writeFileSync(join(run, name), name);
    await exportsOf({ sarif: join(folder, 's'), junit: join(folder, 'j'), report: join(folder, 'out/deep') })(outcomeOf({ folder: run }));
    expect([readFileSync(join(folder, 's'), 'utf8'), readFileSync(join(folder, 'j'), 'utf8')]).toEqual(['findings.sarif', 'tests.xml']);
    expect(readdirSync(join(folder, 'out/deep')).toSorted()).toEqual(['change.diff', 'logs', 'receipt.json', 'report.md']);
  });
  it('are told to be missing where the run ended before its checks', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    await exportsOf({ junit: join(folder, 'j') })(outcomeOf({}));
    expect(stderr.mock.calls.join('')).toContain('is not written, because the run ended before its checks');
    stderr.mockRestore();
  });
  it('are refused at once where they cannot be written', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => exportsOf({ report: join(folder, 'file') })).toThrow('is a file. Give a directory.');
    expect(() => exportsOf({ sarif: join(folder, 'gone/s') })).toThrow('there is no directory');
  });
});
