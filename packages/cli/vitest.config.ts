import { defineConfig } from 'vitest/config';

export default defineConfig({
  // A test never asserts a time; on a busy machine it may take its own.
  test: { testTimeout: 60_000, hookTimeout: 60_000, setupFiles: ['test/support/leak-check.setup.ts'] },
});
