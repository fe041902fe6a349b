import { describe, expect, it } from 'vitest';
import { reportMarkdown, type Receipt } from './receipt.ts';

const receiptOf = (more: Partial<Receipt>): Receipt => ({
  format: 1, run: 'r1', outcome: 'green', summary: 'Green: 2 test(s) pass.', request: 'Fix add', directory: '/p', startedAt: 'a', finishedAt: 'b', iterations: 1,
  diff: '', files: [], applied: false, flaky: [], knownFailures: [], approvals: [], modelCalls: [],
  checks: [{ id: 'pytest', why: 'found', before: '1 passed, 1 failed', after: '2 passed' }],
  tests: [{ check: 'pytest', id: 't.py::a', before: 'failed', after: 'passed' }, { check: 'pytest', id: 't.py::b', before: 'passed', after: 'passed' }],
  totals: { inputTokens: 0, outputTokens: 0, cost: null, modelMs: 0, wallMs: 0 }, versions: {}, ...more,
});

describe('the report', () => {
  it('shows which tests changed, and counts the others', () => {
    const report = reportMarkdown(receiptOf({}));
    expect(report).toContain('| pytest | 1 passed, 1 failed | 2 passed |');
    expect(report).toContain('| t.py::a | ✗ failed | ✓ passed |');
    expect(report).toContain('1 test(s) unchanged: 1 passed');
  });

  it('of a run that ended before an attempt was tested lists no test as gone', () => {
    const report = reportMarkdown(receiptOf({
      outcome: 'error', checks: [{ id: 'pytest', why: 'found', before: '1 passed, 1 failed' }],
      tests: [{ check: 'pytest', id: 't.py::a', before: 'failed', after: 'absent' }, { check: 'pytest', id: 't.py::b', before: 'passed', after: 'absent' }],
    }));
    expect(report).toContain('| pytest | 1 passed, 1 failed | not run |');
    expect(report).not.toMatch(/absent|t\.py|unchanged/);
  });

  it('of a run that ended before the baseline says that nothing was run', () => {
    expect(reportMarkdown(receiptOf({ outcome: 'no_model', checks: [], tests: [] }))).toContain('## Tests\n\nNot run: the run ended before its checks.\n\n## Safety scan');
  });

  it.each([
    ['Fix add', 'Fix add'],
    ['Fix add\nand sub', 'Fix add'],
    ['x'.repeat(80), 'x'.repeat(80)],
    ['x'.repeat(81), `${'x'.repeat(79)}…`],
    [`${'x'.repeat(78)} ${'🛠'.repeat(40)}`, `${'x'.repeat(78)}…`],
  ])('has a title of at most 80 characters: %j', (request, expected) => {
    const report = reportMarkdown(receiptOf({ request }));
    expect(report.split('\n', 1)[0]).toBe(`# Green: ${expected}`);
    for (const line of request.split('\n')) expect(report).toContain(`> ${line}`);
  });

  it('keeps the lines of a difference, and one mark at the end of a question', () => {
    expect(reportMarkdown(receiptOf({ summary: 'Differs:\n--- a\n+++ b' }))).toContain('\n\nDiffers:\n\n````text\n--- a\n+++ b\n````\n\nRun `r1`');
    expect(reportMarkdown(receiptOf({ summary: 'Waiting for approval: Apply 1 file(s) to /p?.' }))).toContain('to /p?\n');
  });
});
