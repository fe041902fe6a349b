import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type TestServer } from '../support/postgres.ts';
import { killRounds } from '../support/store-kill.ts';

// Run with `npx vitest run --config test/kill/vitest.config.ts`; UNTILGREEN_KILL_ROUNDS makes it longer.
const rounds = Number(process.env.UNTILGREEN_KILL_ROUNDS ?? 20);

describe('kill -9 in the middle of writes', () => {
  let server: TestServer | undefined;
  beforeAll(async () => void (server = await startPostgres()));
  afterAll(() => server?.stop());

  it('loses nothing that was acknowledged and repeats nothing that was recorded, embedded', { timeout: 30_000 * rounds }, async () => {
    expect((await killRounds(rounds, 20_251)).steps).toBeGreaterThanOrEqual(rounds - Math.floor(rounds / 4));
  });
  it('likewise on PostgreSQL', { timeout: 30_000 * rounds }, async (context) => {
    if (!server) return context.skip('PostgreSQL was not to be had');
    expect((await killRounds(rounds, 7, server.url)).steps).toBeGreaterThanOrEqual(rounds - Math.floor(rounds / 4));
  });
});
