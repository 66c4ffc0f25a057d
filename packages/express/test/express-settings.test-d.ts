import { defineSettings, environmentSource, plain, Resolver, secret } from '@strongroom/core';
import express from 'express';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { expressSettings } from '../src/index.js';

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
const sources = [environmentSource({})];
const app = express();
const ofShop = expressSettings(new Resolver(shop, { environment: 'production', sources }));
const ofMail = expressSettings(new Resolver(mail, { environment: 'production', sources }));

test('a handler sees the settings of its definition, and all else as Express types it', () => {
  app.use(ofShop.middleware);
  app.get(
    '/orders/:id',
    ofShop.handler((req, res) => {
      expectTypeOf(req.settings.PORT).toEqualTypeOf<number>();
      expectTypeOf(req.settings.DATABASE_URL).toEqualTypeOf<string>();
      expectTypeOf(res.json).toBeFunction();
      // @ts-expect-error no such setting
      req.settings.PROT;
      // @ts-expect-error a snapshot is frozen
      req.settings.PORT = 1;
    }),
  );
});

test('a handler takes what Express would have it take', () => {
  app.post(
    '/orders/:id',
    ofShop.handler<{ id: string }, { done: boolean }, { amount: number }>((req, res) => {
      expectTypeOf(req.params.id).toEqualTypeOf<string>();
      expectTypeOf(req.body.amount).toEqualTypeOf<number>();
      res.json({ done: true });
      // @ts-expect-error another answer than the one that is promised
      res.json({ done: 1 });
    }),
  );
  app.get(
    '/orders/:id',
    ofShop.handler((req) => {
      expectTypeOf(req.params).toEqualTypeOf<express.Request['params']>();
      expectTypeOf(req.query).toEqualTypeOf<express.Request['query']>();
    }),
  );
});

test('two definitions live in one program', () => {
  app.get(
    '/mail',
    ofMail.middleware,
    ofMail.handler(async (req) => {
      expectTypeOf(req.settings.MODE).toEqualTypeOf<'smtp' | 'file'>();
      // @ts-expect-error a setting of the other definition
      req.settings.PORT;
    }),
  );
});

test('a request without a handler of settings has none', () => {
  app.get('/', (req) => {
    // @ts-expect-error nothing was declared for the whole program
    req.settings;
  });
});

test('options are those that there are', () => {
  app.use('/internal', ofShop.router({ admit: (req, what) => what === 'health' || req.ip === '::1' }));
  // @ts-expect-error no such option
  ofShop.router({ allow: () => true });
  // @ts-expect-error it is known whether a request is admitted
  ofShop.router({ admit: () => 'yes' });
});
