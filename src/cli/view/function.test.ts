import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../core/events.ts';
import { describe as lineOf } from './describe.ts';
import { foldView, initialView } from './state.ts';

const event = (name: string, data: Record<string, unknown> = {}): RunEvent => ({ timestamp: '', level: 'info', task_id: 'fn-1', iteration: 1, phase: 'generate', event: name, data });

describe('events of the function job as lines', () => {
  it.each<[string, Record<string, unknown>, string | undefined]>([
    ['wave_started', { wave: 1, of: 4, n: 1, temperature: 0, approach: null }, 'wave 1 of 4: 1 candidate, greedy'],
    ['wave_started', { wave: 3, of: 4, n: 8, temperature: 1, approach: 'Solve it …' }, 'wave 3 of 4: 8 candidates at temperature 1, another approach'],
    ['candidate_checked', { id: 'c2', passed: true, met: 2, of: 2, problem: null, message: null }, '✓ c2 · 2 of 2 examples'],
    ['candidate_checked', { id: 'c3', passed: true, met: 2, of: 2, same_as: 'c2' }, '✓ c3 · 2 of 2 examples · same as c2'],
    ['candidate_checked', { id: 'c4', passed: false, met: 0, of: 2, problem: 'name', message: "NameError: name 'x' is not defined" }, "✗ c4 · 0 of 2 examples · NameError: name 'x' is not defined"],
    ['wave_finished', { wave: 2, passers: 0, clusters: 0, agreeing: 0 }, 'wave 2: no candidate passes'],
    ['wave_finished', { wave: 2, passers: 1, clusters: 1, agreeing: 1 }, 'wave 2: one candidate passes'],
    ['wave_finished', { wave: 2, passers: 5, clusters: 2, agreeing: 4 }, 'wave 2: 5 candidates pass, 4 of them do the same'],
    ['design_ready', { ok: true, signature: 'def f(n: int):', examples: 2, properties: 1 }, 'design: def f(n: int): · 2 guessed examples · 1 property'],
    ['design_ready', { ok: false, signature: null, examples: 0, properties: 0 }, 'design: the model gave none that can be used'],
    ['repair_started', { of: 'c1', class: 'syntax', message: 'SyntaxError: invalid syntax' }, 'repairing c1: SyntaxError: invalid syntax'],
    ['repair_finished', { id: 'c9', of: 'c1', kept: true, passed: true }, 'repair of c1: passes'],
    ['repair_finished', { id: 'c9', of: 'c1', kept: false, passed: false }, 'repair of c1: taken back, it lost what had worked'],
    ['restarted', { why: 'no_growth' }, 'another approach (no growth)'],
    ['question_answered', { call: 'f(1)', answer: null }, 'the question was passed over'],
    ['output_ready', { form: 'function', file: 'a.py' }, undefined],
    ['candidate_checked', { id: 'c5', passed: false, of: 1, met: 0, message: 'bad \u001B[31mred\u001B[0m' }, '✗ c5 · 0 of 1 example · bad red'],
  ])('%s %j', (name, data, text) => {
    expect(lineOf(event(name, data))?.text).toBe(text);
  });
});

it('the head of the live view says what goes on', () => {
  const view = [event('wave_started', { wave: 2, of: 4, n: 4, temperature: 0.6 }), event('candidate_checked', { id: 'c1' })].reduce(foldView, initialView('f'));
  expect(view.doing).toBe('wave 2 of 4: 4 candidates at temperature 0.6');
  expect(foldView(view, event('stage_started', { stage: 'check' })).doing).toBe('running the candidates');
});
