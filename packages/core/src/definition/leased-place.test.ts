import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defaultsSource, defineSettings, environmentSource, leased, plain, secret } from '../index.js';

const invalid = (message: RegExp) =>
  expect.objectContaining({ code: 'DEFINITION_INVALID', message: expect.stringMatching(message) });

describe('leased', () => {
  test('declares a path, a key and what is written', () => {
    const parameters = { common_name: 'a.example', alt: ['b'] };
    const place = leased('pki/issue/{application}', 'certificate', { parameters });
    parameters.alt.push('c');
    expect(place).toEqual({
      path: 'pki/issue/{application}',
      key: 'certificate',
      parameters: { common_name: 'a.example', alt: ['b'] },
    });
    expect(Object.isFrozen(place) && Object.isFrozen(place.parameters)).toBe(true);
    expect(leased('database/creds/app', 'username').parameters).toBeUndefined();
  });

  test.each([
    '',
    '/',
    'a//b',
    '/a/b',
    'a/b/',
    'a/../b',
    'a/\n',
    'a/{app}',
    'a/{application',
    'a/{Environment}',
  ])('refuses the path %j', (path) => {
    expect(() => leased(path as 'a/b', 'key')).toThrow(invalid(/leased path/));
  });

  test.each(['', '..', 'a/b', 'a\u0000'])('refuses the key %j', (key) => {
    expect(() => leased('a/b', key)).toThrow(invalid(/key of a leased path/));
  });

  test('a setting is leased or has a place, not both', () => {
    const place = leased('database/creds/app', 'username');
    expect(secret(place, z.string())).toMatchObject({ place: undefined, lease: place });
    expect(plain(z.string(), { place })).toMatchObject({ place: undefined, lease: place });
    expect(secret('a/b', z.string())).toMatchObject({ place: { group: 'a', key: 'b' }, lease: undefined });
  });

  test('sources that lease nothing have none of it', async () => {
    const { settings } = defineSettings({
      application: 'app',
      environments: ['test'],
      settings: { USER: secret(leased('database/creds/app', 'username'), z.string()) },
    });
    const context = { application: 'app', environment: 'test', signal: new AbortController().signal };
    for (const source of [environmentSource({}), defaultsSource()]) {
      const answers = await source.lookup(Object.values(settings), context);
      expect(answers.get('USER')).toMatchObject({ status: 'absent' });
    }
  });
});
