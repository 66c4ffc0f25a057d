import swagger from '@fastify/swagger';
import { createResolver, defineSettings, plain, SourceError, secret } from '@strongroom/core';
import { canarySecret, expectNoCanary, ManualClock, memorySource } from '@strongroom/core/testing';
import newest, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import oldest from 'fastify-oldest';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fastifySettings, readerFor } from '../src/index.js';

const canary = canarySecret();
const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: {
    DATABASE_URL: secret('database/url', z.string()),
    GREETING: plain(z.string().max(10), { default: 'hello' }),
  },
});
const mail = defineSettings({
  application: 'mail',
  environments: ['production'],
  settings: { MODE: plain(z.enum(['smtp', 'file']), { default: 'smtp' }) },
});
const settingsOf = readerFor(definition);
const settingsOfMail = readerFor(mail);

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

/** Serves an application on a free port until it is disposed of. */
async function serve(app: FastifyInstance): Promise<{ readonly url: string } & AsyncDisposable> {
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, [Symbol.asyncDispose]: () => app.close() };
}

const json = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(url, { headers });
  return { status: response.status, body: (await response.json()) as unknown };
};

/** A logger's options, and the lines that came of it. */
function logging() {
  const lines: string[] = [];
  return { lines, logger: { level: 'info', stream: { write: (line: string) => void lines.push(line) } } };
}

const versions = [
  { name: 'the oldest Fastify', fastify: oldest as unknown as typeof newest },
  { name: 'the newest Fastify', fastify: newest },
];

describe.each(versions)('with $name', ({ fastify }) => {
  const make = (options: FastifyServerOptions = {}): FastifyInstance =>
    fastify({ forceCloseConnections: true, ...options });

  test('the server is ready when the first snapshot is, and what follows can use it', async () => {
    const { resolver } = shop();
    const app = make();
    await app.register(fastifySettings, { resolver });
    expect(settingsOf(app).GREETING).toBe('one');
    app.get('/', async (request) => ({ greeting: settingsOf(request).GREETING }));
    await using server = await serve(app);
    expect(await json(server.url)).toEqual({ status: 200, body: { greeting: 'one' } });
  });

  test('a server whose settings cannot be loaded does not start, and says why', async () => {
    const { resolver, source } = shop();
    source.fail();
    const app = make();
    app.register(fastifySettings, { resolver });
    await expect(app.ready()).rejects.toMatchObject({ code: 'SETTINGS_MISSING' });
    await app.close();
    expect(source.closed).toBe(1);
  });

  test('a rotation in the middle of a request changes nothing under it', async () => {
    const { resolver, source } = shop();
    const app = make();
    await app.register(fastifySettings, { resolver });
    app.get('/', async (request) => {
      const before = settingsOf(request).GREETING;
      source.set('GREETING', 'two');
      await resolver.refresh();
      return { before, after: settingsOf(request).GREETING, instance: settingsOf(app).GREETING };
    });
    await using server = await serve(app);
    expect((await json(server.url)).body).toEqual({ before: 'one', after: 'one', instance: 'two' });
    expect((await json(server.url)).body).toEqual({ before: 'two', after: 'two', instance: 'two' });
  });

  test('instances with different definitions live in one process, and beside each other in one server', async () => {
    const { resolver } = shop();
    const ofMail = createResolver(mail, { environment: 'production', sources: [] });
    const app = make();
    app.register(async (inner) => {
      await inner.register(fastifySettings, { resolver });
      inner.get('/shop', async (request) => ({ greeting: settingsOf(request).GREETING }));
    });
    app.register(async (inner) => {
      await inner.register(fastifySettings, { resolver: ofMail });
      inner.get('/mail', async (request) => ({ mode: settingsOfMail(request).MODE }));
    });
    app.get('/', async (request) => ({ has: 'settings' in request }));
    await using server = await serve(app);
    expect((await json(`${server.url}/shop`)).body).toEqual({ greeting: 'one' });
    expect((await json(`${server.url}/mail`)).body).toEqual({ mode: 'smtp' });
    expect((await json(server.url)).body).toEqual({ has: false });
  });

  test('the resolver is closed with the server, unless it belongs to somebody else', async () => {
    const [owned, lent] = [shop(), shop()];
    const app = make();
    await app.register(async (inner) => void inner.register(fastifySettings, { resolver: owned.resolver }));
    await app.register(fastifySettings, { resolver: lent.resolver, closeResolver: false });
    await app.ready();
    await app.close();
    expect([owned.source.closed, lent.source.closed]).toEqual([1, 0]);
    expect(lent.resolver.events.eventNames()).toEqual([]);
    await lent.resolver.close();
  });

  test('without a valid snapshot a request ends with 503 and no detail', async () => {
    const { clock, resolver, source } = shop({ lastGoodForMs: 60_000 });
    const app = make();
    await app.register(fastifySettings, {
      resolver,
      retryAfterSeconds: 7,
      routes: { admit: () => true, prefix: '/internal' },
    });
    app.get('/', async () => 'served');
    app.get('/own-health', { config: { settings: 'optional' } }, async (request) => ({
      settings: settingsOf(request),
    }));
    await using server = await serve(app);
    source.fail();
    await resolver.refresh();
    expect((await fetch(server.url)).status).toBe(200);
    clock.advance(60_000);

    for (const path of ['', '/no-such-route']) {
      const refused = await fetch(`${server.url}${path}`);
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toBe('7');
      expect(await refused.json()).toEqual({
        statusCode: 503,
        error: 'Service Unavailable',
        message: 'Service Unavailable',
      });
    }
    expect(await json(`${server.url}/own-health`)).toEqual({ status: 200, body: { settings: null } });
    expect((await json(`${server.url}/internal/explain`)).status).toBe(200);
    // A new start would not help, so the process is live.
    expect((await json(`${server.url}/internal/health/live`)).status).toBe(200);
    expect(await json(`${server.url}/internal/health/ready`)).toEqual({
      status: 503,
      body: JSON.parse(JSON.stringify(resolver.health())),
    });
  });

  test('the routes are there for those alone whom the application admits', async () => {
    const { resolver } = shop();
    const app = make();
    const closed = shop();
    app.register(async (inner) => void inner.register(fastifySettings, { resolver: closed.resolver }));
    await app.register(fastifySettings, {
      resolver,
      routes: {
        prefix: '/internal',
        admit: async (request, what) => what === 'health' || request.headers.authorization === 'me',
      },
    });
    await using server = await serve(app);
    expect((await json(`${server.url}/health/live`)).status).toBe(404);
    for (const path of ['health/live', 'health/ready']) {
      expect(await json(`${server.url}/internal/${path}`)).toEqual({
        status: 200,
        body: JSON.parse(JSON.stringify(resolver.health())),
      });
    }
    const path = '/internal/explain';
    expect(await json(`${server.url}${path}`)).toEqual({
      status: 404,
      body: { statusCode: 404, error: 'Not Found', message: `Route GET:${path} not found` },
    });
    const explained = await fetch(`${server.url}${path}`, { headers: { authorization: 'me' } });
    expect(explained.headers.get('cache-control')).toBe('no-store');
    const body = await explained.json();
    expect(body).toEqual({ settings: JSON.parse(JSON.stringify(resolver.explain())) });
    expectNoCanary(canary, body);
  });

  test('the log tells what becomes of the settings, and no value', async () => {
    const { lines, logger } = logging();
    const { resolver, source } = shop();
    const app = make({ logger });
    await app.register(fastifySettings, { resolver });
    source.set('GREETING', 'two');
    await resolver.refresh();
    source.set('GREETING', canary.repeat(2));
    await resolver.refresh();
    // An error of Strongroom may have a stranger's as its cause.
    const cause = new Error(`cannot connect to ${canary}`, { cause: { url: canary } });
    source.fail(new SourceError('SOURCE_UNAVAILABLE', 'is down', { cause }));
    await resolver.refresh();
    app.log.info({ settings: settingsOf(app) }, 'a snapshot');
    await app.close();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 30, plugin: '@strongroom/fastify', msg: 'the settings are ready' },
      { level: 30, msg: 'the settings changed', settings: ['GREETING'] },
      {
        level: 50,
        msg: 'the new settings are not valid, the last ones stay',
        err: { code: 'SETTINGS_INVALID', problems: [{ name: 'GREETING' }] },
      },
      { level: 40, msg: expect.stringMatching(/^the settings are degraded: what the sources say now/) },
      {
        level: 40,
        msg: expect.stringMatching(/^the settings are degraded: store could not be asked/),
        failures: [{ source: 'store', code: 'SOURCE_UNAVAILABLE', message: 'is down' }],
      },
      { msg: 'a snapshot', settings: { DATABASE_URL: '[secret]', GREETING: 'two' } },
    ]);
    expectNoCanary(canary, lines);
  });

  test('a resolver that was degraded before the server was made is told of', async () => {
    const { lines, logger } = logging();
    const { resolver, source } = shop();
    await resolver.load();
    source.fail();
    await resolver.refresh();
    const app = make({ logger });
    await app.register(fastifySettings, { resolver });
    await app.close();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 40, failures: [{ source: 'store' }] },
    ]);
  });
});

test('the causes of an error, which may be of others, stay out of the log', async () => {
  const { lines, logger } = logging();
  const { clock, resolver, source } = shop({ lastGoodForMs: 1000 });
  const app = newest({ logger });
  await app.register(fastifySettings, { resolver });
  const cause = new Error(canary);
  source.fail(new SourceError('SOURCE_DENIED', 'says no', { cause }));
  await resolver.refresh();
  clock.advance(1000);
  resolver.events.emit('failed', resolver.state, new SourceError('SOURCE_DENIED', 'says no', { cause }));
  await app.close();
  expect(lines.map((line) => JSON.parse(line)).slice(-2)).toMatchObject([
    { level: 50, msg: 'there are no settings to serve', err: { code: 'SNAPSHOT_EXPIRED' } },
    { level: 50, err: { type: 'SourceError', code: 'SOURCE_DENIED', message: 'says no' } },
  ]);
  expectNoCanary(canary, lines);
});

test('a server starts with settings that may be served no longer, and answers when they may be again', async () => {
  const { clock, resolver, source } = shop({ lastGoodForMs: 1000 });
  await resolver.load();
  source.fail();
  await resolver.refresh();
  clock.advance(1000);
  const app = newest();
  await app.register(fastifySettings, { resolver });
  app.get('/', async () => 'well');
  expect((await app.inject('/')).statusCode).toBe(503);
  source.recover();
  await resolver.refresh();
  expect((await app.inject('/')).statusCode).toBe(200);
  await app.close();
});

test('the routes show in an API description', async () => {
  const { resolver } = shop();
  const app = newest();
  await app.register(swagger, { openapi: { info: { title: 'shop', version: '1' } } });
  await app.register(fastifySettings, { resolver, routes: { admit: () => true, prefix: '/internal' } });
  await app.ready();
  const { paths } = app.swagger() as { readonly paths?: Readonly<Record<string, unknown>> };
  expect(Object.keys(paths ?? {})).toEqual([
    '/internal/health/live',
    '/internal/health/ready',
    '/internal/explain',
  ]);
  expect(paths?.['/internal/health/ready']).toMatchObject({
    get: {
      tags: ['settings'],
      responses: {
        200: {
          content: { 'application/json': { schema: { properties: { ready: { type: 'boolean' } } } } },
        },
        503: {},
      },
    },
  });
  await app.close();
});

test('it is a plugin by its name, and for Fastify 5', async () => {
  const { resolver } = shop();
  const app = newest();
  await app.register(fastifySettings, { resolver });
  expect(app.hasPlugin('@strongroom/fastify')).toBe(true);
  expect(Reflect.get(fastifySettings, Symbol.for('plugin-meta'))).toMatchObject({ fastify: '5.x' });
  await app.close();
});

test('an option that there is not is refused', async () => {
  const { resolver } = shop();
  const app = newest();
  // @ts-expect-error no such option
  app.register(fastifySettings, { resolver, closeResolvers: false });
  await expect(app.ready()).rejects.toThrow(/meant to be closeResolver\?/);
  await resolver.close();
});

test.each([Number.NaN, 0, 1.5])('retryAfterSeconds of %s is refused', async (retryAfterSeconds) => {
  const app = newest();
  app.register(fastifySettings, { resolver: shop().resolver, retryAfterSeconds });
  await expect(app.ready()).rejects.toMatchObject({ code: 'DEFINITION_INVALID' });
});

test('what is no resolver is refused, and what a promise of one lacks is said', async () => {
  const { resolver } = shop();
  for (const [given, message] of [
    [undefined, /wants a resolver, as createResolver\(\) or loadSettings\(\) gives it$/],
    [Promise.resolve(resolver), /this is a promise, which is to be awaited first$/],
  ] as const) {
    const app = newest();
    // @ts-expect-error no resolver
    app.register(fastifySettings, { resolver: given });
    await expect(app.ready()).rejects.toMatchObject({
      code: 'DEFINITION_INVALID',
      message: expect.stringMatching(message),
    });
  }
  await resolver.close();
});
