import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // On a CI machine a test that fails once is run again, and named as retried in the output: a flaky test is a bug to mend, not a lost build.
    retry: process.env['CI'] ? 1 : 0,
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // What takes minutes runs apart: npm run test:kill, npm run test:sandbox.
    exclude: ['test/kill/**', 'src/**/kill.test.ts', 'test/sandbox/**', 'node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
