import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CLIENTS, type AnyClient, type ClientName, type Person, type Where } from '../../test/mcp/clients.ts';
import { double, kept, type Double, type KeptDouble } from '../../test/mcp/double.ts';
import { ERROR_META } from './answers.ts';
import { serveHttp } from './http.ts';
import { createService } from './service.ts';
import type { ServiceOptions } from './types.ts';

const STDIO: Where = { command: process.execPath, args: ['--import', 'tsx', join(import.meta.dirname, '../../test/mcp/double-stdio.ts')] };
const endAll = async (closers: (() => unknown)[]): Promise<void> => {
  for (const close of closers.splice(0).toReversed()) await close();
};

/** A server of this process over HTTP. */
async function overHttp(closers: (() => unknown)[], options: Partial<ServiceOptions> & { tools?: KeptDouble[] } = {}): Promise<{ url: string; jobs: Double }> {
  const jobs = double(options);
  const service = createService(jobs);
  const server = await serveHttp(service, { host: '127.0.0.1', port: 0 });
  closers.push(() => rmSync(jobs.home, { recursive: true }), () => service.close(), () => server.close());
  return { url: server.url, jobs };
}

async function connect(name: ClientName, where: Where, person: Person, closers: (() => unknown)[]): Promise<AnyClient> {
  const client = await CLIENTS[name](where, person);
  closers.push(() => client.close());
  return client;
}

const eventually = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await sleep(5);
};

const NAMES = Object.keys(CLIENTS) as ClientName[];

describe.each(NAMES)('%s', (name) => {
  describe.each(['standard streams', 'HTTP'] as const)('over %s', (over) => {
    let client: AnyClient;
    const asked: string[] = [];
    const answers = [true, false];
    const person: Person = { elicit: (message) => (asked.push(message), { action: 'accept', content: { approve: answers.shift() === true } }), roots: [import.meta.dirname] };
    beforeAll(async () => {
      client = await connect(name, over === 'HTTP' ? await overHttp(atEnd) : STDIO, person, atEnd);
    });
    const atEnd: (() => unknown)[] = [];
    afterAll(() => endAll(atEnd));

    it('connects, and lists tools with their schemas and what they do', async () => {
      expect(client.server()).toMatchObject({ name: 'untilgreen', version: '9.9.9' });
      const tools = await client.tools();
      expect(tools.map((tool) => tool.name)).toEqual(['ask', 'make_tool', 'find_tool', 'run_goal', 'write_function', 'run_code', 'undo', 'calculate_percentage', 'undo_tool']);
      expect(tools.find((tool) => tool.name === 'calculate_percentage')).toMatchObject({
        inputSchema: { type: 'object', required: ['percent', 'number'] }, outputSchema: { properties: { result: { type: 'number' } } }, annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
      });
    });

    it('calls, and gets errors with their codes', async () => {
      expect(await client.call('calculate_percentage', { percent: 15, number: 300 })).toMatchObject({ content: [{ type: 'text', text: '15 percent of 300 is 45.' }], structuredContent: { result: 45 } });
      const refused = await client.call('calculate_percentage', { percent: 'x' });
      expect(refused).toMatchObject({ isError: true, content: [{ text: 'bad_arguments: calculate_percentage: percent: expected a number' }], _meta: { [ERROR_META]: { code: 'bad_arguments' } } });
      expect(await client.call('run_goal', {})).toMatchObject({ isError: true, content: [{ text: 'bad_arguments: run_goal: give either request or resume.' }] });
      await expect(client.call('nothing_like_it')).rejects.toThrow('Unknown tool: nothing_like_it');
    });

    it('is told of progress', async () => {
      const told: string[] = [];
      // The job goes on when its line was heard: official clients drop lines that come with the answer.
      const onProgress = (text: string): void => {
        told.push(text);
        void client.call('find_tool', { words: 'go on' });
      };
      expect(await client.call('ask', { request: 'it' }, { onProgress })).toMatchObject({ structuredContent: { ok: true, answer: 'About it' } });
      expect(told).toEqual(['step 1', 'step 2']);
    });

    it('is told when a tool was made, and can call it', async () => {
      const before = client.changes();
      expect(await client.call('make_tool', { name: 'halve', description: 'Halves.' })).toMatchObject({ structuredContent: { ok: true, made: true, name: 'halve' } });
      await eventually(() => client.changes() > before);
      expect((await client.tools()).map((tool) => tool.name)).toContain('halve');
      expect(await client.call('halve', { percent: 50, number: 8 })).toMatchObject({ structuredContent: { result: 4 } });
    });

    it('reads what tools are like', async () => {
      expect((await client.resources()).map(({ uri }) => uri)).toContain('untilgreen://tools/calculate_percentage');
      expect((await client.templates()).map(({ uriTemplate }) => uriTemplate)).toContain('untilgreen://runs/{id}/receipt');
      expect(await client.read('untilgreen://tools/undo')).toMatchObject({ mimeType: 'text/markdown', text: '# undo\n' });
      expect(JSON.parse((await client.read('untilgreen://tools/undo/evidence')).text)).toMatchObject({ hash: 'h' });
      await expect(client.read('untilgreen://tools/none')).rejects.toThrow(/not found/i);
    });

    it('has a run applied when its user agrees, and not when not', async () => {
      const first = await client.call('run_goal', { request: 'fix it' });
      expect(first).toMatchObject({ structuredContent: { outcome: 'green', applied: true, files: ['calc.js'] } });
      expect(asked).toEqual([expect.stringMatching(/^Apply 1 file\(s\) to .*\?\n\n-a - b\n\+a \+ b\n$/)]);
      expect(await client.read(first.structuredContent.resources.receipt)).toMatchObject({ mimeType: 'application/json', text: expect.stringContaining(first.structuredContent.run) });
      expect(await client.call('run_goal', { request: 'fix it' })).toMatchObject({ isError: true, structuredContent: { outcome: 'not_green', applied: false, summary: expect.stringContaining('you declined it') } });
      expect(asked).toHaveLength(2);
    });

    it('works on directories of its user, and on no others', async () => {
      const run = await client.call('run_goal', { request: 'fix it', directory: import.meta.dirname, apply: 'never' });
      // Whoever comes over HTTP is not the program that started the server.
      if (over === 'HTTP') expect(run).toMatchObject({ isError: true, _meta: { [ERROR_META]: { code: 'directory_refused' } } });
      else expect(run).toMatchObject({ structuredContent: { outcome: 'green', applied: false } });
      expect(await client.call('run_goal', { request: 'fix it', directory: '/usr', apply: 'green' })).toMatchObject({ isError: true, _meta: { [ERROR_META]: { code: 'directory_refused' } } });
    });

    it('calls sixteen at once, and two that want the same tool get one', async () => {
      const calls = Array.from({ length: 14 }, (_, i) => client.call('calculate_percentage', { percent: i, number: 100 }));
      const [one, two, ...rest] = await Promise.all([client.call('make_tool', { name: 'third', description: 'A third.' }), client.call('make_tool', { name: 'third', description: 'A third.' }), ...calls]);
      expect(rest.map(({ structuredContent }) => structuredContent.result)).toEqual(calls.map((_, i) => i));
      expect([one, two].map((result) => result?.structuredContent.made).sort()).toEqual([false, true]);
    });
  });

  const closers: (() => unknown)[] = [];
  afterEach(() => endAll(closers));

  it('gets a diff in place of a question that nobody can be asked', async () => {
    const client = await connect(name, await overHttp(closers), {}, closers);
    const left = await client.call('run_goal', { request: 'fix it' });
    expect(left).toMatchObject({ structuredContent: { outcome: 'approval', applied: false, diff: '-a - b\n+a + b\n', waitingFor: [expect.stringContaining('Apply 1 file')] } });
    const { run, next } = left.structuredContent;
    expect(next).toContain(`untilgreen resume ${run} --approve all`);
    expect(await client.call('run_goal', { resume: run })).toMatchObject({ structuredContent: { outcome: 'approval' } });
    expect(await client.call('run_goal', { resume: run, apply: 'green' })).toMatchObject({ structuredContent: { run, outcome: 'green', applied: true } });
  });

  it('leaves a run waiting whose question was closed', async () => {
    const questions: string[] = [];
    const client = await connect(name, await overHttp(closers), { elicit: (message) => (questions.push(message), { action: 'cancel' }) }, closers);
    expect(await client.call('run_goal', { request: 'fix it' })).toMatchObject({ structuredContent: { outcome: 'approval', applied: false } });
    expect(questions).toHaveLength(1);
  });

  it('ends a run by cancelling the call', async () => {
    const { url, jobs } = await overHttp(closers);
    const client = await connect(name, { url }, {}, closers);
    const cancel = new AbortController();
    await expect(client.call('run_goal', { request: 'work for ever' }, { signal: cancel.signal, onProgress: () => cancel.abort(new Error('enough')) })).rejects.toThrow(/enough/);
    await eventually(() => jobs.log.length > 0);
    expect(jobs.log).toEqual(['cancelled run-1']);
  });

  it('ends a call without progress by cancelling it', async () => {
    const state = { begun: false, ended: false };
    const run: KeptDouble['run'] = async (_, signal) => {
      state.begun = true;
      await sleep(60_000, undefined, { signal }).catch(() => (state.ended = true));
      return 0;
    };
    const client = await connect(name, await overHttp(closers, { tools: [kept('slow', { run })] }), {}, closers);
    const cancel = new AbortController();
    const call = client.call('slow', { percent: 1 }, { signal: cancel.signal }).catch((error: Error) => error.message);
    await eventually(() => state.begun);
    cancel.abort(new Error('enough'));
    expect(await call).toMatch(/enough/);
    await eventually(() => state.ended);
  });
});
