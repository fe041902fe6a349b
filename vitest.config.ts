import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // What takes minutes runs apart: npm run test:kill, npm run test:sandbox.
    exclude: ['test/kill/**', 'src/**/kill.test.ts', 'test/sandbox/**', 'node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
