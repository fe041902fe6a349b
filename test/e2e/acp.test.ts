import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { McpServerStdio } from '@agentclientprotocol/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCapabilities } from '../../src/capabilities/engine.ts';
import { PERCENTAGE, scriptedModels } from '../../src/capabilities/testing/scripted.ts';
import { AcpLab } from '../support/acp-lab.ts';
import { FIX, NODE_PROJECT, plan, reflection, snapshot } from '../support/lab.ts';

let lab: AcpLab;
beforeAll(async () => {
  lab = await AcpLab.open();
});
afterAll(() => lab.close());

const node = (more: Record<string, string> = {}) => lab.project({ ...NODE_PROJECT, ...more });
const calc = (directory: string) => readFile(join(directory, 'calc.js'), 'utf8');
const WRONG: typeof FIX = ['edit_file', { path: 'calc.js', edits: [{ oldText: '  return a - b;', newText: '  return b - a;' }] }];
const REST: typeof FIX = ['edit_file', { path: 'calc.js', edits: [{ oldText: 'return b - a;', newText: 'return a + b;' }] }];
const GREEN = { stopReason: 'end_turn', _meta: { untilgreen: { outcome: 'green', exitCode: 0 } } };

describe('a goal from an editor', { timeout: 120_000 }, () => {
  it('is a plan whose entries change, tool calls with diffs and test results, and a question; allowed, it is applied, and /undo takes it back', async () => {
    const directory = await node();
    const before = await snapshot(directory);
    const editor = await lab.editor();
    const session = await editor.session(directory);
    lab.answer(plan(FIX));
    expect(await editor.prompt(session, 'add is wrong')).toMatchObject(GREEN);
    expect(await calc(directory)).toContain('return a + b');

    const path = join(directory, 'calc.js');
    const plans = editor.updates('plan').map(({ entries }) => entries.map((entry) => `${entry.status} ${entry.content}`));
    expect(plans[0]).toContain('pending Edit calc.js: because');
    expect(plans.some((entries) => entries.includes('in_progress Edit calc.js: because'))).toBe(true);
    expect(plans.at(-1)?.every((entry) => entry.startsWith('completed'))).toBe(true);
    expect(plans.at(-1)?.slice(-2)).toEqual(['completed Run the checks', 'completed Apply the change']);

    const calls = editor.calls();
    const diff = { type: 'diff', path, oldText: expect.stringContaining('a - b'), newText: expect.stringContaining('a + b') };
    expect(calls.every(({ status, title }) => status === (title === 'Before the change: node:test' ? 'failed' : 'completed'))).toBe(true);
    expect(calls.find(({ title }) => title === 'Before the change: node:test')).toMatchObject({ kind: 'execute', content: [{ content: { text: expect.stringContaining('1 failed') } }] });
    expect(calls.find(({ title }) => title === 'Edit calc.js')).toMatchObject({ kind: 'edit', locations: [{ path }], content: [{}, diff] });
    expect(calls.at(-1)).toMatchObject({ title: 'Apply the change of 1 file', kind: 'edit', locations: [{ path }], content: [diff] });
    expect(editor.asked).toMatchObject([{ sessionId: session, toolCall: { toolCallId: calls.at(-1)?.['toolCallId'], content: [diff], locations: [{ path, line: 2 }] }, options: [{ kind: 'allow_once' }, { kind: 'reject_once' }] }]);
    expect(editor.updates('usage_update')).toMatchObject([{ used: expect.any(Number), size: 32_000 }]);
    expect(editor.words()).toMatch(/Before the change: 1 passed, 1 failed\.[^]*Plan: edit_file\.[^]*Green: 2 passed; 1 test that failed before now passes\.[^]*`\/undo` takes it back/);

    expect(await editor.prompt(session, '/undo')).toMatchObject({ stopReason: 'end_turn' });
    expect(await snapshot(directory)).toEqual(before);
    expect(editor.words()).toContain('restored `calc.js`');
    await expect(editor.prompt(session, '/undo')).rejects.toMatchObject({ code: -32602, data: { code: 'nothing_to_undo' } });
  });

  it('is not applied when it is rejected; a question that is left open is asked again by /resume', async () => {
    const directory = await node();
    const before = await snapshot(directory, { times: true });
    const answers = ['reject_once', 'cancelled', 'fail', 'allow_once'] as const;
    const editor = await lab.editor({ permission: () => answers[editor.asked.length - 1] ?? 'allow_once', buffers: { [join(directory, 'calc.js')]: '// not saved yet\n' } });
    const session = await editor.session(directory);
    lab.answer(plan(FIX));
    expect(await editor.prompt(session, 'add is wrong')).toMatchObject({ stopReason: 'end_turn', _meta: { untilgreen: { outcome: 'not_green', exitCode: 1 } } });
    expect(editor.calls().at(-1)).toMatchObject({ title: 'Apply the change of 1 file', status: 'failed' });
    expect(editor.words()).toContain('Not saved in the editor: calc.js.');

    lab.answer(plan(FIX));
    expect(await editor.prompt(session, 'add is still wrong')).toMatchObject({ stopReason: 'end_turn', _meta: { untilgreen: { outcome: 'approval', exitCode: 4 } } });
    expect(await snapshot(directory, { times: true })).toEqual(before);
    expect(await editor.prompt(session, '/resume')).toMatchObject({ stopReason: 'end_turn', _meta: { untilgreen: { outcome: 'approval' } } });
    expect(editor.words()).toContain('The editor could not ask');
    expect(await editor.prompt(session, '/resume')).toMatchObject(GREEN);
    expect(editor.asked).toHaveLength(4);
    expect(await calc(directory)).toContain('return a + b');
  });

  it('asks about a protected test apart from the apply, with its facts', async () => {
    const directory = await node();
    const loosen = plan(['edit_file', { path: 'test/calc.test.js', edits: [{ oldText: 'assert.equal(add(2, 3), 5);', newText: 'assert.equal(add(2, 3), -1);' }] }]);
    const editor = await lab.editor({ permission: ({ toolCall }) => (toolCall.title?.includes('calc.test.js') ? 'allow_once' : 'reject_once') });
    const session = await editor.session(directory);
    lab.answer(loosen, reflection(), loosen);
    expect(await editor.prompt(session, 'add subtracts; that is right')).toMatchObject({ stopReason: 'end_turn', _meta: { untilgreen: { outcome: 'not_green' } } });
    expect(editor.asked.map(({ toolCall }) => toolCall)).toMatchObject([
      { kind: 'edit', title: expect.stringContaining('test/calc.test.js'), content: [{ content: { text: expect.stringMatching(/^Tests are protected[^]*path: test\/calc\.test\.js/) } }] },
      { kind: 'edit', title: 'Apply the change of 1 file' },
    ]);
    expect(editor.words()).toMatch(/Attempt 1 is not green: [^]*test/);
  });

  it('uses the MCP servers of the editor where the user lets runs use such tools, and asks before a call that may act', async () => {
    const directory = await node();
    const editor = await lab.editor({}, { configFor: async (path) => {
      const config = await lab.configFor(path);
      config.settings.mcp.use_in_runs = true;
      return config;
    } });
    const server: McpServerStdio = { name: 'tickets', command: process.execPath, args: [join(import.meta.dirname, '../mcp/tickets-server.mjs')], env: [] };
    const { sessionId } = await editor.agent.request('session/new', { cwd: directory, mcpServers: [server] });
    lab.answer(plan(['tickets__find', { query: 'add' }], ['tickets__pid', {}], FIX));
    expect(await editor.prompt(sessionId, 'see the tickets about add')).toMatchObject(GREEN);
    expect(editor.asked.map(({ toolCall }) => toolCall.title)).toEqual(['Call tickets__pid with {}', 'Apply the change of 1 file']);
    expect(editor.calls().find(({ title }) => title === 'tickets__find')).toMatchObject({ kind: 'other', status: 'completed' });
  });

  it('stops when it is cancelled, at work or at a question, changes nothing, and goes on by /resume', async () => {
    const directory = await node();
    const before = await snapshot(directory, { times: true });
    let hang = true;
    const editor = await lab.editor({ permission: () => (hang ? 'hang' : 'allow_once') });
    const session = await editor.session(directory);
    lab.answer(plan(WRONG), () => {
      void editor.agent.notify('session/cancel', { sessionId: session });
      return 'hang';
    });
    expect(await editor.prompt(session, 'add is wrong')).toMatchObject({ stopReason: 'cancelled' });
    expect(editor.words()).toContain('`/resume` goes on');
    expect(editor.calls().some(({ status }) => status === 'in_progress' || status === 'pending')).toBe(false);

    lab.answer(reflection(), plan(REST));
    const asking = editor.prompt(session, '/resume');
    await editor.until(() => editor.asked.length === 1);
    await expect(editor.prompt(session, 'meanwhile')).rejects.toMatchObject({ code: -32600, data: { code: 'run_busy' } });
    await editor.agent.notify('session/cancel', { sessionId: session });
    expect(await asking).toMatchObject({ stopReason: 'cancelled' });
    expect(await snapshot(directory, { times: true })).toEqual(before);

    hang = false;
    lab.answer();
    expect(await editor.prompt(session, '/resume')).toMatchObject(GREEN);
    expect(await calc(directory)).toContain('return a + b');
  });
});

describe('modes', { timeout: 120_000 }, () => {
  it('plan shows a plan that /go carries out, green asks nobody, never leaves the files alone and shows the change', async () => {
    const directory = await node();
    const before = await snapshot(directory, { times: true });
    const editor = await lab.editor();
    const { sessionId, modes } = await editor.agent.request('session/new', { cwd: directory, mcpServers: [] });
    expect(modes).toMatchObject({ currentModeId: 'ask' });
    expect(modes?.availableModes.map(({ id }) => id)).toEqual(['ask', 'green', 'never', 'plan']);
    await expect(editor.agent.request('session/set_mode', { sessionId, modeId: 'yolo' })).rejects.toMatchObject({ code: -32602 });
    await expect(editor.prompt(sessionId, '/go')).rejects.toMatchObject({ code: -32602 });

    await editor.agent.request('session/set_mode', { sessionId, modeId: 'plan' });
    lab.answer(plan(FIX));
    expect(await editor.prompt(sessionId, 'add is wrong')).toMatchObject({ stopReason: 'end_turn', _meta: { untilgreen: { outcome: 'planned', plan: { steps: expect.any(Array) } } } });
    expect(editor.words()).toContain('`/go` carries it out');

    await editor.agent.request('session/set_mode', { sessionId, modeId: 'never' });
    lab.answer();
    expect(await editor.prompt(sessionId, '/go')).toMatchObject(GREEN);
    expect(editor.calls().at(-1)).toMatchObject({ title: 'The change, not applied', status: 'completed', content: [{}, { type: 'diff', newText: expect.stringContaining('a + b') }] });
    expect(await snapshot(directory, { times: true })).toEqual(before);

    await editor.agent.request('session/set_mode', { sessionId, modeId: 'green' });
    expect(await editor.prompt(sessionId, '/go')).toMatchObject(GREEN);
    expect(editor.asked).toEqual([]);
    expect(editor.calls().at(-1)).toMatchObject({ title: 'Apply 1 file', status: 'completed', content: [{ oldText: expect.stringContaining('a - b'), newText: expect.stringContaining('a + b') }] });
    expect(await calc(directory)).toContain('return a + b');
  });
});

describe('sessions', { timeout: 120_000 }, () => {
  it('work side by side, are listed, are told again to another editor that loads them, and are forgotten when they are deleted', async () => {
    const [one, two] = [await node(), await node()];
    const editor = await lab.editor();
    const [first, second] = [await editor.session(one), await editor.session(two)];
    lab.answer(plan(FIX), plan(FIX));
    const responses = await Promise.all([editor.prompt(first, 'add is wrong in one'), editor.prompt(second, 'add is wrong in two')]);
    expect(responses).toMatchObject([GREEN, GREEN]);
    for (const directory of [one, two]) expect(await calc(directory)).toContain('return a + b');
    for (const [session, directory] of [[first, one], [second, two]] as const) {
      expect(editor.calls(session).flatMap(({ locations }) => locations ?? []).every(({ path }) => path.startsWith(directory))).toBe(true);
    }

    const other = await lab.editor();
    expect((await other.agent.request('session/list', { cwd: one })).sessions).toMatchObject([{ sessionId: first, cwd: one, title: 'add is wrong in one' }]);
    await expect(other.agent.request('session/load', { sessionId: first, cwd: two, mcpServers: [] })).rejects.toMatchObject({ code: -32602, data: { directory: one } });
    await other.agent.request('session/load', { sessionId: first, cwd: one, mcpServers: [] });
    expect(other.updates('user_message_chunk')).toMatchObject([{ content: { text: 'add is wrong in one' } }]);
    const shown = (calls: Record<string, any>[]) => calls.map(({ title, status }) => `${status} ${title}`);
    expect(shown(other.calls())).toEqual(shown(editor.calls(first)).map((call) => call.replace('Apply the change of 1 file', 'Apply 1 file')));
    expect(other.updates('plan').at(-1)).toEqual(editor.updates('plan', first).at(-1));
    expect(other.words()).toContain('Green: 2 test(s) pass');
    await other.prompt(first, '/undo');
    expect(await calc(one)).toContain('return a - b');

    await other.agent.request('session/delete', { sessionId: first });
    await expect(other.agent.request('session/resume', { sessionId: first, cwd: one, mcpServers: [] })).rejects.toMatchObject({ code: -32002 });
    // Its run is still there, as a session of its own.
    const [run] = (await other.agent.request('session/list', { cwd: one })).sessions;
    expect(run).toMatchObject({ sessionId: expect.stringMatching(/^2\d{7}-\d{6}-/), title: 'add is wrong in one' });
    expect(await other.agent.request('session/resume', { sessionId: run?.sessionId ?? '', cwd: one, mcpServers: [] })).toMatchObject({ modes: { currentModeId: 'ask' } });
  });
});

describe('/ask', { timeout: 120_000 }, () => {
  it('makes the tool that is missing, tells each gate, answers, and answers with the same tool from then on', async () => {
    const directory = await node();
    const models = scriptedModels([PERCENTAGE]);
    const editor = await lab.editor({}, {
      openCapabilities: async (config) => openCapabilities({ config: { ...config, settings: { ...config.settings, capabilities: { ...config.settings.capabilities, tools_dir: join(lab.home, 'tools') } } }, models }),
    });
    const session = await editor.session(directory);
    await editor.until(() => editor.updates('available_commands_update').length > 0);
    expect(editor.updates('available_commands_update')[0]?.availableCommands.map(({ name }) => name)).toEqual(['ask', 'plan', 'go', 'resume', 'undo']);
    expect(await editor.prompt(session, '/ask What is 15 percent of 300?')).toMatchObject({ stopReason: 'end_turn', _meta: { untilgreen: { outcome: 'answered', steps: [{ tool: 'calculate_percentage', made: true }] } } });
    expect(editor.words()).toContain('15 percent of 300 is 45.\n\nBy `calculate_percentage` 1.0.0.');
    expect(editor.calls()).toMatchObject([
      { title: expect.stringMatching(/^Make a tool: Calculate a percentage/), status: 'completed', content: [{ content: { text: expect.stringMatching(/Specified:[^]*✓ mutation[^]*✓ cold run[^]*Kept as calculate_percentage 1\.0\.0\./) } }] },
      { title: 'calculate_percentage 1.0.0, made for this request', status: 'completed', rawInput: { percent: 15, number: 300 }, content: [{ content: { text: '45' } }] },
    ]);
    await editor.prompt(session, '/ask What is 20 percent of 50?');
    expect(editor.calls().at(-1)).toMatchObject({ title: 'calculate_percentage 1.0.0', status: 'completed' });
    await editor.prompt(session, '/ask Write a poem about the sea');
    expect(editor.words()).toContain('That is not a computation.');
    await expect(editor.prompt(session, '/ask')).rejects.toMatchObject({ code: -32602 });
  });
});

describe('what cannot be done as it was asked', { timeout: 120_000 }, () => {
  it('is an error of the protocol that says why', async () => {
    const directory = await node();
    const editor = await lab.editor();
    const created = (params: object) => editor.agent.request('session/new', { cwd: directory, mcpServers: [], ...params });
    await expect(editor.prompt('nowhere', 'hello')).rejects.toMatchObject({ code: -32002 });
    await expect(created({ cwd: 'relative' })).rejects.toMatchObject({ code: -32602, message: expect.stringContaining('absolute') });
    await expect(created({ cwd: join(directory, 'missing') })).rejects.toMatchObject({ code: -32602, data: { code: 'directory_missing' } });
    await expect(created({ cwd: join(directory, 'calc.js') })).rejects.toMatchObject({ code: -32602, data: { code: 'not_a_directory' } });
    await expect(created({ cwd: '/' })).rejects.toMatchObject({ code: -32602, data: { code: 'directory_refused' } });
    const misled = await lab.project({ 'untilgreen.yaml': 'apply: sometimes\n' });
    await expect(created({ cwd: misled })).rejects.toMatchObject({ code: -32602, data: { code: 'config_invalid' } });
    await expect(created({ additionalDirectories: ['/tmp'] })).rejects.toMatchObject({ code: -32602 });
    await expect(editor.agent.request('session/load', { sessionId: '../../etc', cwd: directory, mcpServers: [] })).rejects.toMatchObject({ code: -32002 });
    await expect(editor.agent.request('session/new', { cwd: 5 } as never)).rejects.toMatchObject({ code: -32602 });
    await expect(editor.agent.request('terminal/dance', {})).rejects.toMatchObject({ code: -32601 });
    const session = await editor.session(directory);
    await expect(editor.prompt(session, '  ')).rejects.toMatchObject({ code: -32602, message: expect.stringContaining('empty') });
    await expect(editor.prompt(session, '/resume')).rejects.toMatchObject({ code: -32602, data: { code: 'run_unknown' } });
    expect(await editor.prompt(session, '/undoo')).toMatchObject({ stopReason: 'end_turn' });
    expect(editor.words()).toContain('There is no command /undoo');
    lab.answer({ status: 401, error: 'no such key' });
    await expect(editor.prompt(session, 'add is wrong')).rejects.toMatchObject({ code: -32603, data: { code: 'model_auth', outcome: 'no_model', exitCode: 8 } });
  });
});

describe('untilgreen acp', { timeout: 120_000 }, () => {
  it('speaks nothing but the protocol on standard output, answers what is malformed, and leaves a run that can be resumed when the editor goes', async () => {
    const directory = await node();
    await writeFile(join(lab.home, 'untilgreen.yaml'), 'memory: { embedder: ngram }\nverify: { baseline_runs: 1 }\n');
    lab.answer('hang');
    const child = lab.spawn(['--config', join(lab.home, 'untilgreen.yaml')]);
    const lines: Record<string, any>[] = [];
    let rest = '';
    const seen = (holds: (line: Record<string, any>) => boolean): Promise<void> => new Promise((resolve) => {
      const look = (): void => void (lines.some(holds) && resolve());
      child.stdout.on('data', look);
      look();
    });
    child.stdout.on('data', (piece) => {
      rest += String(piece);
      const whole = rest.split('\n');
      rest = whole.pop() ?? '';
      lines.push(...whole.map((line) => JSON.parse(line) as Record<string, any>));
    });
    const say = (message: unknown): void => void child.stdin.write(`${typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...(message as object) })}\n`);
    say({ id: 0, method: 'session/new', params: { cwd: directory, mcpServers: [] } });
    say('this is no JSON');
    say({ id: 1, method: 'initialize', params: { protocolVersion: 99 } });
    await seen(({ id }) => id === 1);
    expect(lines.find(({ id }) => id === 0)).toMatchObject({ error: { code: -32600 } });
    expect(lines.find(({ id }) => id === null)).toMatchObject({ error: { code: -32700 } });
    expect(lines.find(({ id }) => id === 1)).toMatchObject({ result: { protocolVersion: 1, agentInfo: { name: 'untilgreen' }, agentCapabilities: { loadSession: true } } });
    say({ id: 2, method: 'session/new', params: { cwd: directory, mcpServers: [{ name: 'docs', command: 'docs', args: [], env: [] }] } });
    await seen(({ id }) => id === 2);
    const { sessionId } = lines.find(({ id }) => id === 2)!['result'];
    await seen(({ params }) => params?.update?.sessionUpdate === 'available_commands_update');
    say({ id: 3, method: 'session/prompt', params: { sessionId, prompt: [{ type: 'text', text: 'add is wrong' }] } });
    await seen(({ params }) => params?.update?.content?.text?.startsWith('Planning attempt'));
    child.stdin.end();
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
    expect(rest).toBe('');
    expect(lines.some(({ params }) => params?.update?.content?.text?.includes('MCP servers (docs) are not used.'))).toBe(true);

    const editor = await lab.editor();
    await editor.agent.request('session/load', { sessionId, cwd: directory, mcpServers: [] });
    expect(editor.words()).toContain('has not ended. `/resume` goes on');
    lab.answer(plan(FIX));
    expect(await editor.prompt(sessionId, '/resume')).toMatchObject(GREEN);
    expect(await calc(directory)).toContain('return a + b');
  });
});
