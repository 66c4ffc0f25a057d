import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A test never asserts a time; on a busy machine it may take its own.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
  },
});
