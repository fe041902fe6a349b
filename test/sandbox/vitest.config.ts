import { defineConfig } from 'vitest/config';

// The adversarial suite of the sandbox: `vitest run --config test/sandbox/vitest.config.ts`.
export default defineConfig({
  test: {
    include: ['test/sandbox/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Bombs run one at a time.
    fileParallelism: false,
    maxWorkers: 1,
  },
});
