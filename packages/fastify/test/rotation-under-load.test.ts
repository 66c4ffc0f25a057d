import { createResolver, defineSettings, secret } from '@strongroom/core';
import { outageUnderWay, rotationUnderLoad, type ServedSecret } from '@strongroom/test-servers';
import { vaultSource } from '@strongroom/vault';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { fastifySettings, readerFor } from '../src/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: { GREETING: secret('greeting/text') },
});
const place = { path: 'shop/production/greeting', key: 'text' };

/** @param held waited for in each request, between its begin and its answer */
async function greeter(
  vault: { readonly address: string; readonly token: string },
  held?: () => Promise<void>,
): Promise<ServedSecret> {
  const resolver = createResolver(definition, {
    environment: 'production',
    sources: [vaultSource(vault)],
    refreshEveryMs: false,
  });
  const settingsOf = readerFor(definition);
  const app = Fastify({ forceCloseConnections: true });
  await app.register(fastifySettings, { resolver });
  app.get('/', async (request) => {
    await held?.();
    return settingsOf(request).GREETING;
  });
  return {
    url: await app.listen({ host: '127.0.0.1', port: 0 }),
    refresh: () => resolver.refresh(),
    close: () => app.close(),
  };
}

test('no request fails or waits for Vault while it is killed and a secret is rotated', async () => {
  const { answers, reads, readsBesides } = await rotationUnderLoad(place, (vault) => greeter(vault));
  expect([...answers.keys()]).toEqual(['200 one', '200 two']);
  expect((answers.get('200 one') ?? 0) + (answers.get('200 two') ?? 0)).toBeGreaterThanOrEqual(10_000);
  // What it takes to look for one secret, however many requests are served meanwhile: its metadata, its data.
  for (const count of reads) expect([1, 2]).toContain(count);
  expect(readsBesides).toBe(0);
}, 120_000);

test('10,000 requests at once end with what they began with, while Vault is killed and started again', async () => {
  const { answers, next } = await outageUnderWay(place, greeter);
  expect([...answers]).toEqual([['200 one', 10_000]]);
  expect(next).toBe('two');
}, 120_000);
