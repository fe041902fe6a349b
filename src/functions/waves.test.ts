import { expect, test } from 'vitest';
import { waves } from './waves.ts';

const shape = (options: Parameters<typeof waves>[0]) => waves(options).map(({ wave, n, temperature, seed }) => [wave, n, temperature, seed]);

test.each([
  ['one greedy candidate, then four, eight and eight', { decode: 'greedy', candidates: 21, seed: 1 }, [[0, 1, 0, 1000], [1, 4, 0.6, 1001], [2, 8, 0.8, 1005], [3, 8, 0.8, 1013]]],
  ['the last wave is cut to what is left', { decode: 'greedy', candidates: 7, seed: 2 }, [[0, 1, 0, 2000], [1, 4, 0.6, 2001], [2, 2, 0.8, 2005]]],
  ['without the greedy one the others keep their seeds', { decode: 'sample', candidates: 4, seed: 1 }, [[1, 4, 0.6, 1001]]],
  ['the last kind of wave repeats', { decode: 'sample', candidates: 50, seed: 0 }, [[1, 4, 0.6, 1], [2, 8, 0.8, 5], [3, 8, 0.8, 13], [4, 20, 1, 21], [5, 10, 1, 41]]],
  ['no candidates, no waves', { decode: 'greedy', candidates: 0, seed: 1 }, []],
] as const)('%s', (_title, options, expected) => {
  expect(shape(options)).toEqual(expected);
});
