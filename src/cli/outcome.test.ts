import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outcome } from '../agent/types.ts';
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

  it('does not repeat an error that is told on stderr', () => {
    expect(textOf({ outcome: 'no_model', exitCode: 8, summary: 'No model.', error: { code: 'no_model', message: 'No model.' } })).not.toContain('No model.');
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
