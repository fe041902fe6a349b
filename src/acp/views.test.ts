import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionUpdate } from '@agentclientprotocol/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../core/events.ts';
import { AskView } from './ask-view.ts';
import { Calls } from './calls.ts';
import { RunView } from './run-view.ts';

let root: string;
let directory: string;
let bench: string;
let calls: Calls;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ug-views-'));
  directory = join(root, 'project');
  bench = join(root, 'run', 'workbench');
  for (const place of [directory, bench]) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'a.py'), 'x = 1\n');
  }
  let n = 0;
  calls = new Calls(() => `c${(n += 1)}`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const event = (name: string, data: Record<string, unknown> = {}, phase: RunEvent['phase'] = 'coding'): RunEvent => ({ timestamp: '', level: 'info', task_id: 'r1', iteration: 1, phase, event: name, data });
const view = (replay = false) => new RunView({ directory, calls, applies: true, window: 1_000, replay });
const started = () => event('run_started', { folder: join(root, 'run'), request: 'x' });
const ready = event('plan_ready', { summary: 's', steps: [{ id: 's1', action: 'edit_file', path: 'a.py', why: '' }] });
const step = { step: 's1', action: 'edit_file', why: '' };
const diffs = (updates: SessionUpdate[]) => updates.flatMap((update) => (update.sessionUpdate === 'tool_call_update' ? (update.content ?? []).filter(({ type }) => type === 'diff') : []));

/** One step that writes a text. */
function write(run: RunView, text: string): SessionUpdate[] {
  run.updates(event('step_started', step));
  writeFileSync(join(bench, 'a.py'), text);
  return run.updates(event('step_finished', { ...step, ok: true, summary: 'done', changed: ['a.py'] }));
}

describe('RunView', () => {
  it('shows what each step changed, against what it found: a later attempt starts from files put back', () => {
    const run = view();
    run.updates(started());
    run.updates(ready);
    expect(diffs(write(run, 'x = 2\n'))).toEqual([{ type: 'diff', path: join(directory, 'a.py'), oldText: 'x = 1\n', newText: 'x = 2\n' }]);
    expect(diffs(write(run, 'x = 3\n'))).toMatchObject([{ oldText: 'x = 2\n', newText: 'x = 3\n' }]);
    writeFileSync(join(bench, 'a.py'), 'x = 1\n');
    expect(diffs(write(run, 'x = 4\n'))).toMatchObject([{ oldText: 'x = 1\n', newText: 'x = 4\n' }]);
    expect(calls.end()).toEqual([]);
  });

  it('looks at no file when it tells a run again, and ends what a run left open', () => {
    const run = view(true);
    run.updates(started());
    run.updates(ready);
    expect(diffs(write(run, 'x = 2\n'))).toEqual([]);
    run.updates(event('check_started', { check: 'pytest' }, 'testing'));
    expect(calls.end()).toEqual([{ sessionUpdate: 'tool_call_update', toolCallId: 'c2', status: 'failed' }]);
  });

  it('knows from an earlier process which files are applied, and says nothing of them again', () => {
    const run = view();
    run.recall([ready, event('step_finished', { ...step, ok: true, changed: ['a.py'] })]);
    expect(run.updates(event('run_resumed', { folder: join(root, 'run') }))).toMatchObject([{ content: { text: 'Going on where the run stopped.\n\n' } }]);
    run.updates(event('apply_started', { files: 1 }));
    writeFileSync(join(directory, 'a.py'), 'x = 9\n');
    expect(diffs(run.updates(event('applied', { files: [{ path: 'a.py', kind: 'modified' }] })))).toMatchObject([{ oldText: 'x = 1\n', newText: 'x = 9\n' }]);
  });

  it('tells a conflict on the call of the apply', () => {
    const run = view();
    run.updates(event('apply_started', { files: 2 }));
    expect(run.updates(event('apply_conflict', { message: 'a.py was changed meanwhile' }))).toMatchObject([{ status: 'failed', content: [{ content: { text: 'a.py was changed meanwhile' } }] }]);
  });
});

describe('AskView', () => {
  it('keeps two tools apart that are made at once', () => {
    const ask = new AskView(calls);
    const told = [
      ...ask.updates('specifying', { need: 'one' }), ...ask.updates('specifying', { need: 'two' }),
      ...ask.updates('specified', { tool: 'a', signature: 'def a()' }), ...ask.updates('specified', { tool: 'b', signature: 'def b()' }),
      ...ask.updates('gate', { tool: 'b', gate: 'cold_run', ok: false, says: 'no' }), ...ask.updates('not_made', { need: 'two', reason: 'no' }), ...ask.updates('registered', { tool: 'a', version: '1.0.0' }),
    ];
    expect(told.at(-1)).toMatchObject({ toolCallId: 'c1', status: 'completed', content: [{ content: { text: 'Specified: `def a()`\n\nKept as a 1.0.0.' } }] });
    expect(told.at(-2)).toMatchObject({ toolCallId: 'c2', status: 'failed', content: [{ content: { text: 'Specified: `def b()`\n\n✗ cold run: no\n\nNot made: no' } }] });
    expect(calls.end()).toEqual([]);
  });

  it('says nothing of events that it does not know', () => {
    expect(new AskView(calls).updates('toString', {})).toEqual([]);
    expect(new AskView(calls).updates('gate', { tool: 'x' })).toEqual([]);
  });
});
