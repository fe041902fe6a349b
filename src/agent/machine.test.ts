import { describe, expect, it } from 'vitest';
import type { Baseline, Verdict } from '../verify/types.ts';
import { next, transition } from './machine.ts';
import { initialState, type MachineEvent, type RunState } from './state.ts';

const limits = { maxIterations: 15, warnAt: 12, apply: 'green' as const, requireProof: false };
const baseline: Baseline = { checks: [], reports: [], flaky: [] };
const initialised: MachineEvent = {
  type: 'initialised', base: 'base', sandbox: { rung: 'A', network: 'none', loopback: true, memory: 'hard', processes: 'hard', disk: 'polled', filesystem: 'private view' }, detections: [], baseline,
};
const RULES = ['checks_pass', 'no_regression', 'tests_untouched', 'new_tests_count', 'scan_clean', 'checks_fresh', 'tests_ran'] as const;

function verdict(open: readonly string[] = [], score: Partial<Verdict['score']> = {}): Verdict {
  return {
    green: open.length === 0,
    rules: RULES.map((rule) => ({ rule, ok: !open.includes(rule), detail: rule })),
    regressions: [], fixed: [], newTests: [], findings: [], proof: open.length ? 'none' : 'red_to_green',
    protectedChanges: open.includes('tests_untouched') ? [{ path: 'tests/test_a.py', test: 'test_a', kind: 'edited', detail: 'its body was changed' }] : [],
    score: { regressions: 0, failing: open.length, passing: 1, diffLines: 1, ...score },
  };
}

let serial = 0;
const planned = (path = `f${(serial += 1)}.py`): MachineEvent => ({
  type: 'planned', plan: { summary: path, steps: [{ id: 's1', action: 'create_file', args: { path }, dependsOn: [], why: '' }], checks: [] },
});
const coded = (to: string, more: Partial<Extract<MachineEvent, { type: 'coded' }>> = {}): MachineEvent => ({
  type: 'coded', states: { s1: 'done' }, to, diffHash: to, changed: true, readings: [], pending: [], ...more,
});
const tested = (v: Verdict, failing: string[] = v.green ? [] : ['test_a']): MachineEvent => ({
  type: 'tested',
  verdict: v,
  reports: [{
    check: { id: 'pytest', framework: 'pytest', cwd: '', why: '' }, status: v.green ? 'passed' : 'failed', collected: failing.length, errors: [], exitCode: 1, durationMs: 1, output: '',
    tests: failing.map((id) => ({ id, outcome: 'failed' })), sandbox: { status: 'exited', rung: 'A', peakMemoryBytes: 0, cpuMs: 0, wallMs: 1 },
  }],
});
const reflected = (giveUp = false): MachineEvent => ({ type: 'reflected', reflection: { hypothesis: 'h', advice: 'a', giveUp } });
const after = (events: MachineEvent[], more: Partial<typeof limits> = {}): RunState => events.reduce(transition, initialState({ ...limits, ...more }));

describe('the loop', () => {
  it('goes from planning to coding to testing to apply when the gate is green', () => {
    const seen = [initialised, planned(), coded('c1'), tested(verdict())].reduce<{ state: RunState; todos: string[] }>(
      ({ state, todos }, event) => {
        const s = transition(state, event);
        return { state: s, todos: [...todos, next(s)] };
      },
      { state: initialState(limits), todos: [] },
    );
    expect(seen.todos).toEqual(['plan', 'code', 'test', 'apply']);
    expect(seen.state.best).toBe(1);
  });

  it('reflects on a red attempt and builds the next one on it when it broke nothing', () => {
    const s = after([initialised, planned(), coded('c1'), tested(verdict(['checks_pass'])), reflected()]);
    expect(next(s)).toBe('plan');
    expect(s.from).toBe('c1');
  });

  it.each([['no_regression'], ['tests_untouched'], ['scan_clean']])('starts again from the files before an attempt that violates %s', (rule) => {
    const s = after([initialised, planned(), coded('c1'), tested(verdict(['checks_pass', rule])), reflected()]);
    expect(s.from).toBe('base');
  });

  it('reflects without testing when a step failed, from the same files', () => {
    const s = after([initialised, planned(), coded('x', { to: undefined, failure: { step: 's1', action: 'edit_file', code: 'ambiguous', message: 'm' } })]);
    expect(next(s)).toBe('reflect');
    expect(s.from).toBe('base');
  });

  it('tells the model once that tests are protected and then asks a person', () => {
    const touched = () => [planned(), coded(`c${(serial += 1)}`), tested(verdict(['tests_untouched']))];
    const told = after([initialised, ...touched()]);
    expect(next(told)).toBe('reflect');
    const insists = [reflected(), ...touched()].reduce(transition, told);
    expect(next(insists)).toBe('approve');
    const open = { id: 'test tests/test_a.py::test_a', kind: 'test_change' as const, subject: 'edited', detail: {} };
    const waits = transition(insists, { type: 'answered', approved: [], denied: [], pending: [open] });
    expect(waits.end?.outcome).toBe('approval');
    const resumed = transition(waits, { type: 'resumed', approved: [open.id] });
    expect(next(resumed)).toBe('approve');
    expect(next(transition(resumed, { type: 'answered', approved: [], denied: [], pending: [] }))).toBe('test');
  });

  it('does not call a change that changes nothing green, unless a person wrote the plan', () => {
    const idle = after([initialised, planned(), coded('base', { diffHash: '', changed: false }), tested(verdict())]);
    expect(next(idle)).toBe('reflect');
    const byHand = [initialised, planned(), coded('base', { diffHash: '', changed: false }), tested(verdict())].reduce(
      transition,
      initialState(limits, { summary: '', steps: [], checks: [] }),
    );
    expect(next(byHand)).toBe('apply');
  });

  it('stops at the iteration limit with the budget outcome', () => {
    const rounds = [1, 2, 3].flatMap((i) => [planned(), coded(`c${i}`), tested(verdict(['checks_pass'], { passing: i, failing: 5 - i }), ['a', 'b', 'c', 'd'].slice(i)), reflected()]);
    expect(after([initialised, ...rounds], { maxIterations: 3 }).end?.outcome).toBe('budget');
  });

  it('answers being stuck with a nudge, then a clean restart with a post-mortem, then a stop', () => {
    const round = () => [planned('same.py'), coded('same'), tested(verdict(['checks_pass'])), reflected()];
    let s = after([initialised, ...round(), ...round()]);
    expect(s.nudge).toContain('same change');
    s = round().reduce(transition, s);
    expect(s.postMortem).toContain('given up because');
    expect(s.from).toBe('base');
    s = [...round(), ...round()].reduce(transition, s);
    expect(s.end?.outcome).toBe('stuck');
  });

  it('plans again from what a reading plan showed, without a test run', () => {
    const s = after([initialised, planned(), coded('base', { changed: false, readings: ['a.py: …'], diffHash: '' })]);
    expect(next(s)).toBe('plan');
  });

  it('ends when the reflector gives up', () => {
    expect(after([initialised, planned(), coded('c1'), tested(verdict(['checks_pass'])), reflected(true)]).end?.outcome).toBe('not_green');
  });

  it.each([
    ['cancelled', 'test'],
    ['no_model', 'test'],
  ] as const)('goes on where a %s run stopped', (outcome, todo) => {
    const stopped = after([initialised, planned(), coded('c1'), { type: 'failed', outcome, code: outcome, message: 'm' }]);
    expect(next(stopped)).toBe('finish');
    expect(next(transition(stopped, { type: 'resumed', approved: [] }))).toBe(todo);
  });

  it('requires proof when told to', () => {
    const weak = { ...verdict(), proof: 'unchanged_behaviour' as const };
    expect(next(after([initialised, planned(), coded('c1'), tested(weak)], { requireProof: true }))).toBe('reflect');
  });

  it('keeps a green change out of the directory with apply never', () => {
    const s = after([initialised, planned(), coded('c1'), tested(verdict())], { apply: 'never' as never });
    expect(s.end?.outcome).toBe('green');
    expect(s.applied).toBeUndefined();
  });

  it('never changes a state in place', () => {
    const events = [initialised, planned(), coded('c1'), tested(verdict(['checks_pass'])), reflected()];
    let s = initialState(limits);
    for (const event of events) {
      const copy = structuredClone(s);
      const after_ = transition(s, event);
      expect(s).toEqual(copy);
      s = after_;
    }
  });
});
