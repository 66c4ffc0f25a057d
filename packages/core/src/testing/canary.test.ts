import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { canarySecret, expectNoCanary, findCanary } from './canary.js';

const canary = canarySecret();

describe('findCanary finds', () => {
  const texts = {
    'the whole': `before ${canary} after`,
    'the first six letters': `${canary.slice(0, 6)}***`,
    'the last six letters': `***${canary.slice(-6)}`,
    'six letters of the middle': `***${canary.slice(3, 9)}***`,
    reversed: [...canary].reverse().join(''),
    'lower case': canary.toLowerCase(),
    'upper case': canary.toUpperCase(),
    'URL encoding': encodeURIComponent(canary),
    'a form': new URLSearchParams({ canary }).toString(),
    hex: Buffer.from(canary).toString('hex'),
    base64: Buffer.from(canary).toString('base64'),
    'base64 with one byte before': Buffer.from(`:${canary}`).toString('base64'),
    'base64 with two bytes before': Buffer.from(`a:${canary}`).toString('base64'),
    'base64 in between': Buffer.from(`user:${canary}@host`).toString('base64'),
    base64url: Buffer.from(`${canary}???>>>`).toString('base64url'),
    JSON: JSON.stringify({ a: [canary] }),
    inspection: inspect({ canary }),
  };
  test.each(Object.entries(texts))('in a text: %s', (_, text) => {
    expect(findCanary(canary, text)).toMatch(/^text: /);
  });

  const circular: Record<string, unknown> = { canary };
  circular['self'] = circular;
  const things = {
    'an error': new Error(canary),
    'a stack': Object.assign(new Error('x'), { stack: canary }),
    'a cause': new Error('x', { cause: new Error('y', { cause: { canary } }) }),
    'a field': Object.assign(new Error('x'), { response: { body: canary } }),
    'a hidden field': Object.defineProperty(new Error('x'), 'hidden', { value: canary }),
    'an aggregate': new AggregateError([new Error(canary)]),
    'a deep object': { a: { b: { c: { d: { e: [canary] } } } } },
    'a key': { [canary]: 1 },
    'a symbol': { [Symbol(canary)]: 1 },
    'a map': new Map([['a', canary]]),
    'a set': new Set([canary]),
    'a buffer': Buffer.from('x'.repeat(200) + canary),
    'a getter': {
      get canary() {
        return canary;
      },
    },
    'a throwing getter': {
      get broken() {
        throw new Error(canary);
      },
    },
    'a hidden property': Object.defineProperty({}, 'hidden', { value: canary }),
    toJSON: { toJSON: () => canary },
    toString: { toString: () => canary },
    'a custom inspection': { [inspect.custom]: () => canary },
    'a circle': circular,
    'a long list': Array.from({ length: 500 }, (_, index) => (index === 499 ? canary : '')),
  };
  test.each(Object.entries(things))('in an object: %s', (_, thing) => {
    expect(findCanary(canary, 'clean', thing)).toBeDefined();
  });
});

test('findCanary finds nothing where nothing is, and not another canary', () => {
  const clean = [canarySecret(), new Error(canarySecret()), { a: [1, null, undefined, Symbol('x')] }, null];
  expect(findCanary(canary, ...clean)).toBeUndefined();
});

test('findCanary takes no six digits that two UUIDs share for a leak, and twelve for one', () => {
  const secret = '0f8fad5b-d9cb-469f-a165-70867728950e';
  expect(findCanary(secret, '7c9e6679-7425-40de-944b-70867728e07f', 'ad5b-d9c')).toBeUndefined();
  for (const text of [
    secret,
    secret.toUpperCase(),
    secret.slice(4, 16),
    Buffer.from(secret).toString('base64'),
  ]) {
    expect(findCanary(secret, text)).toBeDefined();
  }
});

test('expectNoCanary fails without quoting what it found', () => {
  expectNoCanary(canary, 'clean');
  let thrown: unknown;
  try {
    expectNoCanary(canary, { leak: canary });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(Error);
  expect(findCanary(canary, (thrown as Error).message)).toBeUndefined();
});
