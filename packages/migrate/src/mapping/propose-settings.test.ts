import { defineSettings, plain, secret, text } from '@strongroom/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Entry } from '../entry.js';
import { proposeSettings } from './propose-settings.js';

const propose = (values: Readonly<Record<string, unknown>>) =>
  proposeSettings(
    Object.entries(values).map(
      ([name, value]) => new Entry(name, value, { reader: 'dotenv', place: '.env' }),
    ),
  );

test.each([
  ['DATABASE_URL', 'postgresql://pake:pw@localhost/pake', 'secret', 'database/url', 'url'],
  ['REDIS_URL', 'redis://localhost:6379/1', 'secret', 'redis/url', 'url'],
  ['SECRET_KEY', 'abc', 'secret', 'security/secret_key', 'text'],
  ['JWT_SECRET', 'abc', 'secret', 'security/jwt_secret', 'text'],
  ['FIRECRAWL_API_KEY', 'abc', 'secret', 'api_keys/firecrawl_api_key', 'text'],
  ['SMTP_PASSWORD', 'abc', 'secret', 'smtp/password', 'text'],
  ['PASSWORD', 'abc', 'secret', 'general/password', 'text'],
  ['PORT', '8000', 'plain', undefined, 'integer'],
  ['RATIO', '0.25', 'plain', undefined, 'number'],
  ['DEBUG', 'False', 'plain', undefined, 'boolean'],
  ['ZIP', '01234', 'plain', undefined, 'text'],
  ['HOMEPAGE', 'https://example.com', 'plain', undefined, 'url'],
  ['LOG_LEVEL', 'info', 'plain', undefined, 'text'],
])('%s is taken for what it is', (name, value, kind, place, form) => {
  const [proposed] = propose({ [name]: value });
  const at = proposed?.place === undefined ? undefined : `${proposed.place.group}/${proposed.place.key}`;
  expect({ name: proposed?.name, kind: proposed?.kind, at, form: proposed?.form }).toEqual({
    name,
    kind,
    at: place,
    form,
  });
});

test.each([
  ['API_KEYS', 'abc,def', 'its name ends with keys'],
  ['clients', [{ id: 1, token: 'abc' }], 'a part of it looks like a secret'],
  ['hosts', ['a', 'amqp://app:pw@b'], 'a part of it looks like a secret'],
  ['PUBLIC_KEYS', 'abc', undefined],
  ['ports', [{ name: 'web', port: 80 }, null], undefined],
])('%s is looked into as far as it goes', (name, value, why) => {
  expect(propose({ [name]: value })).toMatchObject([
    why === undefined ? { kind: 'plain' } : { kind: 'secret', why },
  ]);
});

test('what an audit has found is a secret, whatever its name and its form', () => {
  const origin = { reader: 'audit', place: 'Mail.java', line: 2 } as const;
  expect(proposeSettings([new Entry('JDBC_URL', 'jdbc:x://h/db?password=pw', origin)])).toMatchObject([
    { kind: 'secret', place: { group: 'jdbc', key: 'url' }, why: 'the audit takes it for a secret' },
  ]);
});

test('a name that cannot be a setting’s becomes one that can, and what cannot is left out', () => {
  expect(
    propose({ 'database.url': 'x', 'my-token': 'x', toString: 'x', '2FA_TOKEN': 'x', '·': 'x' }).map(
      ({ name }) => name,
    ),
  ).toEqual(['DATABASE_URL', 'MY_TOKEN', '_2FA_TOKEN']);
});

test('whatever the entries, the proposals are a definition, no two secrets share a place, and none tells a value', () => {
  const name = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[A-Za-z]{1,3}[_.-]?(?:KEY|token|URL|api_key|Secret)$/),
  );
  fc.assert(
    fc.property(fc.dictionary(name, fc.oneof(fc.constant('a-planted-value'), fc.string())), (values) => {
      const proposals = propose(values);
      const places = proposals.flatMap(({ place }) =>
        place === undefined ? [] : [`${place.group}/${place.key}`],
      );
      expect(new Set(places).size).toBe(places.length);
      const settings = proposals.map((each) => [
        each.name,
        each.place === undefined ? plain(text) : secret(`${each.place.group}/${each.place.key}`),
      ]);
      defineSettings({ application: 'x', environments: ['y'], settings: Object.fromEntries(settings) });
      expect(JSON.stringify(proposals)).not.toContain('a-planted-value');
    }),
  );
});
