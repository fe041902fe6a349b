import pc from 'picocolors';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Level, Phase, RunEvent } from '../../core/events.ts';
import { describe as describeEvent } from './describe.ts';
import { frame } from './frame.ts';
import { jsonView, liveView, plainView } from './live.ts';
import { foldView, initialView } from './state.ts';
import { cells, clean, count, cut, dollars, duration, jsonText, oneLine } from './text.ts';

const plainColors = pc.createColors(false);

function event(name: string, data: Record<string, unknown> = {}, at: { phase?: Phase; iteration?: number; level?: Level } = {}): RunEvent {
  return { timestamp: '2026-01-01T00:00:00.000Z', level: at.level ?? 'info', task_id: '20260101-000000-abcd', iteration: at.iteration ?? 0, phase: at.phase ?? 'init', event: name, data };
}

const STEPS = [
  { id: 's1', action: 'edit_file', why: 'read the zone', dependsOn: [], path: 'src/dates.py' },
  { id: 's2', action: 'run_tests', why: 'see them green', dependsOn: ['s1'] },
];
const it1 = { iteration: 1 };

/** A run as the engine tells it: red, one discarded attempt, green. */
const SCRIPT: RunEvent[] = [
  event('run_started', { request: 'parse dates with a zone', directory: '/p' }),
  event('model_selected', { role: 'planner', provider: 'openai-compatible', model: 'qwen3' }),
  event('sandbox_ready', { rung: 'A' }),
  event('project_detected', { languages: ['python'], checks: [{ id: 'pytest', cwd: '', why: 'tests/' }], files: 12 }),
  event('baseline_started', { checks: ['pytest'] }),
  event('check_finished', { check: 'pytest', status: 'failed', line: '12 passed, 1 failed', ms: 1234 }),
  event('baseline_finished', { passed: 12, failed: 1, skipped: 0, broken: 0, flaky: [] }),
  event('planning_started', { attempt: 1 }, { ...it1, phase: 'planning' }),
  event('text', { text: '{"summary": "read' }, { ...it1, phase: 'planning' }),
  event('model_call', { role: 'planner', inputTokens: 1200, outputTokens: 300, cost: 0.0042, ms: 2500, totalTokens: 1500, totalCost: 0.0042 }, { ...it1, phase: 'planning' }),
  event('plan_ready', { summary: 'Read the zone', steps: STEPS, checks: [] }, { ...it1, phase: 'planning' }),
  event('step_started', { step: 's1', action: 'edit_file' }, { ...it1, phase: 'coding' }),
  event('step_finished', { step: 's1', action: 'edit_file', ok: true, summary: '1 edit in src/dates.py' }, { ...it1, phase: 'coding' }),
  event('step_started', { step: 's2', action: 'run_tests' }, { ...it1, phase: 'coding' }),
  event('step_finished', { step: 's2', action: 'run_tests', ok: false, message: 'time-out' }, { ...it1, phase: 'coding' }),
  event('attempt_discarded', { step: 's2', reason: 'time-out' }, { ...it1, phase: 'coding', level: 'warn' }),
  event('verdict', { green: false, rules: [{ rule: 'checks_pass', ok: false, detail: 'test_zone fails' }, { rule: 'tests_ran', ok: true, detail: '' }], passed: 12, failed: 1, skipped: 0 }, { ...it1, phase: 'testing' }),
  event('reflection', { hypothesis: 'the sign is lost', advice: 'keep it', giveUp: false }, { ...it1, phase: 'reflecting' }),
  event('verdict', { green: true, rules: [], passed: 13, failed: 0, skipped: 0 }, { iteration: 2, phase: 'testing' }),
  event('approval_requested', { id: 'apply', kind: 'apply', subject: 'Apply 1 file(s) to /p?' }, { iteration: 2, phase: 'testing' }),
  event('approval_answered', { id: 'apply', answer: 'approved' }, { iteration: 2, phase: 'testing' }),
  event('apply_started', { files: 1 }, { iteration: 2, phase: 'testing' }),
  event('applied', { files: [{ path: 'src/dates.py', kind: 'modified', merged: false }] }, { iteration: 2, phase: 'done' }),
  event('outcome', { outcome: 'green' }, { iteration: 2, phase: 'done' }),
];

describe('plain lines', () => {
  it('tell a run from start to end', () => {
    let out = '';
    const view = plainView({ write: (text) => (out += text), colors: plainColors });
    SCRIPT.forEach((e) => view.event(e));
    view.close();
    expect(out).toMatchInlineSnapshot(`
      "run 20260101-000000-abcd: parse dates with a zone
      model planner qwen3 (openai-compatible)
      sandbox rung A
      project: python, checks pytest
      baseline: running the checks before the first change
      check pytest: 12 passed, 1 failed · 1.2 s
      before: 12 passed, 1 failed
      iteration 1: planning
      model planner: 1.5k tokens, $0.0042, 2.5 s
      plan: Read the zone · 2 steps
      ▸ s1 edit_file
      ✓ s1 edit_file: 1 edit in src/dates.py
      ▸ s2 run_tests
      ✗ s2 run_tests: time-out
      attempt discarded: step s2: time-out
      iteration 1: not green: 12 passed, 1 failed; test_zone fails
      reflection: the sign is lost → keep it
      iteration 2: green
      approval needed: Apply 1 file(s) to /p? (apply)
      approved: apply
      applying the change
      applied: 1 file (src/dates.py)
      "
    `);
  });

  it('say every 30 seconds what a run waits for, until that has come', () => {
    vi.useFakeTimers();
    let out = '';
    const view = plainView({ write: (text) => (out += text), colors: plainColors });
    const waited = () => {
      out = '';
      vi.advanceTimersByTime(60_000);
      return out;
    };
    view.event(event('planning_started'));
    expect(waited()).toBe('asking planner … 30 s\nasking planner … 1m 00s\n');
    view.event(event('model_call', { role: 'planner' }));
    expect(waited(), 'the reply was refused and is asked for again').toBe('asking planner … 1m 30s\nasking planner … 2m 00s\n');
    view.event(event('plan_ready'));
    expect(waited()).toBe('');
    view.event(event('step_started', { step: 's1', action: 'refactor_code' }));
    expect(waited()).toBe('step s1 refactor_code … 30 s\nstep s1 refactor_code … 1m 00s\n');
    view.event(event('step_finished', { step: 's1', action: 'refactor_code', ok: true }));
    expect(waited()).toBe('');
    view.event(event('verdict', { green: false }));
    expect(waited()).toBe('asking reflector … 30 s\nasking reflector … 1m 00s\n');
    view.event(event('verdict', { green: true }));
    expect(waited()).toBe('');
    for (const end of [view.pause, view.close]) {
      view.event(event('planning_started'));
      end();
      expect(waited()).toBe('');
    }
    vi.useRealTimers();
  });

  it.each<[string, RunEvent, string | undefined]>([
    ['a checkpoint is named by eight digits', event('step_finished', { step: 's1', action: 'backup_file', ok: true, summary: `Kept a.py under checkpoint ${'0123abcd'.repeat(5)}.` }), '✓ s1 backup_file: Kept a.py under checkpoint 0123abcd.'],
    ['so is one of SHA-256', event('step_finished', { step: 's1', ok: true, summary: `checkpoint ${'0123abcd'.repeat(8)}` }), '✓ s1: checkpoint 0123abcd'],
    ['an unknown event shows its name and message', event('cache_warmed', { message: '3 files' }), 'cache warmed: 3 files'],
    ['an unknown event without a message shows its name', event('cache_warmed'), 'cache warmed'],
    ['escapes and controls of a project are removed', event('warning', { message: '\u001B[31mred\u001B[0m\u0007 a\nb \u202Etxet' }), 'warning: red a b txet'],
    ['names from the object prototype are unknown events', event('constructor', { message: 'x' }), 'constructor: x'],
    ['a plan problem names its reason', event('plan_problem', { code: 'cycle', message: 's1 waits for itself' }), 'plan refused: s1 waits for itself'],
    ['no sandbox is said aloud', event('sandbox_ready', { rung: 'none' }), 'no sandbox: commands run with your rights, as asked'],
    ['streamed text is no line', event('text', { text: 'x' }), undefined],
    ['a conflict names what it is about', event('apply_conflict', { message: 'a.py changed meanwhile' }), 'not applied: a.py changed meanwhile'],
    ['data of another type does no harm', event('plan_ready', { steps: 'none', summary: 7 }), 'plan: 0 steps'],
  ])('%s', (_title, e, expected) => {
    expect(describeEvent(e)?.text).toBe(expected);
  });
});

describe('the live frame', () => {
  const stateAt = (index: number) => SCRIPT.slice(0, index + 1).reduce(foldView, initialView());
  const at = (name: string, nth = 0) => SCRIPT.map((e, i) => (e.event === name ? i : -1)).filter((i) => i >= 0)[nth] ?? -1;
  const draw = (index: number, columns = 60, rows = 24) => frame(stateAt(index), { columns, rows, elapsed: 65_000, colors: plainColors }).join('\n');

  it('shows what is going on while the model writes', () => {
    expect(draw(at('text'))).toMatchInlineSnapshot(`
      "planning · iteration 1 · planning  1m 05s
      tests 12 passed, 1 failed
      model qwen3 · sandbox A
      › {"summary": "read"
    `);
  });
  it('shows the plan with the state of each step, the tests and the spending', () => {
    expect(draw(at('attempt_discarded'))).toMatchInlineSnapshot(`
      "coding · iteration 1  1m 05s
       ✓ s1  edit_file  read the zone
       ✗ s2  run_tests  see them green
      tests 12 passed, 1 failed
      1.5k tokens · $0.0042 · model qwen3 · sandbox A"
    `);
  });
  it('shows tests before and now', () => {
    expect(draw(at('verdict', 1))).toMatchInlineSnapshot(`
      "testing · iteration 2  1m 05s
       ✓ s1  edit_file  read the zone
       ✗ s2  run_tests  see them green
      tests 12 passed, 1 failed → 13 passed
      1.5k tokens · $0.0042 · model qwen3 · sandbox A"
    `);
  });
  it.each([20, 40, 80])('keeps every line within %i columns', (columns) => {
    const wide = foldView(stateAt(at('plan_ready')), event('step_started', { step: 's9', action: '日本語のとても長い名前', why: '🛠 '.repeat(60) }, { phase: 'coding', iteration: 1 }));
    for (const line of frame(wide, { columns, rows: 24, elapsed: 0, colors: plainColors })) expect(cells(line)).toBeLessThan(columns);
  });
  it('fits a long plan into a small terminal, around the running step', () => {
    const steps = Array.from({ length: 50 }, (_, i) => ({ id: `s${i}`, action: 'edit_file', why: '' }));
    let view = foldView(initialView(), event('plan_ready', { steps }, { phase: 'coding', iteration: 1 }));
    view = foldView(view, event('step_started', { step: 's30' }, { phase: 'coding', iteration: 1 }));
    const lines = frame(view, { columns: 40, rows: 12, elapsed: 0, colors: plainColors });
    expect(lines.length).toBeLessThan(12);
    expect(lines.join('\n')).toContain('▸ s30');
    expect(lines.join('\n')).toContain('45 steps more');
  });
});

describe('the live view', () => {
  function play(script: RunEvent[]) {
    let out = '';
    vi.useFakeTimers();
    const view = liveView({ write: (text) => (out += text), columns: () => 60, rows: () => 24, now: () => Date.now(), colors: plainColors }, { maxIterations: 15 });
    for (const e of script) {
      vi.advanceTimersByTime(10);
      view.event(e);
    }
    return { view, out: () => out };
  }
  afterEach(() => vi.useRealTimers());
  /** What a terminal shows after the bytes: enough of one for cursor-up, carriage return and erase below. */
  // oxlint-disable no-control-regex
  function terminal(bytes: string): string {
    const lines: string[] = [''];
    let row = 0;
    for (const token of bytes.match(/\u001B\[[?\d]*[A-Za-z]|\n|\r|[^\u001B\n\r]+/g) ?? []) {
      if (token === '\n') lines[(row += 1)] ??= '';
      else if (/^\u001B\[(\d+)A$/.test(token)) row -= Number(token.slice(2, -1));
      else if (token === '\u001B[J') lines.length = row;
      else if (!token.startsWith('\u001B') && token !== '\r') lines[row] = (lines[row] ?? '') + token;
    }
    return lines.join('\n').trimEnd();
  }

  it('leaves only what is kept, and gives the cursor back', () => {
    const { view, out } = play(SCRIPT);
    view.close();
    expect(terminal(out())).toMatchInlineSnapshot(`
      "before: 12 passed, 1 failed
      plan: Read the zone · 2 steps
      ✗ s2 run_tests: time-out
      attempt discarded: step s2: time-out
      iteration 1: not green: 12 passed, 1 failed; test_zone fails
      reflection: the sign is lost → keep it
      iteration 2: green
      approval needed: Apply 1 file(s) to /p? (apply)
      approved: apply
      applied: 1 file (src/dates.py)"
    `);
    expect(out().endsWith('\u001B[?25h')).toBe(true);
    expect(out().split('\u001B[?25l').length).toBe(2);
  });
  it('shows one frame below the kept lines while it runs', () => {
    const { view, out } = play(SCRIPT.slice(0, 11));
    vi.advanceTimersByTime(100);
    expect(terminal(out())).toMatchInlineSnapshot(`
      "before: 12 passed, 1 failed
      plan: Read the zone · 2 steps
      planning · iteration 1/15  0.2 s
       · s1  edit_file  read the zone
       · s2  run_tests  see them green
      tests 12 passed, 1 failed
      1.5k tokens · $0.0042 · model qwen3 · sandbox A"
    `);
    view.close();
  });
  it.each(['text', 'warning'])('draws no more than ten times a second, however many events of %s come', (name) => {
    const { view, out } = play(Array.from({ length: 300 }, (_, i) => event(name, { message: `m${i}` }))); // three seconds
    view.close();
    expect(out().match(/init/g)?.length).toBeLessThanOrEqual(31);
    expect(terminal(out()).match(/^warning: m/gm)?.length ?? 0).toBe(name === 'warning' ? 300 : 0);
  });
  it('clears itself for a question and comes back after it', () => {
    const { view, out } = play(SCRIPT.slice(0, 3));
    view.pause();
    expect(terminal(out())).toBe('');
    expect(out().endsWith('\u001B[?25h')).toBe(true);
    view.event(event('warning', { message: 'meanwhile' }));
    expect(terminal(out())).toBe('');
    view.resume();
    expect(terminal(out())).toMatch(/^warning: meanwhile\n[^]*sandbox A$/);
    view.close();
    view.close();
  });
});

describe('JSON lines', () => {
  it('are the events as they are; the outcome is left to the command', () => {
    const lines: string[] = [];
    const view = jsonView((text) => lines.push(text));
    SCRIPT.forEach((e) => view.event(e));
    expect(lines.map((line) => JSON.parse(line) as RunEvent)).toEqual(SCRIPT.slice(0, -1));
    expect(lines.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(true);
  });
});

describe('texts', () => {
  it.each([
    ['plain', 5], ['日本', 4], ['e\u0301', 1], ['🛠️ok', 4], ['\u001B[31mred\u001B[0m', 3],
  ])('%j takes %i cells', (text, width) => {
    expect(cells(text)).toBe(width);
  });
  it.each([
    ['abcdef', 6, 'abcdef'], ['abcdef', 5, 'abcd…'], ['日本語', 5, '日本…'], ['日本語', 4, '日…'], ['abc', 0, ''],
  ])('%j cut to %i is %j', (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });
  it.each([[0, '0.0 s'], [430, '0.4 s'], [12_300, '12 s'], [185_000, '3m 05s'], [3_725_000, '1h 02m']])('%i ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
  it.each([[950, '950'], [12_345, '12.3k'], [999_949, '999.9k'], [999_950, '1.0M'], [1_234_567, '1.2M']])('%i is %s', (n, text) => {
    expect(count(n)).toBe(text);
  });
  it('small sums keep their digits', () => {
    expect([dollars(0.0042), dollars(1.5)]).toEqual(['$0.0042', '$1.50']);
  });
  it('nothing that could steer a terminal is left', () => {
    expect(clean('a\u001B]0;title\u0007b\u009B31mc\rd\te\nf\u2066g')).toBe('abcd\te\nfg');
    expect(oneLine(' a\r\n\tb ')).toBe('a b');
  });
});

describe('JSON in a terminal', () => {
  it.each([{ a: '\u009b2J\u001b[2J\u007f' }, ['é', { ü: null }], 'x\ny', undefined])('%j means the same and holds no control', (value) => {
    const text = jsonText(value);
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(JSON.parse(text)).toEqual(value ?? null);
  });
});
