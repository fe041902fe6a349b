import type { Need } from '../types.ts';
import { fitOf, parametersOf } from './fit.ts';
import type { Capability } from '../types.ts';

/** Numbers that stand in words: for a request that no model has read they are all that is known of its values. */
export function numbersIn(text: string): number[] {
  // Not those of names, dates and times (`A4`, `2024-05-01`, `5:30`), which are texts for a tool.
  return [...text.matchAll(/(?<![\p{L}\p{N}_.:/-])[-+]?\d[\d,]*(?:\.\d+)?(?![\p{N}:/]|-\d)/gu)].map(([number]) => Number(number.replaceAll(',', ''))).filter(Number.isFinite);
}

/** How many of the numbers find a parameter for numbers, and how many of the required ones for numbers find none. */
export function numbersFit(numbers: readonly number[], tool: Pick<Capability, 'parameters'>): { taken: number; unfilled: number } {
  const parameters = parametersOf(tool);
  const numeric = parameters.filter(({ schema }) => schema['type'] === 'number' || schema['type'] === 'integer');
  const lists = parameters.some(({ schema }) => schema['type'] === 'array' || schema['type'] === undefined);
  const required = numeric.filter((parameter) => parameter.required).length;
  return {
    taken: numbers.length === 0 || lists ? 1 : Math.min(1, numeric.length / numbers.length),
    unfilled: required === 0 ? 0 : Math.max(0, required - numbers.length) / required,
  };
}

/** The same figures for values that a model has read. */
export function valuesFit(values: Need['values'], tool: Pick<Capability, 'parameters'>): { taken: number; unfilled: number } {
  const { bound, missing } = fitOf(values, tool);
  return { taken: bound, unfilled: missing };
}
