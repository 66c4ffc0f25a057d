import { createResolver, defineSettings, isStrongroomError, plain, secret } from '@strongroom/core';
import { canarySecret, expectNoCanary, ManualClock, memorySource } from '@strongroom/core/testing';
import type { ErrorRequestHandler } from 'express';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { serve, versions, withExpress } from './versions.js';

const canary = canarySecret();
const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: {
    DATABASE_URL: secret('database/url', z.string()),
    GREETING: plain(z.string(), { default: 'hello' }),
  },
});

function shop(options: { readonly lastGoodForMs?: number } = {}) {
  const clock = new ManualClock();
  const source = memorySource('store', { DATABASE_URL: canary, GREETING: 'one' });
  const resolver = createResolver(definition, {
    environment: 'production',
    sources: [source],
    clock,
    ...options,
  });
  return { clock, source, resolver };
}

const json = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as unknown };
};

describe.each(versions)('with %s', (version) => {
  let modules: Awaited<ReturnType<typeof withExpress>>;
  beforeEach(async () => {
    modules = await withExpress(version);
  });

  test('a request that comes before the first load is over waits for it', async () => {
    const { express, expressSettings } = modules;
    const { resolver } = shop();
    const settings = expressSettings(resolver);
    const app = express();
    app.use(settings.middleware);
    app.get(
      '/',
      settings.handler((req, res) => res.json({ greeting: req.settings.GREETING })),
    );
    await using server = await serve(app);
    expect(await json(server.url)).toEqual({ status: 200, body: { greeting: 'one' } });
    await resolver.close();
  });

  test('a rotation in the middle of a request changes nothing under it', async () => {
    const { express, expressSettings } = modules;
    const { resolver, source } = shop();
    const settings = expressSettings(resolver);
    const app = express();
    app.use(settings.middleware);
    const inner = express.Router();
    // Once more on the way of the same request, by another use of the same resolver.
    inner.use(expressSettings(resolver).middleware);
    inner.get(
      '/',
      settings.handler((req, res) => res.json({ greeting: req.settings.GREETING })),
    );
    app.get(
      '/',
      settings.handler(async (req, _res, next) => {
        const before = req.settings.GREETING;
        source.set('GREETING', `${before}, and another`);
        await resolver.refresh();
        expect(resolver.current().GREETING).not.toBe(before);
        next();
      }),
      inner,
    );
    await using server = await serve(app);
    expect((await json(server.url)).body).toEqual({ greeting: 'one' });
    expect((await json(server.url)).body).toEqual({ greeting: 'one, and another' });
    await resolver.close();
  });

  test('a resolver is loaded once, however many applications and routers use it', async () => {
    const { express, expressSettings } = modules;
    const { resolver, source } = shop();
    const apps = [express(), express(), express.Router()];
    for (const app of apps) app.use(expressSettings(resolver).middleware);
    await resolver.load();
    expect(source.lookups).toHaveLength(1);
    await resolver.close();
  });

  test('several definitions live in one application', async () => {
    const { express, expressSettings } = modules;
    const { resolver } = shop();
    const mail = defineSettings({
      application: 'mail',
      environments: ['production'],
      settings: { MODE: plain(z.enum(['smtp', 'file']), { default: 'smtp' }) },
    });
    const ofMail = createResolver(mail, { environment: 'production', sources: [] });
    const [first, second] = [expressSettings(resolver), expressSettings(ofMail)];
    const app = express();
    app.use(first.middleware);
    app.get(
      '/mail',
      second.middleware,
      second.handler((req, res) => res.json({ mode: req.settings.MODE })),
    );
    app.get(
      '/',
      first.handler((req, res) => res.json({ greeting: req.settings.GREETING })),
    );
    await using server = await serve(app);
    expect((await json(`${server.url}/mail`)).body).toEqual({ mode: 'smtp' });
    expect((await json(server.url)).body).toEqual({ greeting: 'one' });
    await Promise.all([resolver.close(), ofMail.close()]);
  });

  test('without a snapshot a request ends with 503 and no detail, until a later load succeeds', async () => {
    const { express, expressSettings } = modules;
    const { clock, resolver, source } = shop();
    source.fail();
    const settings = expressSettings(resolver, { retryAfterSeconds: 7, clock });
    const app = express();
    app.set('env', 'development');
    vi.spyOn(console, 'error').mockImplementation(() => {});
    app.use(settings.middleware);
    app.get('/', (_req, res) => void res.json('served'));
    await using server = await serve(app);

    const refused = await fetch(server.url);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('7');
    expect(await refused.text()).toMatch(/^<!DOCTYPE html>[\s\S]*<pre>Service Unavailable<\/pre>[\s\S]*$/);

    await fetch(server.url);
    expect(source.lookups).toHaveLength(1);
    clock.advance(7_000);
    await resolver.load().catch(() => undefined);
    expect(source.lookups).toHaveLength(2);
    expect((await fetch(server.url)).status).toBe(503);

    source.recover();
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    clock.advance(7_000);
    await resolver.load();
    expect(await json(server.url)).toEqual({ status: 200, body: 'served' });
    await resolver.close();
  });

  test('a resolver that is closed is not started again', async () => {
    const { express, expressSettings } = modules;
    const { clock, resolver, source } = shop();
    await resolver.close();
    const app = express().use(expressSettings(resolver, { clock }).middleware);
    app.set('env', 'test');
    await using server = await serve(app);
    expect((await fetch(server.url)).status).toBe(503);
    expect([clock.pending, source.lookups.length]).toEqual([0, 0]);
  });

  test('settings that are too old are an error that an application can answer by itself', async () => {
    const { express, expressSettings } = modules;
    const { clock, resolver, source } = shop({ lastGoodForMs: 60_000 });
    await resolver.load();
    source.fail();
    await resolver.refresh();
    clock.advance(60_000);
    const settings = expressSettings(resolver);
    const app = express();
    app.use('/probe', settings.router({ admit: (_req, what) => what === 'health' }));
    app.use(settings.middleware);
    const own: ErrorRequestHandler = (error, _req, res, _next) => {
      const code = isStrongroomError(error.cause) ? error.cause.code : undefined;
      res.status(error.status).set(error.headers).json({ code, message: error.message });
    };
    app.use(own);
    await using server = await serve(app);
    const refused = await fetch(server.url);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.json()).toEqual({ code: 'SNAPSHOT_EXPIRED', message: 'Service Unavailable' });
    // A new start would not help, so the process is live.
    expect((await json(`${server.url}/probe/health/live`)).status).toBe(200);
    expect(await json(`${server.url}/probe/health/ready`)).toMatchObject({
      status: 503,
      body: { status: 'failed', ready: false, failing: [{ source: 'store', code: 'SOURCE_UNAVAILABLE' }] },
    });
    await resolver.close();
  });

  test('the router shows itself only to requests that the application admits', async () => {
    const { express, expressSettings } = modules;
    const { resolver } = shop();
    await resolver.load();
    const settings = expressSettings(resolver);
    const app = express();
    app.set('env', 'test');
    app.use('/closed', settings.router());
    app.use(
      '/internal',
      settings.router({ admit: async (req, what) => what === 'health' || req.get('authorization') === 'me' }),
    );
    app.use('/broken', settings.router({ admit: () => Promise.reject(new Error('no database')) }));
    await using server = await serve(app);
    for (const path of ['health/live', 'health/ready', 'explain']) {
      expect((await fetch(`${server.url}/closed/${path}`)).status).toBe(404);
      expect((await fetch(`${server.url}/broken/${path}`)).status).toBe(500);
    }
    for (const path of ['health/live', 'health/ready']) {
      expect(await json(`${server.url}/internal/${path}`)).toMatchObject({
        status: 200,
        body: { status: 'ready', live: true, ready: true, freshness: 'fresh' },
      });
    }
    expect((await fetch(`${server.url}/internal/explain`)).status).toBe(404);

    const explained = await fetch(`${server.url}/internal/explain`, { headers: { authorization: 'me' } });
    expect(explained.headers.get('cache-control')).toBe('no-store');
    const body = (await explained.json()) as { readonly settings: unknown };
    expect(body.settings).toMatchObject([
      { name: 'DATABASE_URL', kind: 'secret', source: 'store', locator: 'store:DATABASE_URL' },
      { name: 'GREETING', kind: 'plain', source: 'store' },
    ]);
    expectNoCanary(canary, body);
    await resolver.close();
  });

  test('provenance of a resolver that is not loaded is 503, and readiness too', async () => {
    const { express, expressSettings } = modules;
    const { clock, resolver, source } = shop();
    source.fail();
    const app = express();
    app.set('env', 'test');
    app.use(expressSettings(resolver, { clock }).router({ admit: () => true }));
    await using server = await serve(app);
    expect((await fetch(`${server.url}/explain`)).status).toBe(503);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    await resolver.close();
  });
});

test('an option that there is not is refused', async () => {
  const { expressSettings } = await withExpress('express5');
  const { resolver } = shop();
  // @ts-expect-error no such option
  expect(() => expressSettings(resolver, { retryAfterSecond: 5 })).toThrow(/meant to be retryAfterSeconds/);
  // @ts-expect-error no such option
  expect(() => expressSettings(resolver).router({ admits: () => true })).toThrow(/meant to be admit\b/);
  await resolver.close();
});

test('what is no resolver is refused, and what a promise of one lacks is said', async () => {
  const { expressSettings } = await withExpress('express5');
  const { resolver } = shop();
  const invalid = { code: 'DEFINITION_INVALID' };
  for (const retryAfterSeconds of [Number.NaN, 0, 1.5]) {
    expect(() => expressSettings(resolver, { retryAfterSeconds })).toThrow(expect.objectContaining(invalid));
  }
  // @ts-expect-error no resolver
  expect(() => expressSettings({})).toThrow(expect.objectContaining(invalid));
  // @ts-expect-error no resolver
  expect(() => expressSettings(Promise.resolve(resolver))).toThrow(
    /a promise, which is to be awaited first$/,
  );
  await resolver.close();
});
