import { createResolver, defineSettings, secret } from '@strongroom/core';
import { outageUnderWay, rotationUnderLoad, type ServedSecret } from '@strongroom/test-servers';
import { vaultSource } from '@strongroom/vault';
import { expect, test } from 'vitest';
import { serve, withExpress } from './versions.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: { GREETING: secret('greeting/text') },
});
const place = { path: 'shop/production/greeting', key: 'text' };

const versions = ['express4', 'express5'] as const;

/** @param held waited for in each request, between its begin and its answer */
async function greeter(
  version: (typeof versions)[number],
  vault: { readonly address: string; readonly token: string },
  held?: () => Promise<void>,
): Promise<ServedSecret> {
  const { express, expressSettings } = await withExpress(version);
  const resolver = createResolver(definition, {
    environment: 'production',
    sources: [vaultSource(vault)],
    refreshEveryMs: false,
  });
  const settings = expressSettings(resolver);
  await resolver.load();
  const app = express().use(settings.middleware);
  app.get(
    '/',
    settings.handler((req, res) => {
      if (held === undefined) res.send(req.settings.GREETING);
      else void held().then(() => res.send(req.settings.GREETING));
    }),
  );
  const server = await serve(app);
  return {
    url: server.url,
    refresh: () => resolver.refresh(),
    close: () => Promise.all([server[Symbol.asyncDispose](), resolver.close()]),
  };
}

test.each(versions)(
  'with %s no request fails or waits for Vault while it is killed and a secret is rotated',
  async (version) => {
    const { answers, reads, readsBesides } = await rotationUnderLoad(place, (vault) =>
      greeter(version, vault),
    );
    expect([...answers.keys()]).toEqual(['200 one', '200 two']);
    expect((answers.get('200 one') ?? 0) + (answers.get('200 two') ?? 0)).toBeGreaterThanOrEqual(10_000);
    // What it takes to look for one secret, however many requests are served meanwhile: its metadata, its data.
    for (const count of reads) expect([1, 2]).toContain(count);
    expect(readsBesides).toBe(0);
  },
  120_000,
);

test.each(versions)(
  'with %s 10,000 requests at once end with what they began with, while Vault is killed and started again',
  async (version) => {
    const { answers, next } = await outageUnderWay(place, (vault, held) => greeter(version, vault, held));
    expect([...answers]).toEqual([['200 one', 10_000]]);
    expect(next).toBe('two');
  },
  120_000,
);
