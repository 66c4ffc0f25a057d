import { expect, test, vi } from 'vitest';
import * as z from 'zod';
import { auditTrail } from '../src/audit/index.js';
import { createResolver, defineSettings, secret } from '../src/index.js';
import { observe } from '../src/opentelemetry/index.js';
import { compareInShadow } from '../src/shadow/index.js';
import { memorySource } from '../src/testing/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['test'],
  settings: { URL: secret('database/url', z.string()) },
});

const resolverOf = () =>
  createResolver(definition, {
    environment: 'test',
    sources: [memorySource('store', { URL: 'one' })],
    refreshEveryMs: false,
  });

async function closedResolver() {
  const resolver = resolverOf();
  await resolver.load();
  await resolver.close();
  return resolver;
}

test('after the end nobody waits for a change any more', async () => {
  const resolver = await closedResolver();
  await expect(resolver.nextChange('URL')).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
  const changes = [];
  for await (const change of resolver.changes()) changes.push(change);
  expect(changes).toEqual([]);
});

test('after the end nothing is built that nobody would close', async () => {
  const resolver = await closedResolver();
  const build = vi.fn();
  await expect(resolver.bind(['URL'], build)).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
  expect(build).not.toHaveBeenCalled();
});

test('nor while it ends', async () => {
  const resolver = resolverOf();
  await resolver.load();
  const closing = resolver.close();
  await expect(resolver.bind(['URL'], () => 'pool')).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
  await closing;
});

test('what is attached after the end ends at once', async () => {
  const resolver = await closedResolver();
  const other = memorySource('other', { URL: 'two' });
  const shadow = compareInShadow(resolver, other);
  await expect(shadow.compare()).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
  expect(other.lookups).toEqual([]);

  const written: string[] = [];
  auditTrail(resolver, { sink: ({ event }) => void written.push(event) });
  await vi.waitFor(() => expect(written).toEqual(['trail', 'state', 'trail']));

  const observed = await closedResolver();
  observe(observed);
  await Promise.resolve();
  expect(observed.events.listenerCount('refresh')).toBe(0);
});

test('a listener that comes after the end is told of it once', async () => {
  const resolver = await closedResolver();
  const closed = vi.fn();
  resolver.events.once('closed', closed);
  resolver.events.on('refresh', closed);
  expect(closed).not.toHaveBeenCalled();
  await Promise.resolve();
  expect(closed).toHaveBeenCalledTimes(1);
});

test('a name that is no setting is refused, for its change would never come', async () => {
  const resolver = resolverOf();
  await resolver.load();
  const fault = { code: 'DEFINITION_INVALID', message: expect.stringContaining('was it meant to be URL?') };
  await expect(resolver.nextChange('URI' as never)).rejects.toMatchObject(fault);
  await expect(resolver.bind(['URI' as never], () => 1)).rejects.toMatchObject(fault);
  await resolver.close();
});
