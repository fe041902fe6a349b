import { defineConfig } from 'vitest/config';

// The adversarial suite of the sandbox: `vitest run --config test/sandbox/vitest.config.ts`.
export default defineConfig({
  test: {
    // On a CI machine a test that fails once is run again, and named as retried in the output: a flaky test is a bug to mend, not a lost build.
    retry: process.env['CI'] ? 1 : 0,
    include: ['test/sandbox/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Bombs run one at a time.
    fileParallelism: false,
    maxWorkers: 1,
  },
});
