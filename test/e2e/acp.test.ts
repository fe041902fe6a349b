import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AcpLab } from '../support/acp-lab.ts';
import { FIX, NODE_PROJECT, plan, snapshot } from '../support/lab.ts';

let lab: AcpLab;
beforeAll(async () => {
  lab = await AcpLab.open();
});
afterAll(() => lab.close());

const node = (more: Record<string, string> = {}) => lab.project({ ...NODE_PROJECT, ...more });

describe('a goal from an editor', () => {
  it('is a plan whose entries change, tool calls with diffs, test results and a question; allowed, it is applied, and /undo takes it back', async () => {
    const directory = await node();
    const before = await snapshot(directory);
    const editor = await lab.editor();
    const session = await editor.session(directory);
    lab.answer(plan(FIX));
    const response = await editor.prompt(session, 'add is wrong');
    expect(response).toMatchObject({ stopReason: 'end_turn', _meta: { untilgreen: { outcome: 'green', exitCode: 0 } } });
    expect(await readFile(join(directory, 'calc.js'), 'utf8')).toContain('return a + b');
    expect(await editor.prompt(session, '/undo')).toMatchObject({ stopReason: 'end_turn' });
    expect(await snapshot(directory)).toEqual(before);
  });
});
