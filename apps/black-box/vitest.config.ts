import { defineConfig } from 'vitest/config';

export default defineConfig({
  // A test never asserts a time; on a busy machine it may take its own.
  test: { testTimeout: 30_000, hookTimeout: 30_000 },
});
