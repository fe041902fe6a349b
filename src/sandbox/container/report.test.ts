import { describe, expect, test } from 'vitest';
import { MarkedReport } from './report.ts';

const MARK = '\u001eabc123';
const heard = (report: MarkedReport, ...chunks: string[]): string => chunks.map((chunk) => report.take(Buffer.from(chunk, 'latin1')).toString('latin1')).join('');

describe('the words of a container are told from the command’s', () => {
  test('what comes before the start is the engine’s, and is not shown as the command’s', () => {
    const report = new MarkedReport(MARK, 'name');
    expect(heard(report, 'WARNING: old\n', `${MARK} started\nhello\n`)).toBe('hello\n');
    expect(report).toMatchObject({ started: true, finished: false });
    expect(report.said()).toBe('WARNING: old\n');
  });

  test('an engine that fails never started, and its words are kept', () => {
    const report = new MarkedReport(MARK, 'name');
    expect(heard(report, 'Error: no such', ' image\n')).toBe('');
    expect(report).toMatchObject({ started: false, finished: false, said: expect.any(Function) });
    expect(report.said()).toBe('Error: no such image\n');
  });

  test('the last report counts, and none of them is shown', () => {
    const report = new MarkedReport(MARK, 'name');
    // A command can read the mark; its exit code comes from the engine, so all it gains is a line of its own that vanishes.
    expect(heard(report, `${MARK} started\na`, `${MARK} ended 0 0 1 1\nb`, `\n${MARK} ended 1 2 4096 30\n`)).toBe('ab\n');
    expect(report).toMatchObject({ finished: true, used: { struck: true, oomKills: 2, peakMemoryBytes: 4096, cpuMs: 30 } });
  });

  test('what the kernel does not tell is left out', () => {
    const report = new MarkedReport(MARK, 'name');
    heard(report, `${MARK} started\n${MARK} ended 0 - - -\n`);
    expect(report.used).toEqual({ struck: false, oomKills: 0 });
  });

  test('however the bytes are cut, the same comes out', () => {
    const whole = `warning\n${MARK} started\n\xff\x00out\u001e\u001eput${MARK} ended 0 1 2 3\n`;
    for (let size = 1; size < whole.length; size += 1) {
      const report = new MarkedReport(MARK, 'name');
      const chunks = whole.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(heard(report, ...chunks), `in pieces of ${size}`).toBe('\xff\x00out\u001e\u001eput');
      expect(report).toMatchObject({ started: true, finished: true, used: { struck: false, oomKills: 1, peakMemoryBytes: 2, cpuMs: 3 } });
    }
  });
});
