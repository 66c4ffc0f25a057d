import { describe, expect, test } from 'vitest';
import { SourceError } from '../errors.js';
import { describeSource } from './describe-source.js';
import { memorySource } from './memory-source.js';

describeSource('the memory source', {
  create: (values) => ({
    source: memorySource('memory', Object.fromEntries([...values].map(([{ name }, value]) => [name, value]))),
  }),
  storesJson: true,
  breakIt: ({ source }) => void source.fail('SOURCE_UNAVAILABLE'),
  deny: ({ source }) => void source.fail('SOURCE_DENIED'),
  garbage: ({ source }) => void source.fail(new SourceError('SOURCE_MALFORMED', 'nonsense')),
  hang: ({ source }) => void source.hang(),
});

describe('describeSource', () => {
  test('refuses a harness that leaves out a failure without saying why', () => {
    const create = () => ({ source: memorySource('memory') });
    expect(() => describeSource('silent', { create, cannotFail: ' ' })).toThrow('say why in cannotFail');
  });
});
