import { expect, test } from 'vitest';
import { billionsOf } from './billions.ts';

test.each([
  ['qwen2.5-coder-1.5b', 1.5],
  ['Qwen2.5-Coder-7B-Instruct-Q4_K_M', 7],
  ['SmolLM2-135M-Instruct.Q4_1', 0.135],
  ['gemma-3-270m', 0.27],
  ['bigcode/starcoder2-3b', 3],
  ['codellama:13b-instruct', 13],
  ['Mixtral-8x7B-v0.1', 56],
  ['qwen3:0.6b', 0.6],
  ['deepseek-coder-33B', 33],
  ['gpt-4o', undefined],
  ['phi-4-mini', undefined],
  ['model-q4_k_m', undefined],
  ['v2.5', undefined],
  ['llama3b2', undefined],
])('the name %s tells of %s billion parameters', (name, billions) => {
  expect(billionsOf(name)).toBe(billions);
});
