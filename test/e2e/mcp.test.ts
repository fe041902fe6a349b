import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCapabilities } from '../../src/capabilities/engine.ts';
import type { Capabilities } from '../../src/capabilities/interfaces.ts';
import { REVERSE, scriptedModels } from '../../src/capabilities/testing/scripted.ts';
import { describe as lineOf } from '../../src/cli/view/describe.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Settings } from '../../src/config/schema.ts';
import { serveHttp } from '../../src/mcp/http.ts';
import { createService } from '../../src/mcp/service.ts';
import { CLIENTS, type AnyClient, type ClientName, type Person } from '../mcp/clients.ts';
import { double } from '../mcp/double.ts';
import { FIX, Lab, NODE_PROJECT, plan } from '../support/lab.ts';

let lab: Lab;
let home: string;
let capabilities: Capabilities;
let url: string;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  lab = await Lab.open();
  home = await mkdtemp(join(tmpdir(), 'mcp-'));
  const env = { ...process.env, UNTILGREEN_HOME: home, UNTILGREEN_EMBEDDER: 'ngram', TOOLS_DIR: join(home, 'tools'), DATABASE_URL: '' };
  capabilities = await openCapabilities({ config: await loadConfig({ cwd: home, env }), models: scriptedModels([REVERSE]) });
  // The lab's engine stays open from call to call.
  const engineOf = async (apply: 'green' | 'ask' | 'never') => ({ ...(await lab.open((settings) => (settings.apply = apply))), close: async () => {} });
  const service = createService({
    ...double(), capabilities, roots: [lab.home], say: (event) => lineOf(event)?.text,
    openEngine: async (_directory, { apply }) => ({ engine: await engineOf(apply), apply }),
    runs: { history: async (filter) => (await engineOf('ask')).history(filter), show: async (id) => (await engineOf('ask')).show(id) },
  });
  const server = await serveHttp(service, { host: '127.0.0.1', port: 0 });
  url = server.url;
  closers.push(() => rm(home, { recursive: true, force: true }), () => lab.close(), () => capabilities.close(), () => service.close(), () => server.close());
});
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

async function connect(name: ClientName, person: Person = {}): Promise<AnyClient> {
  const client = await CLIENTS[name]({ url }, person);
  closers.push(() => client.close());
  return client;
}

const source = (directory: string): Promise<string> => readFile(join(directory, 'calc.js'), 'utf8');
const approve = (yes: boolean): Person => ({ elicit: () => ({ action: 'accept', content: { approve: yes } }) });

describe.each(['the client of 2026', 'the client of 2025'] as const)('a run that %s asks for', { timeout: 120_000 }, (name) => {
  it('is applied when the user agrees, tells how it goes, leaves a receipt, and is taken back', async () => {
    const directory = await lab.project(NODE_PROJECT);
    lab.answer([plan(FIX)]);
    const client = await connect(name, approve(true));
    const lines: string[] = [];
    const run = await client.call('run_goal', { directory, request: 'add is wrong' }, { onProgress: (line) => lines.push(line) });
    expect(run).toMatchObject({ structuredContent: { outcome: 'green', applied: true, files: ['calc.js'] } });
    expect(await source(directory)).toContain('return a + b');
    expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^plan: edit_file/), expect.stringMatching(/^before: 1 passed, 1 failed/)]));
    const receipt = JSON.parse((await client.read(run.structuredContent.resources.receipt)).text);
    expect(receipt).toMatchObject({ outcome: 'green', applied: true, verdict: { proof: 'red_to_green' } });
    expect((await client.resources()).map(({ uri }) => uri)).toContain(run.structuredContent.resources.report);

    expect(await client.call('undo', { directory })).toMatchObject({ structuredContent: { run: run.structuredContent.run, files: [{ path: 'calc.js', action: 'restored' }] } });
    expect(await source(directory)).toContain('return a - b');
    expect(await client.call('undo', { directory })).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^nothing_to_undo: /) }] });
  });
});

describe('a run', { timeout: 120_000 }, () => {
  it('leaves the directory alone when the user does not agree', async () => {
    const directory = await lab.project(NODE_PROJECT);
    lab.answer([plan(FIX)]);
    const client = await connect('the client of 2025', approve(false));
    expect(await client.call('run_goal', { directory, request: 'add is wrong' })).toMatchObject({ isError: true, structuredContent: { outcome: 'not_green', applied: false, diff: expect.stringContaining('+  return a + b;') } });
    expect(await source(directory)).toContain('return a - b');
  });

  it('gives the diff where nobody can be asked, and is applied when that is said', async () => {
    const directory = await lab.project(NODE_PROJECT);
    lab.answer([plan(FIX)]);
    const client = await connect('the client of 2026');
    const left = await client.call('run_goal', { directory, request: 'add is wrong' });
    expect(left).toMatchObject({ structuredContent: { outcome: 'approval', applied: false, diff: expect.stringContaining('+  return a + b;') } });
    expect(await source(directory)).toContain('return a - b');
    // No model is asked a second time.
    lab.answer([]);
    expect(await client.call('run_goal', { resume: left.structuredContent.run, apply: 'green' })).toMatchObject({ structuredContent: { outcome: 'green', applied: true } });
    expect(await source(directory)).toContain('return a + b');
  });

  it('goes on after it was cancelled', async () => {
    const directory = await lab.project(NODE_PROJECT);
    lab.answer(['hang']);
    const client = await connect('the client of 2026');
    const cancel = new AbortController();
    const onProgress = (line: string): void => {
      if (line.includes('planning')) cancel.abort(new Error('enough'));
    };
    await expect(client.call('run_goal', { directory, request: 'add is wrong', apply: 'green' }, { signal: cancel.signal, onProgress })).rejects.toThrow(/enough/);
    const engine = await lab.open((settings) => (settings.apply = 'green'));
    const [run] = await engine.history({ directory, limit: 1 });
    while ((await engine.show(run!.id)).run.status === 'running') await sleep(20);
    lab.answer([plan(FIX)]);
    expect(await client.call('run_goal', { resume: run!.id, apply: 'green' })).toMatchObject({ structuredContent: { outcome: 'green', applied: true } });
  });
});

it('two clients that want the same tool at once get one, hear of it, and call it', { timeout: 180_000 }, async () => {
  const clients = await Promise.all([connect('the client of 2026'), connect('the client of 2025')]);
  const lines: string[] = [];
  const made = await Promise.all(clients.map((client) => client.call('make_tool', { description: 'Reverse a text.' }, { onProgress: (line) => lines.push(line) })));
  expect(made.map(({ structuredContent }) => structuredContent.name)).toEqual(['reverse_text', 'reverse_text']);
  expect(made.map(({ structuredContent }) => structuredContent.made).sort()).toEqual([false, true]);
  expect((await capabilities.library.list()).tools).toHaveLength(1);
  expect(lines.length).toBeGreaterThan(0);
  for (const client of clients) {
    while (client.changes() === 0) await sleep(5);
    expect((await client.tools()).map((tool) => tool.name)).toContain('reverse_text');
    expect(await client.call('reverse_text', { text: 'Python' })).toMatchObject({ content: [{ text: 'nohtyP' }], structuredContent: { result: 'nohtyP' } });
  }
  expect((await clients[0]!.read('untilgreen://tools/reverse_text/evidence')).text).toContain('"cold_run"');
});

describe('tools of other servers in a run', { timeout: 120_000 }, () => {
  const tickets = { command: process.execPath, args: [join(import.meta.dirname, '../mcp/tickets-server.mjs')], timeout_seconds: 60, enabled: true };
  const settings = (s: Settings): void => void (s.mcp = { servers: { tickets }, use_in_runs: true });

  it('are used by its planner, and asked about unless they only read', async () => {
    const directory = await lab.project(NODE_PROJECT);
    const asked: string[] = [];
    const { outcome, requests, named } = await lab.play({ directory, request: 'add is wrong' }, [plan(['tickets__find', { query: 'add' }], ['tickets__pid', {}], FIX)], {
      settings, approve: async ({ subject }) => (asked.push(subject), { answer: 'approved' }),
    });
    expect(outcome).toMatchObject({ outcome: 'green' });
    expect(JSON.stringify(requests[0]!.body)).toContain('tickets__find');
    expect(asked).toEqual(['Call tickets__pid with {}']);
    expect(named('step_finished').map(({ data }) => [data['action'], data['ok']])).toEqual(expect.arrayContaining([['tickets__find', true], ['tickets__pid', true]]));
  });

  it('are not called while nobody has agreed: the run waits', async () => {
    const directory = await lab.project(NODE_PROJECT);
    const { outcome } = await lab.play({ directory, request: 'add is wrong' }, [plan(['tickets__die', {}], FIX)], { settings });
    expect(outcome).toMatchObject({ outcome: 'approval', summary: 'Waiting for approval: Call tickets__die with {}.' });
  });

  it('are left out where their server fails, which is told', async () => {
    const directory = await lab.project(NODE_PROJECT);
    const { outcome, named, requests } = await lab.play({ directory, request: 'add is wrong' }, [plan(FIX)], { settings: (s) => void (s.mcp = { servers: { gone: { ...tickets, command: '/nowhere/server' } }, use_in_runs: true }) });
    expect(outcome).toMatchObject({ outcome: 'green' });
    expect(named('warning')[0]?.data['message']).toContain('/nowhere/server');
    expect(JSON.stringify(requests[0]!.body)).not.toContain('gone__');
  });
});

it('the command serves over its standard streams, and ends with its client', { timeout: 180_000 }, async () => {
  const command = `import { start } from ${JSON.stringify(new URL('../../src/cli/main.ts', import.meta.url).href)}; await start(process.argv.slice(1));`;
  const env = { ...(process.env as Record<string, string>), UNTILGREEN_HOME: join(home, 'command'), TOOLS_DIR: join(home, 'tools'), UNTILGREEN_EMBEDDER: 'ngram' };
  const client = await CLIENTS['the client of 2025']({ command: process.execPath, args: ['--import', 'tsx', '--input-type=module', '-e', command, '--', 'mcp'], env, cwd: join(import.meta.dirname, '../..') }, {});
  expect((await client.tools()).map((tool) => tool.name)).toEqual(expect.arrayContaining(['ask', 'run_goal', 'reverse_text']));
  expect(await client.call('run_code', { language: 'javascript', code: 'console.log(6 * 7)' })).toMatchObject({ structuredContent: { ok: true, stdout: '42\n' } });
  await client.close();
});
