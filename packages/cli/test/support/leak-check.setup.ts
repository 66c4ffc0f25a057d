import { afterAll, expect } from 'vitest';
import { leaks } from './leak-check.js';

// For every test file: all that every command printed in it, with debug on, has none of the secrets used in it.
afterAll(() => {
  expect(leaks()).toEqual([]);
});
