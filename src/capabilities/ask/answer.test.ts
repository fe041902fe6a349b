import { describe, expect, it } from 'vitest';
import type { Json, StepResult, UseResult } from '../types.ts';
import { fill, said, sayAll, sayStep } from './answer.ts';

const ok = (result: Json): UseResult => ({ ok: true, result, ms: 1 });
const step = (id: string, result: UseResult, says: string): StepResult & { says: string } => ({ id, tool: 't', version: '1.0.0', arguments: {}, result, made: false, says });

describe('a value in a sentence', () => {
  it.each<[Json, string]>([
    [45, '45'], [0.1 + 0.2, '0.3'], [1e21, '1e+21'], ['a "b"', 'a "b"'], [true, 'true'], [null, 'null'], [[1, 0.1 + 0.2], '[1,0.3]'], [{ mean: 1 / 3 }, '{"mean":0.333333333333}'],
  ])('%j is said as %s', (value, text) => expect(said(value)).toBe(text));
});

describe('a template', () => {
  it.each([
    ['{percent} percent of {number} is {result}.', { percent: 15, number: 300, result: 45 }, '15 percent of 300 is 45.'],
    ['The mean is {result.mean}.', { result: { mean: 2.5 } }, 'The mean is 2.5.'],
    ['{result} and {other}', { result: 1 }, '1 and {other}'],
    ['{result.toString}', { result: 'x' }, '{result.toString}'],
    ['{result.constructor} {toString}', { result: { a: 1 } }, '{result.constructor} {toString}'],
    ['{a}', { a: '{b}', b: 'no' }, '{b}'],
  ])('%s with %j says %s', (template, values, text) => expect(fill(template, values)).toBe(text));
});

describe('one call', () => {
  const tool = { name: 'share', answer: '{percent}% of {number}: {result}', parameters: { properties: { percent: { default: 10 }, number: {} } } };
  it.each<[UseResult, string]>([
    [ok(5), '10% of 50: 5'],
    [{ ok: false, kind: 'declared_error', error: 'ValueError', message: 'number is negative', ms: 1 }, 'That has no answer: number is negative'],
    [{ ok: false, kind: 'timeout', message: 'no answer in 5 s', ms: 1 }, 'share failed: no answer in 5 s'],
  ])('%j is said as %s', (result, text) => expect(sayStep(tool, { number: 50 }, result)).toBe(text));
});

describe('several calls', () => {
  const steps = [step('s1', ok('desserts'), 'It is desserts.'), step('s2', ok(3), 'There are 3.')];
  it.each([
    ['the template of the request', '{s1} has {s2} vowels.', steps, 'desserts has 3 vowels.'],
    ['the last sentences, where the template names what is not there', '{s9} it is', steps, 'There are 3.'],
    ['the last sentences, where the template says a result of its own', 'It is 42.', steps, 'There are 3.'],
    ['the last sentences, where there is no template', '', steps, 'There are 3.'],
    ['the failure, where one failed', '{s1}', [steps[0]!, step('s2', { ok: false, kind: 'crashed', message: 'x', ms: 1 }, 't failed: x')], 't failed: x'],
    ['the one sentence of one step', '{s1}!', [steps[0]!], 'It is desserts.'],
  ])('say %s', (_title, template, told, text) => expect(sayAll(template, told, new Set(['s2']))).toBe(text));
});
