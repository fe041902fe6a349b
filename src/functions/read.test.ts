import { describe, expect, it } from 'vitest';
import type { Example, Outcome } from '../languages/function/types.ts';
import type { Value } from '../languages/function/value.ts';
import { consistent } from './contradictions.ts';
import { functionEvents } from './events.ts';
import { headOf, headRequest } from './head.ts';
import { inferSignature } from './infer.ts';
import { judge } from './judge.ts';
import { readTask } from './read.ts';
import type { FunctionTask } from './types.ts';
import type { RunEvent } from '../core/events.ts';

const int = (value: number): Value => ({ kind: 'int', value: String(value) });
const example = (expression: string, expected: Example['expected'], more: Partial<Example> = {}): Example => ({ setup: '', expression, expected, trust: 'user', text: expression, ...more });
const gives = (text: string, value?: Value): Example['expected'] => ({ kind: 'value', text, ...(value ? { value } : {}) });

describe('examples that are given twice', () => {
  it.each<[string, Example, Example, boolean]>([
    ['the same call and value count once', example('f(1)', gives('2', int(2))), example('f(1)', gives('2', int(2))), true],
    ['values are compared, not how they are written', example('f(1)', gives('2.0', { kind: 'float', value: 2 })), example(' f(1) ', gives('2', int(2))), true],
    ['what is printed says nothing of the value', example('f(1)', { kind: 'printed', text: 'hi' }), example('f(1)', gives('None', { kind: 'null' })), true],
    ['two values of one call contradict each other', example('f(1)', gives('2', int(2)), { line: 1 }), example('f(1)', gives('3', int(3)), { line: 4 }), false],
    ['a value contradicts an error', example('f(1)', gives('2', int(2)), { line: 1 }), example('f(1)', { kind: 'raises', error: 'ValueError' }, { line: 2 }), false],
    ['two errors contradict each other', example('f(1)', { kind: 'raises', error: 'KeyError' }), example('f(1)', { kind: 'raises', error: 'ValueError' }), false],
  ])('%s', (_title, one, other, fine) => {
    const both = [{ example: one, source: 'the doctests' }, { example: other, source: 'test_f.py' }];
    if (fine) expect(consistent(both)).toEqual([one]);
    else expect(() => consistent(both)).toThrow(/^The examples contradict each other: .*the doctests says f\(1\) gives 2?.*, .*test_f\.py says f\(1\) gives /);
  });

  it('another setup makes another call', () => {
    const both = [{ example: example('f(x)', gives('1'), { setup: 'x = 1' }), source: 'a' }, { example: example('f(x)', gives('2'), { setup: 'x = 2' }), source: 'a' }];
    expect(consistent(both)).toHaveLength(2);
  });
});

describe('a task', () => {
  const task: FunctionTask = { task: 'The area.', fn: 'area', lang: 'python' };
  it('may be a piece of code with a doc and examples', async () => {
    const code = 'from typing import List\n\ndef area(sides: List[int]) -> int:\n    """Multiply the sides.\n\n    >>> area([2, 3])\n    6\n    """\n';
    const given = await readTask({ ...task, task: '', signature: code });
    expect(given).toMatchObject({ doc: expect.stringContaining('Multiply the sides.'), signature: { name: 'area', preamble: expect.stringContaining('import List') }, examples: [{ expression: 'area([2, 3])', trust: 'user' }] });
  });

  it('of a test file counts its asserts among the examples', async () => {
    const source = 'from area import area\n\ndef test_area():\n    assert area(2, 3) == 6\n';
    const given = await readTask({ ...task, tests: { name: 'test_area.py', source } });
    expect(given.examples).toMatchObject([{ expression: 'area(2, 3)', trust: 'user' }]);
    await expect(readTask({ ...task, doctests: 'area(2, 3) => 5', tests: { name: 'test_area.py', source } })).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringMatching(/contradict each other: line 1 of the doctests says .* line 4 of test_area\.py says/) });
  });
});

describe('a head that nobody gave', () => {
  const task: FunctionTask = { task: 'It.', fn: 'pick', lang: 'python' };
  it.each<[FunctionTask['lang'], string, string]>([
    ['python', 'pick([1], "a", 2, 3) => 1', 'def pick(items, text, n1, n2):'],
    ['javascript', 'pick([1], "a") => 1', 'function pick(items, text) {'],
    ['typescript', 'pick([1], "a") => 1', 'function pick(items: number[], text: string): number {'],
  ])('is made from the examples: %s', async (lang, doctests, text) => {
    const signature = await inferSignature(await readTask({ ...task, lang, doctests }));
    expect(signature.text).toBe(text);
  });

  it('is not made where two examples call it differently', async () => {
    const given = await readTask({ ...task, doctests: 'pick(1) => 1\npick(1, 2) => 1' });
    await expect(inferSignature(given)).rejects.toThrow(/the examples call it with 1 and with 2 arguments/);
  });

  it('is taken from what the model writes: the one with the number of parameters that most have', async () => {
    const given = await readTask(task);
    const texts = ['I cannot.', '```python\ndef pick(a):\n    pass\n```', '```python\ndef pick(items: list, at: int) -> int:\n    return items[at]\n```', 'def pick(x, y): return x'];
    expect((await headOf(given, texts, 'chat', 'm')).text).toBe('def pick(items: list, at: int) -> int:');
    expect((await headOf(given, ['n: int) -> int:\n    return n'], 'completion', 'm')).parameters).toMatchObject([{ name: 'n' }]);
    await expect(headOf(given, ['no', 'def other(a):'], 'chat', 'm')).rejects.toMatchObject({ code: 'model_reply_invalid' });
    const typescript = await readTask({ ...task, lang: 'typescript' });
    await expect(headOf(typescript, ['no'], 'chat', 'm')).rejects.toThrow('Give one, as in --signature "(values: number[]): number".');
    expect(headRequest(given, { seed: 3 }).completion.prompt).toBe('# It.\ndef pick(');
  });
});

describe('what came out against what was expected', () => {
  const nine = example('f([3, 9])', gives('9', int(9)));
  it.each<[string, Outcome, object | undefined]>([
    ['the value: nothing is wrong', { kind: 'value', value: int(9), text: '9' }, undefined],
    ['another value', { kind: 'value', value: int(3), text: '3' }, { class: 'wrong_answer', call: 'f([3, 9])', expected: '9', got: '3', message: 'f([3, 9]) gave 3 instead of 9' }],
    ['an unknown name', { kind: 'raised', error: 'NameError', message: "name 'math' is not defined", line: 2 }, { class: 'name', line: 2, message: "NameError: name 'math' is not defined" }],
    ['a missing module', { kind: 'raised', error: 'ModuleNotFoundError', message: 'numpy' }, { class: 'import' }],
    ['another type', { kind: 'raised', error: 'TypeError', message: 'x' }, { class: 'type' }],
    ['any other exception', { kind: 'raised', error: 'IndexError', message: 'list index out of range' }, { class: 'exception' }],
    ['a recursion in JavaScript', { kind: 'raised', error: 'RangeError', message: 'Maximum call stack size exceeded' }, { class: 'recursion' }],
    ['an object, without its address', { kind: 'value', value: { kind: 'object', type: 'A', text: '<A at 0x7f31>' }, text: '<A object at 0x7f31aa10>' }, { got: '<A object at 0x…>' }],
    ['no answer in time', { kind: 'timeout' }, { class: 'timeout', message: 'no answer in time' }],
    ['too much memory', { kind: 'crashed', how: 'memory' }, { class: 'memory' }],
    ['a process that ended', { kind: 'crashed', how: 'exit 0' }, { class: 'crash' }],
    ['a case that was not run', { kind: 'skipped' }, { class: 'timeout' }],
  ])('%s', (_title, outcome, problem) => {
    const judged = judge([nine], [outcome]);
    if (problem) expect(judged).toMatchObject({ met: new Set(), problem });
    else expect(judged).toEqual({ met: new Set([0]) });
  });
});

it('events carry the stage as their phase, and count waves and rounds of repair', () => {
  const seen: RunEvent[] = [];
  const emit = functionEvents('fn-1', (event) => seen.push(event));
  for (const [event, data] of [['stage_started', { stage: 'generate' }], ['wave_started', {}], ['stage_started', { stage: 'check' }], ['stage_started', { stage: 'repair' }], ['finished', {}]] as const) emit(event, data);
  expect(seen.map(({ phase, iteration, task_id }) => [phase, iteration, task_id])).toEqual([['generate', 0, 'fn-1'], ['generate', 1, 'fn-1'], ['check', 1, 'fn-1'], ['repair', 2, 'fn-1'], ['done', 2, 'fn-1']]);
});
