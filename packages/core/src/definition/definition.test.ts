import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { canarySecret, expectNoCanary } from '../testing/canary.js';
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
      expect(() => define({ KEY: secret(place as 'group/key', z.string()) })).toThrow(invalid(/KEY.*place/));
      const PORT = plain(z.string(), { place: place as 'group/key' });
      expect(() => define({ PORT })).toThrow(invalid(/PORT.*place/));
    },
  );

  test('refuses a text without a group, and names the setting', () => {
    expect(() => define({ DATABASE_URL: secret('url' as 'group/key', z.string()) })).toThrow(
      invalid('The setting DATABASE_URL cannot work. The place "url" is not of the form group/key'),
    );
  });

  test.each([undefined, null, 7, z.string(), {}])('refuses %o, which is none', (place) => {
    expect(() => define({ KEY: secret(place as never, z.string()) })).toThrow(
      invalid(/KEY.*The place is neither/),
    );
  });
});

describe('what plain JavaScript lets pass', () => {
  // As plain JavaScript sees them.
  const js = { defineSettings, plain, secret } as unknown as Record<string, (...args: unknown[]) => never>;
  const settings = { PORT: plain(z.int()) };
  const parts = { application: 'shop', environments: ['production'], settings };

  test.each([
    [
      'a mistyped option',
      { P: js['plain']?.(z.int(), { defaults: 1 }) },
      /P .*defaults is no option of plain\(\)\. Was it meant to be default\?/,
    ],
    [
      'several',
      { P: js['plain']?.(z.int(), { defualt: 1, desc: 'x' }) },
      /defualt .*meant to be default\?.* desc .*description, default, place/,
    ],
    [
      'an option of a secret',
      { S: js['secret']?.('a/b', z.string(), { descripton: 'x' }) },
      /S .*meant to be description\?/,
    ],
    [
      'options that are none',
      { S: js['secret']?.('a/b', z.string(), null) },
      /S .*secret\(\) wants its options as an object/,
    ],
    [
      'a default of a secret',
      { S: js['secret']?.('a/b', z.string(), { default: 'x' }) },
      /S .*has no default; developmentDefault is one/,
    ],
    [
      'an undefined schema',
      { P: js['plain']?.(undefined) },
      /P .*plain\(\) wants a schema of zod 4.*got nothing/,
    ],
    [
      'an undefined schema of a secret',
      { S: js['secret']?.('a/b', undefined) },
      /S .*secret\(\) wants a schema of zod 4.*got nothing/,
    ],
    ['what is no schema', { S: js['secret']?.('a/b', 'string') }, /S .*secret\(\) wants a schema of zod 4/],
    ['a schema of zod 3', { P: js['plain']?.({ _def: {}, parse: () => 1 }) }, /P .*got one of zod 3/],
    ['a bare schema', { P: z.int() }, /P is not made by secret\(place, schema\) or plain\(schema\)/],
    ['a bare value', { P: 8000 }, /P is not made by/],
    ['null', { P: null }, /P is not made by/],
    ['an object of its own', { P: { kind: 'plain', schema: z.int() } }, /P is not made by/],
  ])('%s is refused, and its setting named', (_, declared, message) => {
    expect(() => js['defineSettings']?.({ ...parts, settings: declared })).toThrow(invalid(message));
  });

  test.each([
    [
      'nothing',
      undefined,
      /defineSettings\(\) wants its options as an object.*application, environments, settings/,
    ],
    ['null', null, /defineSettings\(\) wants its options as an object/],
    ['a mistyped part', { ...parts, enviroments: [] }, /enviroments .*meant to be environments\?/],
    ['no application', { ...parts, application: undefined }, /The application is not given as text/],
    ['an application that is no text', { ...parts, application: 7 }, /The application is not given as text/],
    [
      'one environment instead of a list',
      { ...parts, environments: 'production' },
      /environments are not given as a list/,
    ],
    [
      'an environment that is no text',
      { ...parts, environments: [null] },
      /environment is not given as text/,
    ],
    ['no settings', { ...parts, settings: undefined }, /settings are not given as an object/],
  ])('%s is refused as a definition', (_, declared, message) => {
    expect(() => js['defineSettings']?.(declared)).toThrow(invalid(message));
  });

  test('the error leads to the line that is wrong', () => {
    const KEY = secret('bad' as 'group/key', z.string());
    const error = thrownBy(() => define({ KEY }));
    expect(error).toMatchObject({ cause: { code: 'DEFINITION_INVALID' } });
    expect((error as { cause: Error }).cause.stack).toContain('definition.test.ts');
  });
});

test('a definition that is printed does not show the development default of a secret', () => {
  const canary = canarySecret();
  const definition = define({ KEY: secret('a/b', z.string(), { developmentDefault: canary }) });
  expectNoCanary(
    canary,
    definition,
    definition.settings,
    secret('a/b', z.string(), { developmentDefault: canary }),
  );
  expect(definition.settings['KEY']?.developmentDefault?.()).toBe(canary);
});

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
