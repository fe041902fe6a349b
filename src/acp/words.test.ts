import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../core/events.ts';
import { UntilgreenError } from '../core/errors.ts';
import { commands, read } from './commands.ts';
import { toRequestError } from './errors.ts';
import { closingWords, responseOf, stopReasonOf } from './outcome.ts';
import { answerOf, approvalText } from './permission.ts';
import { foldPlan, type PlanView } from './plan-view.ts';
import { sentenceOf } from './sentences.ts';

const event = (name: string, data: Record<string, unknown> = {}, phase: RunEvent['phase'] = 'coding'): RunEvent => ({ timestamp: '', level: 'info', task_id: 'r', iteration: 1, phase, event: name, data });
const outcome = { run: 'r1', outcome: 'green' as const, exitCode: 0 as const, summary: 'Green: 2 test(s) pass.', iterations: 1, tokens: 5, cost: undefined, folder: '/f' };

describe('read', () => {
  it.each([
    ['/ask What is 2 + 2?', { kind: 'command', name: 'ask', text: 'What is 2 + 2?' }],
    ['/UNDO', { kind: 'command', name: 'undo', text: '' }],
    ['/plan\nsplit it\nin two', { kind: 'command', name: 'plan', text: 'split it\nin two' }],
    ['/undoo', { kind: 'unknown', name: 'undoo' }],
    ['/usr/lib/x.py is broken', { kind: 'goal', text: '/usr/lib/x.py is broken' }],
    ['fix it, /ask later', { kind: 'goal', text: 'fix it, /ask later' }],
  ])('%j', (text, said) => expect(read(text, true)).toEqual(said));

  it('knows no /ask where it cannot be answered', () => {
    expect(read('/ask x', false)).toEqual({ kind: 'unknown', name: 'ask' });
    expect(commands(false).map(({ name }) => name)).not.toContain('ask');
  });
});

describe('the end of a run', () => {
  it.each([
    ['green', undefined, 'end_turn'], ['not_green', 'conflict', 'end_turn'], ['approval', undefined, 'end_turn'], ['stuck', undefined, 'end_turn'],
    ['plan_refused', 'plan_invalid', 'refusal'], ['budget', undefined, 'max_turn_requests'], ['budget', 'budget', 'max_tokens'], ['cancelled', 'cancelled', 'cancelled'],
  ] as const)('%s (%s) stops the turn as %s', (name, code, reason) => {
    expect(stopReasonOf({ outcome: name, ...(code && { error: { code, message: '' } }) })).toBe(reason);
  });

  it('is an error of the prompt where the run could not be tried, and never after a cancellation', () => {
    const failed = { ...outcome, outcome: 'no_model' as const, exitCode: 8 as const, error: { code: 'no_model', message: 'No model. Start one.' } };
    expect(() => responseOf(failed, false)).toThrow(expect.objectContaining({ code: -32603, message: 'No model. Start one.', data: expect.objectContaining({ run: 'r1', code: 'no_model', exitCode: 8 }) }));
    expect(responseOf(failed, true)).toMatchObject({ stopReason: 'cancelled' });
  });

  it('is told with what became of the files and what can be said next', () => {
    expect(closingWords({ ...outcome, applied: { journal: 'j', files: [{ path: 'a\u001b[31m.py', kind: 'modified', merged: true }] } })).toBe('Green: 2 test(s) pass.\n- changed `a.py`, merged with your own change\nRun `r1`, 1 iteration.');
    expect(closingWords({ ...outcome, outcome: 'cancelled' })).toContain('`/resume` goes on');
  });
});

describe('errors', () => {
  it('tell what the caller can mend apart from what went wrong here, with code and facts', () => {
    expect(toRequestError(new UntilgreenError('directory_missing', 'It is not there.', { path: '/x' }, 'Make it.'))).toMatchObject({ code: -32602, message: 'It is not there. Make it.', data: { code: 'directory_missing', path: '/x', next: 'Make it.', exitCode: 2 } });
    expect(toRequestError(new TypeError('oops'))).toMatchObject({ code: -32603, message: 'oops', data: { code: 'internal' } });
  });
});

describe('permission', () => {
  it('is given by the option alone; a closed dialog leaves the question open', () => {
    expect(answerOf({ outcome: 'selected', optionId: 'allow' })).toEqual({ answer: 'approved' });
    expect(answerOf({ outcome: 'selected', optionId: 'something else' })).toEqual({ answer: 'denied' });
    expect(answerOf({ outcome: 'cancelled' })).toMatchObject({ answer: 'pending' });
  });

  it('is asked for with the facts', () => {
    expect(approvalText({ kind: 'dependency', subject: '', detail: { name: 'ms', version: undefined, dev: true } })).toBe('A dependency is to be added.\n\n```\nname: ms\ndev: true\n```');
  });
});

describe('the plan', () => {
  const statuses = (events: RunEvent[], applies = true) => events.reduce<PlanView | undefined>((view, e) => foldPlan(view, e, applies), undefined)?.entries.map(({ status }) => status);
  const ready = event('plan_ready', { summary: 's', steps: [{ id: 's1', action: 'edit_file', path: 'a.py', why: 'w' }, { id: 's2', action: 'run_tests', why: '' }] });

  it('ends with the checks, and with the apply where there is one', () => {
    expect(statuses([ready])).toHaveLength(4);
    expect(statuses([ready], false)).toHaveLength(3);
    expect(statuses([event('step_started', { step: 's1' })])).toBeUndefined();
  });

  it('follows the steps; what was rolled back is to be done again', () => {
    const first = [ready, event('step_started', { step: 's1' }), event('step_finished', { step: 's1', ok: true }), event('step_started', { step: 's2' })];
    expect(statuses(first)).toEqual(['completed', 'in_progress', 'pending', 'pending']);
    expect(statuses([...first, event('step_finished', { step: 's2', ok: false })])).toEqual(['completed', 'pending', 'pending', 'pending']);
    expect(statuses([...first, event('plan_rolled_back', { step: 's2' })])).toEqual(['pending', 'pending', 'pending', 'pending']);
    expect(statuses([...first, event('step_started', { step: 'unknown' }), event('check_started', { check: 'pytest' }, 'testing')])).toEqual(['completed', 'in_progress', 'in_progress', 'pending']);
  });
});

describe('sentences', () => {
  it.each([
    ['verdict', { green: false, rules: [{ rule: 'checks_pass', ok: false, detail: '1 check fails' }] }, 'Attempt 1 is not green: 1 check fails.'],
    ['verdict', { green: true, passed: 3, fixed: 2 }, 'Green: 3 passed; 2 tests that failed before now pass.'],
    ['baseline_finished', { passed: 0, failed: 0, broken: 1, flaky: ['x'] }, 'Before the change: 1 check could not run, 1 of them flaky.'],
    ['warning', { message: 'No pytest', next: 'Install it.' }, 'Warning: No pytest. Install it.'],
  ])('%s %j', (name, data, text) => expect(sentenceOf(event(name, data))).toEqual({ text }));

  it('say nothing of what is shown otherwise, or of names that every object has', () => {
    for (const name of ['text', 'check_started', 'toString', 'constructor']) expect(sentenceOf(event(name))).toBeUndefined();
  });
});
