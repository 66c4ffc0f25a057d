import { defineSettings, secret } from '@strongroom/core';
import { startDevServer } from '@strongroom/dev-server';
import { createVault, type Vault } from '@strongroom/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Candidate, Entry, type PlanOptions, planMigration, type Step } from '../src/index.js';
import { definition, entriesOf } from './settings.js';

let server: Awaited<ReturnType<typeof startDevServer>>;
let vault: Vault;
beforeAll(async () => {
  server = await startDevServer();
  vault = createVault({ address: server.address, token: server.rootToken });
});
afterAll(async () => {
  await vault?.close();
  await server?.close();
});

async function steps(
  values: Readonly<Record<string, unknown>> | readonly Entry[],
  options: Partial<PlanOptions> = {},
): Promise<readonly Step[]> {
  const entries = Array.isArray(values) ? (values as readonly Entry[]) : entriesOf({ ...values });
  const plan = await planMigration({ definition, environment: 'production', entries, vault, ...options });
  return plan.steps;
}

/** What becomes of one entry. */
async function step(name: string, value: unknown = 'value', options: Partial<PlanOptions> = {}) {
  const [made] = await steps([new Entry(name, value, { reader: 'test', place: 'a test' })], options);
  return made;
}

const create = { action: 'create' };
const left = { action: 'left-out' };

describe('an entry of the definition', () => {
  it('goes to the place of its setting', async () => {
    expect(await step('DATABASE_URL')).toMatchObject({
      ...create,
      reason: 'setting',
      setting: 'DATABASE_URL',
      place: { group: 'database', key: 'url' },
      path: 'shop/production/database',
      key: 'url',
    });
  });

  it.each([
    'database_url',
    'databaseUrl',
    'Database-URL',
    'database.url',
    'SHOP_DATABASE_URL',
    'shop.database.url',
  ])('is known as %s too', async (name) => {
    expect(await step(name)).toMatchObject({ ...create, reason: 'near-name', setting: 'DATABASE_URL' });
  });

  it.each(['cache/url', 'cache/url/value', 'CACHE_URL', 'cache.url'])(
    'is known by its place: %s',
    async (name) => {
      expect(await step(name)).toMatchObject({ ...create, setting: 'REDIS_URL' });
    },
  );

  it('is known by its very place before its name', async () => {
    const crossed = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: { CACHE_URL: secret('other/url'), OTHER: secret('cache/url') },
    });
    expect(await step('cache/url', 'x', { definition: crossed })).toMatchObject({ setting: 'OTHER' });
    expect(await step('CACHE_URL', 'x', { definition: crossed })).toMatchObject({ setting: 'CACHE_URL' });
  });

  it('is not guessed at where a name could stand for several', async () => {
    const twins = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: { API_KEY: secret('one/key'), APIKEY: secret('two/key') },
    });
    expect(await step('api.key', 'x', { definition: twins })).toMatchObject({ ...left, setting: undefined });
  });

  it('stays where it is when it is no secret, unless it is asked for', async () => {
    expect(await step('LOG_LEVEL')).toMatchObject({ ...left, reason: 'not-secret', setting: 'LOG_LEVEL' });
    expect(await step('PORT')).toMatchObject({ ...left, reason: 'no-place', setting: 'PORT' });
    const asked: Candidate[] = [];
    const include = (candidate: Candidate) => asked.push(candidate) > 0;
    expect(await step('LOG_LEVEL', 'debug', { include })).toMatchObject({
      ...create,
      reason: 'included',
      path: 'shop/production/logging',
    });
    expect(await step('PORT', '80', { include })).toMatchObject({ ...left, reason: 'no-place' });
    expect(asked.map(({ entry, reason }) => [entry, reason])).toEqual([['LOG_LEVEL', 'not-secret']]);
    expect(asked[0]?.origin).toEqual({ reader: 'test', place: 'a test' });
  });

  it('stays where it is when Vault makes the value itself', async () => {
    expect(await step('REPORT_USER')).toMatchObject({ ...left, reason: 'leased' });
  });

  it('is left out when it is empty, names a file, or could not be given back', async () => {
    expect(await step('DATABASE_URL', '')).toMatchObject({
      ...left,
      reason: 'empty',
      setting: 'DATABASE_URL',
    });
    expect(await step('DATABASE_URL', null)).toMatchObject({ ...left, reason: 'empty' });
    expect(await step('DATABASE_URL_FILE', '/run/secrets/url')).toMatchObject({ ...left, reason: 'file' });
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const value of [new Date(0), Number.NaN, 'half \ud800 of it', cycle, { deep: undefined }]) {
      expect(await step('DATABASE_URL', value)).toMatchObject({ ...left, reason: 'not-storable' });
    }
  });

  it('is not moved to the place of the version marker', async () => {
    const marked = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: { MARK: secret('.strongroom/mark') },
    });
    expect(await step('MARK', 'x', { definition: marked })).toMatchObject({ ...left, reason: 'no-place' });
    expect(await step('.strongroom/bump', 'x', { include: () => true })).toMatchObject({
      ...left,
      place: undefined,
    });
  });
});

describe('several entries for one place', () => {
  const of = (name: string, value: unknown, line: number) =>
    new Entry(name, value, { reader: 'dotenv', place: '.env', line });
  const told = async (...entries: readonly Entry[]) =>
    (await steps(entries)).map(({ action, reason }) => `${action} ${reason}`);

  it('of one name: the last counts', async () => {
    const made = await steps([of('API_TOKEN', 'a', 1), of('API_TOKEN', 'b', 2), of('API_TOKEN', 'c', 3)]);
    expect(made.map(({ action }) => action)).toEqual(['left-out', 'left-out', 'create']);
    expect(made[0]).toMatchObject({
      reason: 'overridden',
      explanation: 'is overridden by API_TOKEN (.env, line 3)',
    });
  });

  it('hard-coded under one name with different values: none counts, unless a later source has the name', async () => {
    const found = (value: unknown, line: number) =>
      new Entry('API_TOKEN', value, { reader: 'audit', place: 'mail.js', line });
    expect(await steps([found('a', 1), found('b', 2), found('a', 3)])).toMatchObject(
      Array(3).fill({
        ...left,
        reason: 'ambiguous',
        explanation:
          'is one of several for one place, with different values: accept those that are not meant with a comment strongroom-ignore',
      }),
    );
    expect(await told(found('a', 1), found('a', 2))).toEqual(['create setting', 'create setting']);
    expect(await told(found('a', 1), found('b', 2), of('API_TOKEN', 'b', 1))).toEqual([
      'left-out overridden',
      'create setting',
      'create setting',
    ]);
  });

  it('of several names: the closest counts', async () => {
    expect(await told(of('api.token', 'a', 1), of('API_TOKEN', 'b', 2), of('apiToken', 'c', 3))).toEqual([
      'left-out overridden',
      'create setting',
      'left-out overridden',
    ]);
  });

  it('of the same value: all count', async () => {
    expect(await told(of('API_TOKEN', 'a', 1), of('apiToken', 'a', 2), of('API_TOKEN', 'a', 3))).toEqual([
      'create setting',
      'create near-name',
      'create setting',
    ]);
  });

  it('none counts where nothing tells which is meant', async () => {
    expect(await told(of('api.token', 'a', 1), of('apiToken', 'b', 2))).toEqual([
      'left-out ambiguous',
      'left-out ambiguous',
    ]);
    const map = { apiToken: 'API_TOKEN' };
    expect(await steps([of('api.token', 'a', 1), of('apiToken', 'b', 2)], { map })).toMatchObject([
      { ...left, reason: 'overridden' },
      { ...create, reason: 'mapped' },
    ]);
  });
});

describe('an entry outside of the definition', () => {
  it.each([
    ['SMTP_PASSWORD', 'smtp/password', 'first word'],
    ['DATABASE_REPLICA_PASSWORD', 'database/replica_password', 'that of DATABASE_URL'],
    ['REDIS_PASSWORD', 'cache/password', 'that of REDIS_URL'],
    ['PASSWORD', 'general/password', 'for what has none'],
    ['legacy/mail/Token', 'legacy/mail/Token', 'in its name'],
    ['SIGNING_KEY', 'signing/key', 'ends with key'],
    ['stripeSecret', 'stripe/secret', 'the word secret'],
  ])('that looks like a secret is proposed: %s', async (name, place, why) => {
    const slash = place.lastIndexOf('/');
    expect(await step(name)).toMatchObject({
      ...left,
      reason: 'proposed',
      setting: undefined,
      place: { group: place.slice(0, slash), key: place.slice(slash + 1) },
      explanation: expect.stringContaining(why),
    });
  });

  it.each([
    ['MAIL_DSN_A', 'smtp://user:word@mail.example'],
    ['PEM', '-----BEGIN EC PRIVATE KEY-----\nx\n-----END EC PRIVATE KEY-----'],
    ['SESSION', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
  ])('may look like one by its value: %s', async (name, value) => {
    expect(await step(name, value)).toMatchObject({ ...left, reason: 'proposed' });
  });

  it.each([
    'TOKEN_TTL',
    'PASSWORD_MIN_LENGTH',
    'PUBLIC_KEY',
    'NODE_ENV',
    'JWT_SECRET_NAME',
    'MONKEY',
    'COMPASS',
  ])('that does not look like one is left: %s', async (name) => {
    expect(await step(name)).toMatchObject({ ...left, reason: 'outside' });
  });

  it('that is included goes to the place that was proposed', async () => {
    const include = ({ reason }: Candidate) => reason === 'proposed';
    const made = await steps({ SMTP_PASSWORD: 'a', NODE_ENV: 'b' }, { include });
    expect(made).toMatchObject([
      { ...create, reason: 'included', path: 'shop/production/smtp', key: 'password' },
      { ...left, reason: 'outside' },
    ]);
  });

  it('that is nearly the name of a secret is asked about', async () => {
    expect(await step('DATABSE_URL')).toMatchObject({
      ...left,
      reason: 'misspelt',
      explanation: expect.stringContaining('was it meant to be DATABASE_URL?'),
    });
    // But not when that secret is there itself.
    const made = await steps({ DATABSE_URL: 'a', DATABASE_URL: 'b' });
    expect(made[0]).toMatchObject({ ...left, reason: 'outside' });
  });

  it('never takes the place of a setting by being proposed', async () => {
    const taken = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: { DATABASE_URL: secret('db/url'), PGPASS: secret('db/password') },
    });
    expect(await step('DATABASE_PASSWORD', 'x', { definition: taken })).toMatchObject({
      reason: 'proposed',
      place: { group: 'database', key: 'password' },
    });
  });
});

describe('the option map', () => {
  it('sends a name to a setting or to a place', async () => {
    const map = { PG: 'DATABASE_URL', OLD: 'legacy/deep/key', LOGS: 'LOG_LEVEL' };
    expect(await steps({ PG: 'a', OLD: 'b', LOGS: 'c' }, { map })).toMatchObject([
      { ...create, reason: 'mapped', setting: 'DATABASE_URL', key: 'url' },
      { ...create, reason: 'mapped', setting: undefined, path: 'shop/production/legacy/deep', key: 'key' },
      { ...create, reason: 'mapped', setting: 'LOG_LEVEL' },
    ]);
  });

  it.each(['NOTHING', 'PORT', 'REPORT_USER', 'group/', '/key', 'a/../b', '.strongroom/x', 'a/b\nc'])(
    'refuses what cannot be: %j',
    async (to) => {
      await expect(step('PG', 'a', { map: { PG: to } })).rejects.toMatchObject({
        code: 'DEFINITION_INVALID',
        message: expect.stringContaining('PG'),
      });
    },
  );
});

describe('planMigration', () => {
  it.each([
    ['an environment', { environment: 'staging' }],
    ['a layout', { layout: 'tree' as 'leaf' }],
    ['a rule', { onConflict: 'newest' as 'vault' }],
    ['a number at a time', { parallel: 0 }],
    ['an option', { onconflict: 'vault' } as object],
  ])('refuses %s that there is not', async (_what, options) => {
    await expect(step('DATABASE_URL', 'x', options)).rejects.toMatchObject({ code: 'DEFINITION_INVALID' });
  });

  it('reads each path once, and nothing for what is left out', async () => {
    // The client looks its token up when it has time.
    const requests = () =>
      server.requests
        .filter(({ path }) => path.startsWith('/v1/secret/'))
        .map(({ method, path }) => `${method} ${path}`);
    server.clearRequests();
    await step('SMTP_PASSWORD');
    expect(requests()).toEqual([]);
    await server.seed({ 'shop/production/database': { url: 'x' } });
    await steps({ DATABASE_URL: 'a', DATABASE_POOL_KEY: 'b', LOG_LEVEL: 'c' });
    expect(requests()).toEqual(['GET /v1/secret/data/shop/production/database']);
  });

  it('leaves a group alone in which a number of others would lose digits', async () => {
    await server.seed({ 'shop/production/api': { ratio: 0.1 } });
    expect(await step('API_TOKEN')).toMatchObject(create);
    await fetch(`${server.address}/v1/secret/data/shop/production/api`, {
      method: 'POST',
      headers: { 'x-vault-token': server.rootToken },
      body: '{"data":{"serial":12345678901234567890}}',
    });
    expect(await step('API_TOKEN')).toMatchObject({
      ...left,
      reason: 'not-storable',
      explanation: expect.stringContaining('serial'),
    });
  });
});
