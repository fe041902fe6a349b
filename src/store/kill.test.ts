import { expect, it } from 'vitest';
import { killRounds } from '../../test/support/store-kill.ts';

// The long form, twenty rounds on each store, is test/kill/store-kill.test.ts.
it('keeps every acknowledged step and repeats none that is recorded when killed three times with SIGKILL', { timeout: 120_000 }, async () => {
  expect((await killRounds(3, 42)).steps).toBeGreaterThanOrEqual(3);
});
