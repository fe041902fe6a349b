import { describe, expect, it } from 'vitest';
import type { AskResult, StepResult } from '../../capabilities/types.ts';
import { exitCodeOf, outcomeLine, usedLine } from './outcome.ts';

const step: StepResult = { id: 's1', tool: 'share', version: '1.0.0', arguments: {}, result: { ok: true, result: 1, ms: 1 }, made: false };
const result = (more: Partial<AskResult>): AskResult => ({
  id: 'ask-1', ok: true, outcome: 'answered', answer: 'One.', steps: [step], usage: { inputTokens: 900, outputTokens: 100, cachedTokens: undefined, cost: undefined }, requests: 2, ms: 1_500, ...more,
});

describe('the exit code of a request that is', () => {
  it.each<[AskResult['outcome'], boolean, number]>([['answered', true, 0], ['impossible', false, 1], ['not_made', false, 1], ['failed', false, 1], ['cancelled', false, 130]])('%s', (outcome, ok, code) => {
    expect(exitCodeOf({ outcome, ok })).toBe(code);
    expect(outcomeLine(result({ outcome, ok }))).toMatchObject({ event: 'outcome', exitCode: code, outcome, data: { exitCode: code } });
  });
});

describe('what is told beside the answer', () => {
  it.each<[string, Partial<AskResult>, string[]]>([
    ['the tool that was made', { steps: [{ ...step, made: true }] }, ['tool: share 1.0.0, made for this request', '2 model requests · 1.0k tokens · 1.5 s']],
    ['the one that was found, and how likely it served', { steps: [{ ...step, probability: 0.81 }] }, ['tool: share 1.0.0, reused (0.81)', '2 model requests · 1.0k tokens · 1.5 s']],
    ['several, and no model', { steps: [step, { ...step, id: 's2', tool: 'sum', probability: 1 }], requests: 0, usage: { inputTokens: undefined, outputTokens: undefined, cachedTokens: undefined, cost: undefined } }, ['tools: share 1.0.0; sum 1.0.0', 'no model asked · 1.5 s']],
    ['how to go on', { outcome: 'cancelled', ok: false, steps: [] }, ['2 model requests · 1.0k tokens · 1.5 s', 'Go on: untilgreen ask --resume ask-1']],
  ])('%s', (_title, more, lines) => expect(usedLine(result(more))).toEqual(lines));
});
