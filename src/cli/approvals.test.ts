import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { ApprovalRequest } from '../tools/types.ts';
import { approver, detailText } from './approvals.ts';

const request = (kind: ApprovalRequest['kind'], detail: Record<string, unknown> = {}): ApprovalRequest => ({ kind, subject: 'x', detail });

describe('who answers an approval', () => {
  it.each<[string, ApprovalRequest, boolean, boolean, string]>([
    ['--yes agrees to applying', request('apply'), true, false, 'approved'],
    ['--yes agrees to a listed dependency', request('dependency', { listed: true }), true, false, 'approved'],
    ['--yes says nothing about a dependency that is not listed', request('dependency', { listed: false }), true, false, 'pending'],
    ['--yes never agrees to a changed test', request('test_change'), true, false, 'pending'],
    ['--yes never agrees to a finding', request('finding'), true, false, 'pending'],
    ['without a terminal applying waits', request('apply'), false, false, 'pending'],
    ['a person is asked where one sits', request('apply'), false, true, 'denied'],
    ['a person is asked about a changed test even with --yes', request('test_change'), true, true, 'denied'],
  ])('%s', async (_title, asked, yes, person, answer) => {
    const approve = approver({ yes, ask: person ? async () => ({ answer: 'denied' }) : undefined });
    expect((await approve(asked)).answer).toBe(answer);
  });
});

describe('what is shown with a question', () => {
  it('is the detail without escapes, then the diff, cut where it is long', () => {
    const diff = ['--- a/x', '+++ b/x', '@@ -1 +1 @@', '-a\u001B[2J', '+b', ...Array.from({ length: 80 }, (_, i) => ` ${i}`)].join('\n');
    const text = detailText(request('apply', { path: 'x\u0007', nothing: undefined, diff }), pc.createColors(false));
    expect(text.split('\n').slice(0, 6)).toEqual(['path: x', '--- a/x', '+++ b/x', '@@ -1 +1 @@', '-a', '+b']);
    expect(text).toMatch(/… 25 more lines$/);
  });
});
