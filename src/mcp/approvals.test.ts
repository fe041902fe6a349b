import { describe, expect, it } from 'vitest';
import type { ApprovalRequest } from '../tools/types.ts';
import { approver, decisionOf, questionFor, stateOf } from './approvals.ts';

const apply: ApprovalRequest = { kind: 'apply', subject: 'Apply 1 file(s)?', detail: { diff: '+x' } };
const test: ApprovalRequest = { kind: 'test_change', subject: 'edited a_test.py', detail: {} };
const answers = async (options: Parameters<typeof approver>[0]) => {
  const { approve, open } = approver(options);
  return { apply: (await approve(apply)).answer, test: (await approve(test)).answer, open: open.map(({ kind }) => kind) };
};
const answered = (action: string, content?: object) => decisionOf(stateOf('r', '/p', [apply]), { approval: { action, ...(content && { content }) } });

describe('what is agreed to', () => {
  it.each([
    ['nothing, before anybody was asked', { applies: false }, { apply: 'pending', test: 'pending', open: ['apply', 'test_change'] }],
    ['the change, where that was said in advance; edited tests never', { applies: true }, { apply: 'approved', test: 'pending', open: ['test_change'] }],
    ['what the user was shown and agreed to', { applies: false, decision: answered('accept', { approve: true }) }, { apply: 'approved', test: 'pending', open: ['test_change'] }],
    ['nothing that the user refused', { applies: true, decision: answered('decline') }, { apply: 'denied', test: 'pending', open: ['test_change'] }],
    ['nothing where the box was left empty', { applies: false, decision: answered('accept', { approve: false }) }, { apply: 'denied', test: 'pending', open: ['test_change'] }],
    ['nothing where the answer is no yes', { applies: false, decision: answered('accept', { approve: 'true' }) }, { apply: 'denied', test: 'pending', open: ['test_change'] }],
    ['nothing where the question was closed', { applies: false, decision: answered('cancel') }, { apply: 'pending', test: 'pending', open: ['apply', 'test_change'] }],
  ])('is %s', async (_title, options, expected) => {
    expect(await answers(options)).toEqual(expected);
  });

  it('is nothing with another subject than the one that was shown', async () => {
    const { approve } = approver({ applies: false, decision: answered('accept', { approve: true }) });
    expect(await approve({ ...apply, subject: 'Apply 2 file(s)?' })).toMatchObject({ answer: 'pending' });
  });
});

it('the question shows all that is open, with a diff that is shortened where it is long', () => {
  const { inputRequests, requestState } = questionFor([{ ...apply, detail: { diff: `+${'x'.repeat(9_000)}` } }, test], 'sealed');
  const { message } = inputRequests!['approval']!.params as { message: string };
  expect(requestState).toBe('sealed');
  expect(message).toMatch(/^Apply 1 file\(s\)\?\n\n\+x+\n… \[\d+ characters left out\] …\nx+\n\nedited a_test\.py$/);
});
