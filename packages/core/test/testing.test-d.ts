import * as nodeTest from 'node:test';
import { afterEach, describe, test } from 'vitest';
import type { Source } from '../src/index.js';
import { describeSource } from '../src/testing/index.js';

declare const source: Source;
const runner = { afterEach, describe, test };

test('a harness that leaves out a failure must say why', () => {
  const create = () => ({ source });
  const hook = () => {};
  // @ts-expect-error no failures, and no reason
  describeSource('x', { create }, runner);
  // @ts-expect-error one failure is missing, and no reason is given
  describeSource('x', { create, breakIt: hook, deny: hook, garbage: hook }, runner);
  describeSource('x', { create, breakIt: hook, deny: hook, garbage: hook, hang: hook }, runner);
  describeSource('x', { create, breakIt: hook, cannotFail: 'has no permissions' }, runner);
});

test('hooks get the fixture that create made, with all that belongs to it', () => {
  describeSource(
    'x',
    {
      create: async () => ({ source, server: { stop: async () => {} } }),
      breakIt: ({ server }) => server.stop(),
      // @ts-expect-error the fixture has nothing of that name
      deny: ({ nothing }) => nothing,
      cannotFail: 'is a test',
    },
    runner,
  );
});

test('any runner runs the suite', () => {
  describeSource('x', { create: () => ({ source }), cannotFail: 'is a test' }, nodeTest);
});
