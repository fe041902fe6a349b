import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, resolveLimits } from './limits.ts';

test('later limits win over earlier ones, the rest are defaults', () => {
  const limits = resolveLimits({ wallMs: 5_000, processes: 10 }, { wallMs: 1_000 }, undefined);
  expect(limits).toMatchObject({ ...DEFAULT_LIMITS, wallMs: 1_000, processes: 10 });
  expect(limits.cpuMs).toBeGreaterThanOrEqual(1_000);
});

test.each([
  ['negative', { wallMs: -1 }, 'wallMs'],
  ['zero', { outputBytes: 0 }, 'outputBytes'],
  ['not whole', { memoryBytes: 1.5e8 + 0.5 }, 'memoryBytes'],
  ['not a number', { processes: Number.NaN }, 'processes'],
  ['endless', { wallMs: Infinity }, 'wallMs'],
  ['too small to start anything', { processes: 1 }, 'processes'],
  ['unknown', { wall: 3 } as object, 'wall'],
])('a limit that is %s is refused by name', (_title, limits, argument) => {
  expect(() => resolveLimits(limits)).toThrow(expect.objectContaining({ code: 'bad_arguments', data: expect.objectContaining({ argument }) }));
});
