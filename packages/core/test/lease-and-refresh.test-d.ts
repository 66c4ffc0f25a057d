import { expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import {
  createResolver,
  defineSettings,
  type LeasedPlace,
  leased,
  plain,
  type SettingChange,
  type Source,
  type SourceEvent,
  secret,
} from '../src/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: {
    USERNAME: plain(z.string(), { place: leased('database/creds/{application}', 'username') }),
    PASSWORD: secret(leased('database/creds/{application}', 'password'), z.string()),
    CERTIFICATE: secret(leased('pki/issue/web', 'certificate', { parameters: { ttl: '1h' } }), z.string()),
  },
});
const resolver = createResolver(definition, { environment: 'production', sources: [] });

test('a leased setting has the type of its schema', async () => {
  const settings = await resolver.refresh();
  expectTypeOf(settings).toEqualTypeOf(await resolver.load());
  expectTypeOf(settings.PASSWORD).toEqualTypeOf<string>();
  expectTypeOf(settings.USERNAME).toEqualTypeOf<string>();
  expectTypeOf(definition.settings.PASSWORD.lease).toEqualTypeOf<LeasedPlace | undefined>();
});

test('a wrong leased place does not compile', () => {
  // @ts-expect-error no key
  leased('database/creds/app');
  // @ts-expect-error a path of one segment
  leased('database', 'username');
  // @ts-expect-error a misspelt option
  leased('pki/issue/web', 'certificate', { paramters: {} });
  // @ts-expect-error parameters that are no object
  leased('pki/issue/web', 'certificate', { parameters: 'ttl=1h' });
  // @ts-expect-error a leased place is read-only
  leased('database/creds/app', 'username').key = 'password';
  // @ts-expect-error a leased place in place of a schema
  secret('a/b', leased('database/creds/app', 'username'));
  // @ts-expect-error a secret has no default, leased or not
  secret(leased('database/creds/app', 'username'), z.string(), { default: 'x' });
});

test('a change has names and provenance, and no value', () => {
  resolver.events.on('change', (changes) => {
    expectTypeOf(changes).toEqualTypeOf<readonly SettingChange[]>();
    expectTypeOf<keyof SettingChange>().toEqualTypeOf<'name' | 'before' | 'after'>();
    expectTypeOf(changes[0]?.after.version).toEqualTypeOf<number | undefined>();
  });
});

test('a source may tell of itself', () => {
  expectTypeOf<Source['onEvent']>().toEqualTypeOf<
    ((listener: (event: SourceEvent) => void) => () => void) | undefined
  >();
});
