import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newFindings, tidyFindings } from './findings.ts';
import { openReportFile } from './report-file.ts';
import { readRecords } from './reports.ts';

const line = (k: string, i: number, n = 'N', more = {}) => `${JSON.stringify({ k, n, i, ...more })}\n`;

describe('records of a run', () => {
  it.each([
    ['a whole report', line('start', 0) + line('end', 1), { ended: true, count: 2, forged: false }],
    ['a report without end', line('start', 0), { ended: false, count: 1, forged: false }],
    ['a last line cut by a kill', `${line('start', 0)}{"k":"te`, { ended: false, count: 1, forged: false }],
    ['nothing', '', { ended: false, count: 0, forged: false }],
    ['another nonce', line('start', 0) + line('end', 1, 'M'), { ended: false, count: 1, forged: true }],
    ['a line that is no record', `${line('start', 0)}10 passed\n${line('end', 1)}`, { ended: false, count: 1, forged: true }],
    ['a missing record', line('start', 0) + line('end', 2), { ended: false, count: 1, forged: true }],
    ['a repeated record', line('start', 0) + line('start', 0) + line('end', 1), { ended: false, count: 1, forged: true }],
    ['records after the end', line('end', 0) + line('test', 1), { ended: false, count: 1, forged: true }],
    ['text after the end', `${line('end', 0)}x`, { ended: false, count: 1, forged: true }],
  ])('reads %s', (_title, text, want) => {
    const { ended, records, forged } = readRecords(text, 'N');
    expect({ ended, count: records.length, forged: forged !== undefined }).toEqual(want);
  });

  it('never calls a report ended that was cut anywhere before its end', () => {
    const whole = line('collected', 0, 'N', { count: 2 }) + line('test', 1, 'N', { id: 'a\nb' }) + line('end', 2, 'N', { exit: 0 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (cut) => {
        expect(readRecords(whole.slice(0, cut), 'N').ended).toBe(false);
      }),
    );
  });

  it('reads a report whose file is gone, and removes one that nobody took', async () => {
    const root = await mkdtemp(join(tmpdir(), 'untilgreen-report-'));
    try {
      const report = await openReportFile(root);
      await writeFile(join(root, report.name), 'hello');
      await rm(join(root, report.name));
      expect(await report.read()).toBe('hello');
      await report.close();
      const unused = await openReportFile(root);
      await unused.close();
      await unused.close();
      expect(await readdir(root)).toEqual([]);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

describe('findings', () => {
  const finding = (excerpt: string, lineNumber = 1, rule = 'eval') => ({ rule, severity: 'block' as const, path: 'a.py', line: lineNumber, message: '', excerpt });
  it('are new when there are more of them than before, wherever they stand', () => {
    expect(newFindings([finding('eval(x)')], [finding('eval( x )', 9)])).toEqual([]);
    expect(newFindings([finding('eval(x)')], [finding('eval(x)', 1), finding('eval(x)', 2)])).toEqual([finding('eval(x)', 2)]);
    expect(newFindings([finding('eval(x)')], [finding('eval(y)')])).toHaveLength(1);
    expect(newFindings([finding('eval(x)')], [finding('eval(x)', 1, 'exec')])).toHaveLength(1);
  });
  it('stand once a rule and line, in order', () => {
    expect(tidyFindings([finding('b', 2), finding('a', 1), finding('b', 2)]).map((f) => f.line)).toEqual([1, 2]);
  });
});
