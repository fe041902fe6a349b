import { defineConfig } from 'vitest/config';

// The long tests that kill real processes; kept out of `npm test`.
export default defineConfig({
  test: {
    // On a CI machine a test that fails once is run again, and named as retried in the output: a flaky test is a bug to mend, not a lost build.
    retry: process.env['CI'] ? 1 : 0,
    root: new URL('../..', import.meta.url).pathname, include: ['test/kill/**/*.test.ts', 'src/**/kill.test.ts'], pool: 'forks', maxWorkers: 1, testTimeout: 120_000, hookTimeout: 60_000,
    // Rounds that stand side by side: each is two processes of the command one after the other.
    maxConcurrency: 2,
  },
});
