import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { explanationSchema, healthSchema, type ObjectSchema } from '../src/definition/json-schemas.js';
import { createResolver, defineSettings, plain, secret } from '../src/index.js';
import { memorySource } from '../src/testing/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: {
    TOKEN: secret('api/token', z.string()),
    LEVEL: plain(z.string(), { default: 'info' }),
    NOTE: plain(z.string().optional()),
  },
});

/** zod reads JSON schemas, and refuses what they do not name when they say so. */
const check = (schema: ObjectSchema) => z.fromJSONSchema({ ...schema, additionalProperties: false } as never);

const overTheWire = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer));

describe('what a resolver answers is what the schemas say', () => {
  test.each(['before', 'after', 'degraded'])('%s a load', async (moment) => {
    const first = memorySource('first', { TOKEN: 'token' });
    const second = memorySource('second', { TOKEN: 'other', LEVEL: 'debug' });
    await using resolver = createResolver(definition, {
      environment: 'production',
      sources: [first, second],
    });
    if (moment !== 'before') await resolver.load();
    if (moment === 'degraded') {
      first.fail('SOURCE_DENIED');
      await resolver.refresh();
    }
    expect(() => check(healthSchema).parse(overTheWire(resolver.health()))).not.toThrow();
    const explained = moment === 'before' ? [] : resolver.explain();
    for (const each of [...explained, ...(await resolver.survey())]) {
      expect(() => check(explanationSchema).parse(overTheWire(each))).not.toThrow();
    }
  });

  test('and nothing else', () => {
    expect(() => check(healthSchema).parse({ status: 'ready' })).toThrow();
    expect(() => check(explanationSchema).parse({ name: 'TOKEN', value: 'token' })).toThrow();
  });
});
