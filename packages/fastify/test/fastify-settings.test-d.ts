import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import {
  createResolver,
  defineSettings,
  environmentSource,
  plain,
  type SettingsOf,
  secret,
} from '@strongroom/core';
import fastify, { type FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { fastifySettings, readerFor } from '../src/index.js';

const shop = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: { DATABASE_URL: secret('database/url', z.url()), PORT: plain(z.int(), { default: 8000 }) },
});
const mail = defineSettings({
  application: 'mail',
  environments: ['production'],
  settings: { MODE: plain(z.enum(['smtp', 'file']), { default: 'smtp' }) },
});
const resolver = createResolver(shop, { environment: 'production', sources: [environmentSource({})] });
const app = fastify();
const settingsOf = readerFor(shop);
const settingsOfMail = readerFor(mail);

test('the plugin is registered as any other', () => {
  app.register(fastifySettings, { resolver });
  app.register(fastifySettings, {
    resolver,
    closeResolver: false,
    retryAfterSeconds: 1,
    routes: { prefix: '/internal', admit: (request, what) => what === 'health' || request.ip === '::1' },
  });
  // @ts-expect-error a resolver is needed
  app.register(fastifySettings, {});
  // @ts-expect-error the routes are closed unless it is said whom they are open to
  app.register(fastifySettings, { resolver, routes: {} });
});

test('a request and the instance have the settings of the definition', () => {
  app.get('/', async (request) => {
    expectTypeOf(settingsOf(request).PORT).toEqualTypeOf<number>();
    expectTypeOf(settingsOf(app).DATABASE_URL).toEqualTypeOf<string>();
    expectTypeOf(settingsOfMail(request).MODE).toEqualTypeOf<'smtp' | 'file'>();
    // @ts-expect-error no such setting
    settingsOf(request).PROT;
    // @ts-expect-error a setting of the other definition
    settingsOfMail(request).PORT;
    // @ts-expect-error a snapshot is frozen
    settingsOf(request).PORT = 1;
  });
});

test('a type provider types all else', () => {
  const schema = { querystring: Type.Object({ page: Type.Integer() }) };
  app.withTypeProvider<TypeBoxTypeProvider>().get('/orders', { schema }, async (request) => {
    expectTypeOf(request.query.page).toEqualTypeOf<number>();
    expectTypeOf(settingsOf(request).PORT).toEqualTypeOf<number>();
  });
});

test('a program with one definition may declare it', () => {
  interface Declared extends FastifyRequest {
    readonly settings: SettingsOf<typeof shop>;
  }
  expectTypeOf<Declared['settings']['PORT']>().toEqualTypeOf<number>();
});

test('nothing is declared for the whole program', () => {
  // @ts-expect-error not declared
  app.settings;
  app.get('/plain', async (request) => {
    // @ts-expect-error not declared
    request.settings;
  });
});
