import { expect, it } from 'vitest';
import { z } from 'zod';
import { kept, type KeptDouble } from '../../test/mcp/double.ts';
import type { Entry } from '../capabilities/interfaces.ts';
import type { UseResult } from '../capabilities/types.ts';
import { answered } from './answers.ts';
import { offer } from './offer.ts';
import type { BuiltIn, Call } from './types.ts';

const own = (name: string): BuiltIn => ({
  name, title: name, description: `Does ${name}.`, schema: z.strictObject({ what: z.string() }), result: z.object({ done: z.string() }), annotations: {},
  run: async ({ what }: { what: string }) => answered('done', { done: what }),
});
const entry = ({ tool }: KeptDouble): Entry => ({ tool, folder: '/', edited: false });
const call = { signal: new AbortController().signal } as Call;
const offering = (tools: KeptDouble[], result: UseResult = { ok: true, result: 1, ms: 1 }) =>
  offer([own('ask'), own('undo')], tools.map(entry), { sandboxed: true, capabilities: { use: async (name) => ({ tool: tools.find(({ tool }) => tool.name === name)!.tool, result }) } });

it('a kept tool that is called like one of the product gets another name, which it tells', async () => {
  const offered = offering([kept('ask'), kept('ask_tool'), kept('halve')]);
  expect([...offered.keys()]).toEqual(['ask', 'undo', 'ask_tool_2', 'ask_tool', 'halve']);
  expect(offered.get('ask_tool_2')?.tool.description).toMatch(/In the library it is called ask\.$/);
  expect(await offered.get('ask_tool_2')?.call({ percent: 1, number: 2 }, call)).toMatchObject({ structuredContent: { result: 1 } });
  expect(await offered.get('ask')?.call({ what: 'this' }, call)).toMatchObject({ structuredContent: { done: 'this' } });
});

it('tools that are set aside are not offered', () => {
  expect([...offering([kept('one', { status: 'deprecated' }), kept('two', { status: 'archived' })]).keys()]).toEqual(['ask', 'undo']);
});

it('schemas name no dialect, which older clients could not load', () => {
  const [ask] = offering([]).values();
  expect(ask?.tool.inputSchema).toEqual({ type: 'object', properties: { what: { type: 'string' } }, required: ['what'], additionalProperties: false });
});

it.each<[string, UseResult, string]>([
  ['an error that the tool declares', { ok: false, kind: 'declared_error', error: 'ValueError', message: 'the list is empty', ms: 1 }, 'declared_error: halve: the list is empty'],
  ['an error that it does not', { ok: false, kind: 'undeclared', error: 'KeyError', message: "'x'", ms: 1 }, "tool_failed: halve: 'x'"],
  ['a call that took too long', { ok: false, kind: 'timeout', message: 'no answer in 2 s', ms: 1 }, 'timeout: halve: no answer in 2 s'],
])('%s is a result with its code', async (_title, result, text) => {
  expect(await offering([kept('halve')], result).get('halve')?.call({}, call)).toMatchObject({ isError: true, content: [{ text }] });
});

it('no tool claims to change nothing where nothing holds it', () => {
  const { tool } = kept('halve');
  const offered = offer([], [{ tool, folder: '/', edited: false }], { sandboxed: false, capabilities: { use: () => Promise.reject(new Error('not called')) } });
  expect(offered.get('halve')?.tool.annotations).toEqual({ readOnlyHint: false, openWorldHint: true });
});
