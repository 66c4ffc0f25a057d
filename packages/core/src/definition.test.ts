import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { type Declarations, defineSettings, plain, secret } from './definition.js';

const define = (settings: Declarations) =>
  defineSettings({ application: 'shop', environments: ['development', 'production'], settings });

const invalid = (message: string | RegExp) =>
  expect.objectContaining({
    code: 'DEFINITION_INVALID',
    message: expect.stringMatching(message) as string,
  });

describe('defineSettings', () => {
  test('gives every setting its name and its kind', () => {
    const { settings } = defineSettings({
      application: 'shop',
      environments: ['development'],
      settings: { DATABASE_URL: secret('database/url', z.string()), PORT: plain(z.int(), { default: 80 }) },
    });
    expect(settings.DATABASE_URL).toMatchObject({
      name: 'DATABASE_URL',
      kind: 'secret',
      place: { group: 'database', key: 'url' },
    });
    expect(settings.PORT).toMatchObject({ name: 'PORT', kind: 'plain', default: 80, place: undefined });
  });

  test('is frozen, and neither changes its argument nor follows later changes to it', () => {
    const environments = ['development'];
    const declared = { application: 'shop', environments, settings: { PORT: plain(z.int()) } };
    const definition = defineSettings(declared);
    environments.push('late');
    expect(definition.environments).toEqual(['development']);
    for (const part of [definition, definition.environments, definition.settings, definition.settings.PORT]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test.each(['PORT', 'port', 'databaseUrl', '_', 'A1', 'X_FILE'])('takes %s for a name', (name) => {
    expect(Object.keys(define({ [name]: plain(z.string()) }).settings)).toEqual([name]);
  });

  test.each([
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'toString',
    'valueOf',
    '__defineGetter__',
    'toJSON',
    'then',
    '',
    '1ST',
    'WITH-HYPHEN',
    'WITH SPACE',
    'NEW\nLINE',
    'ÜBER',
    'A=B',
  ])('refuses %j for a name', (name) => {
    expect(() => define({ [name]: plain(z.string()) })).toThrow(invalid(/cannot name a setting/));
  });

  test('refuses __proto__ written as a plain property, which sets the prototype', () => {
    const settings = { __proto__: plain(z.string()) } as unknown as Declarations;
    expect(() => define(settings)).toThrow(invalid(/"__proto__" cannot name a setting/));
  });

  test.each(['', '.', '..', 'a/b', 'a\u0000b', 'a\nb'])('refuses the application %j', (application) => {
    expect(() => defineSettings({ application, environments: ['production'], settings: {} })).toThrow(
      invalid(/The application/),
    );
  });

  test('refuses an environment that cannot be part of a path, and none at all', () => {
    const application = 'shop';
    expect(() => defineSettings({ application, environments: ['..'], settings: {} })).toThrow(
      invalid(/The environment "\.\."/),
    );
    expect(() => defineSettings({ application, environments: [], settings: {} })).toThrow(
      invalid(/names no environment/),
    );
  });

  const hiding = {
    default: z.string().default('x'),
    prefault: z.string().prefault('x'),
    catch: z.string().catch('x'),
    'optional default': z.string().default('x').optional(),
    'nullable default': z.string().default('x').nullable(),
    'readonly default': z.string().default('x').readonly(),
    'transformed default': z
      .string()
      .default('x')
      .transform((text) => text.length),
    'default after a pipe': z.string().optional().pipe(z.string().default('x')),
    'default in a union': z.union([z.int(), z.string().default('x')]),
    'lazy default': z.lazy(() => z.string().default('x')),
    'mini default': mini._default(mini.string(), 'x'),
  };
  test.each(Object.entries(hiding))('refuses a schema that hides a default: %s', (_, schema) => {
    expect(() => define({ PORT: plain(schema) })).toThrow(invalid(/The schema of PORT makes a value/));
  });

  test('looks into a schema that is made of itself without end', () => {
    const tree: z.ZodType = z.lazy(() => z.union([z.string(), z.array(tree), tree]));
    expect(() => define({ TREE: plain(tree) })).not.toThrow();
  });

  test('takes a default that lies deeper, where the setting itself must still be given', () => {
    expect(() => define({ LIMITS: plain(z.object({ rate: z.int().default(5) })) })).not.toThrow();
  });
});

describe('a place', () => {
  test('may have several segments before the key, and any key', () => {
    expect(secret('a/b/c/key', z.string()).place).toEqual({ group: 'a/b/c', key: 'key' });
    expect(secret('group/__proto__', z.string()).place).toEqual({ group: 'group', key: '__proto__' });
    expect(plain(z.string(), { place: 'group/my key' }).place).toEqual({ group: 'group', key: 'my key' });
  });

  test.each(['/key', 'group/', 'a//key', '../key', 'a/../key', 'a/./key', 'a/..', 'a/k\u007fey', '/'])(
    'refuses %j',
    (place) => {
      expect(() => secret(place as 'group/key', z.string())).toThrow(invalid(/place/));
      expect(() => plain(z.string(), { place: place as 'group/key' })).toThrow(invalid(/place/));
    },
  );

  test('refuses a text without a group', () => {
    expect(() => secret('url' as 'group/key', z.string())).toThrow(invalid(/not of the form group\/key/));
  });
});
