import { defineSettings, type SourceActivity, secret } from '@strongroom/core';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import * as z from 'zod';
import { type LoadSettingsOptions, loadSettings } from '../src/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['development'],
  settings: { A: secret('one/a', z.string()), B: secret('two/b', z.string()) },
});

let server: DevServer;
let variables: Record<string, string>;
beforeEach(async () => {
  server = await startDevServer({
    seed: {
      'shop/development/one': { a: 'x' },
      'shop/development/two': { b: 'y' },
      'shop/development/.strongroom': { bump: '1' },
    },
  });
  variables = { USE_VAULT: 'true', VAULT_ADDR: server.address, VAULT_TOKEN: server.rootToken };
});
afterEach(() => server.close());

/** What a refresh asks for when nothing has changed, below `shop/development/`. */
async function refreshed(
  options: LoadSettingsOptions<'development'>,
  before = async () => {},
): Promise<readonly string[]> {
  const settings = await loadSettings(definition, { variables, ...options });
  try {
    await settings.refresh();
    await before();
    server.clearRequests();
    await settings.refresh();
    return server.requests
      .filter(({ path }) => path.includes('/shop/'))
      .map(({ path }) => path.slice('/v1/secret/'.length).replace('shop/development/', ''))
      .sort();
  } finally {
    await settings.close();
  }
}

it('looks at metadata by itself, at the data where code says so', async () => {
  expect(await refreshed({})).toEqual(['metadata/one', 'metadata/two']);
  expect(await refreshed({ vault: { refreshBy: 'data' } })).toEqual(['data/one', 'data/two']);
});

it('looks at the version marker where code or a variable says so', async () => {
  expect(await refreshed({ vault: { marker: true } })).toEqual(['data/.strongroom']);
  const marked = { ...variables, STRONGROOM_VAULT_MARKER: 'yes' };
  expect(await refreshed({ variables: marked })).toEqual(['data/.strongroom']);
  expect(await refreshed({ variables: marked, vault: { marker: false } })).toHaveLength(2);
  const passing = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
  expect(await refreshed({ variables: marked, vault: { fullLookEveryMs: 1 } }, passing)).toHaveLength(3);
});

it('refuses a variable that is no boolean', async () => {
  const wrong = { ...variables, STRONGROOM_VAULT_MARKER: 'perhaps' };
  const loading = loadSettings(definition, { variables: wrong });
  await expect(loading).rejects.toThrow(/^ *STRONGROOM_VAULT_MARKER: is not a boolean$/m);
});

it('hands on what the client tells', async () => {
  const settings = await loadSettings(definition, { variables, vault: { retries: 0, breakerFailures: 1 } });
  try {
    const told: SourceActivity['type'][] = [];
    settings.events.on('source', ({ type }) => told.push(type));
    server.fail({ answer: 'reset' });
    await settings.refresh();
    expect(told).toEqual(['breaker']);
  } finally {
    await settings.close();
  }
});

it('warns of nothing without a logger when Vault is lost later', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  try {
    await using settings = await loadSettings(definition, {
      variables: { ...variables, VAULT_MAX_RETRIES: '0' },
    });
    await server.close();
    await settings.refresh();
    expect(settings.state.status).toBe('degraded');
    // A warning is emitted a tick after it was given.
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', note);
  }
});
