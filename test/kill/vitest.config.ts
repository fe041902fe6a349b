import { defineConfig } from 'vitest/config';

// The long tests that kill real processes; kept out of `npm test`.
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname, include: ['test/kill/**/*.test.ts', 'src/**/kill.test.ts'], pool: 'forks', maxWorkers: 1, testTimeout: 120_000, hookTimeout: 60_000,
    // Rounds that stand side by side: each is two processes of the command one after the other.
    maxConcurrency: 2,
  },
});
