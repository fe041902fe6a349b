import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { balanced, decodeReply, withoutThinking } from './decode.ts';

const plan = z.object({ summary: z.string(), steps: z.array(z.object({ id: z.string() })) });
const value = { summary: 'fix {it} "now" \\', steps: [{ id: 'a' }] };
const json = JSON.stringify(value);

describe('a plan is read from', () => {
  test.each([
    ['bare JSON', json],
    ['a fenced block', `Here it is:\n\`\`\`json\n${json}\n\`\`\`\nDone.`],
    ['a fence without a language', `\`\`\`\n${json}\n\`\`\``],
    ['a block never closed', `\`\`\`json\n${json}`],
    ['prose around it', `Sure! ${json} I hope that helps {really}.`],
    ['after braces that are no JSON', `I use {curly} braces. ${json}`],
    ['after an example of another shape', `Like {"x": 1}. So: ${json}`],
    ['after think tags that hold JSON', `<think>maybe {"summary":"no","steps":[]}</think>\n${json}`],
    ['after a lone closing think tag', `maybe {"summary":"no","steps":[]}</think>${json}`],
    ['a harmony final channel', `<|channel|>analysis<|message|>{"summary":"no","steps":[]}<|end|><|start|>assistant<|channel|>final<|message|>${json}<|return|>`],
    ['a tool call in tags', `<tool_call>\n{"name": "plan", "arguments": ${json}}\n</tool_call>`],
    ['a tool call never closed', `<tool_call>{"name": "plan", "arguments": ${json}}`],
    ['a tool call with its arguments as text', JSON.stringify({ name: 'plan', arguments: json })],
    ['a tool call with parameters', JSON.stringify({ name: 'plan', parameters: value })],
    ['a function wrapper', JSON.stringify({ type: 'function', function: { name: 'functions.plan', arguments: json } })],
    ['a list of tool calls', JSON.stringify({ tool_calls: [{ id: 'x', type: 'function', function: { name: 'plan', arguments: json } }] })],
    ['tool call tokens', `<|tool_call_begin|>functions.plan:0<|tool_call_argument_begin|>${json}<|tool_call_end|>`],
    ['an XML call', `<function=plan>\n<parameter=summary>\n${value.summary}\n</parameter>\n<parameter=steps>\n${JSON.stringify(value.steps)}\n</parameter>\n</function>`],
  ])('%s', (_title, text) => expect(decodeReply(text, plan, 'plan')).toEqual({ ok: true, value }));

  test.each([
    ['a trailing comma', '{"summary": "s", "steps": [{"id": "a"},],}'],
    ['single quotes', "{'summary': 's', 'steps': [{'id': 'a'}]}"],
    ['comments', '{"summary": "s", // why\n "steps": [{"id": "a"}]}'],
    ['Python words in prose', 'Plan: {summary: "s", steps: [{"id": "a", "ok": True}]}'],
    ['a raw line end in a string', '{"summary": "s", "steps": [{"id": "a", "t": "x\ny"}]}'],
    ['a missing end', '```json\n{"summary": "s", "steps": [{"id": "a"}]'],
  ])('JSON with %s', (_title, text) => expect(decodeReply(text, plan)).toEqual({ ok: true, value: { summary: 's', steps: [{ id: 'a' }] } }));
});

describe('a reply that holds no plan says why', () => {
  test.each([
    ['', /empty/],
    ['<think>only thoughts', /empty/],
    ['I cannot do that.', /no JSON/],
    ['{"summary": "s"}', /steps/],
    ['{"name": "plan", "arguments": {"summary": 1, "steps": []}}', /expected string.*\n.*summary/],
    ['[[[[[[[', /./],
  ])('%j', (text, problems) => expect(decodeReply(text, plan, 'plan')).toEqual({ ok: false, problems: expect.stringMatching(problems) }));
});

test('a wrapper that names the schema is opened, even where the schema would accept it closed', () => {
  const loose = z.looseObject({ answer: z.number().optional() });
  expect(decodeReply('{"name": "loose", "arguments": {"answer": 4}}', loose, 'loose')).toEqual({ ok: true, value: { answer: 4 } });
});

test('an object that only looks like a call is left alone', () => {
  const step = z.object({ name: z.string(), arguments: z.object({ path: z.string() }) });
  const call = { name: 'file_read', arguments: { path: 'a' } };
  expect(decodeReply(JSON.stringify(call), step, 'step')).toEqual({ ok: true, value: call });
});

test.each([
  ['{"text": "<think>a</think>b"}', '{"text": "<think>a</think>b"}'],
  ['<thinking>x</thinking> yes', 'yes'],
  ['plain', 'plain'],
])('thinking is taken from %j, and nothing else', (given, expected) => expect(withoutThinking(given)).toBe(expected));

test('any JSON object is found whole between words', () => {
  // The schema leaves a `__proto__` key out, on purpose.
  fc.assert(
    fc.property(fc.dictionary(fc.string().filter((key) => key !== '__proto__'), fc.jsonValue()), (object) => {
      const text = JSON.stringify(object);
      expect(balanced(`words ${text} more`)[0]).toBe(text);
      expect(decodeReply(`words ${text} more`, z.record(z.string(), z.unknown()))).toEqual({ ok: true, value: JSON.parse(text) });
    }),
    { examples: [[{ 'a}': '"{[' }]], numRuns: 200 },
  );
});

test('any text is decided, never thrown on', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200, unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', '`', '<', '\n', 'a', ':', ',') }), (text) => {
    expect(decodeReply(text, plan)).toHaveProperty('ok');
  }));
});
