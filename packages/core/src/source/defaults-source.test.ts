import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineSettings, plain, secret } from '../definition/definition.js';
import { describeSource } from '../testing/index.js';
import { defaultsSource } from './defaults-source.js';

describeSource(
  'the defaults source',
  {
    create: () => ({ source: defaultsSource() }),
    declare: (_, value) =>
      value === undefined ? plain(z.unknown()) : plain(z.unknown(), { default: value }),
    storesJson: true,
    cannotFail: 'it reads nothing but the settings that it is given',
  },
  { afterEach, describe, test },
);

const { settings } = defineSettings({
  application: 'shop',
  environments: ['development', 'production'],
  settings: {
    PORT: plain(z.int(), { default: 8080 }),
    HOST: plain(z.string()),
    COMMENT: plain(z.string().nullable(), { default: null }),
    KEY: secret('api/key', z.string(), { developmentDefault: 'for development' }),
    PROXY: secret('net/proxy', z.string().nullable(), { developmentDefault: null }),
    OTHER: secret('api/other', z.string()),
  },
});

const ask = async (environment: string) =>
  Object.fromEntries(
    await defaultsSource().lookup(Object.values(settings), {
      application: 'shop',
      environment,
      signal: new AbortController().signal,
    }),
  );

test('has the declared defaults in every environment, null too', async () => {
  for (const environment of ['development', 'production']) {
    expect(await ask(environment)).toMatchObject({
      PORT: { status: 'found', value: 8080, locator: 'default' },
      HOST: { status: 'absent', reason: 'not-set' },
      COMMENT: { status: 'found', value: null, locator: 'default' },
      OTHER: { status: 'absent', reason: 'not-set' },
    });
  }
});

test('has the defaults for development in development only, null too', async () => {
  expect(await ask('development')).toMatchObject({
    KEY: { status: 'found', value: 'for development', locator: 'development default' },
    PROXY: { status: 'found', value: null, locator: 'development default' },
  });
  expect(await ask('production')).toMatchObject({
    KEY: { status: 'absent', reason: 'development-only' },
    PROXY: { status: 'absent', reason: 'development-only' },
  });
});
