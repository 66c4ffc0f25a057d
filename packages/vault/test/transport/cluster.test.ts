import { setTimeout as delay } from 'node:timers/promises';
import { createResolver, defineSettings, secret } from '@strongroom/core';
import { administer, clusterKinds, leaderOf, type TestCluster } from '@strongroom/test-servers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { createVault, VaultError } from '../../src/index.js';

// In real time: an election is nothing that a clock of ours could move.

const deadlineMs = 4_000;
const limits = { deadlineMs, requestTimeoutMs: 2_000, connectTimeoutMs: 1_000, probeMaxWaitMs: 1_000 };
/** Beyond the deadline, for a machine that is busy. */
const graceMs = 2_000;
/** How long an election may take. */
const electionMs = 60_000;

const definition = defineSettings({
  application: 'app',
  environments: ['test'],
  settings: { DATABASE_URL: secret('database/url', z.string()) },
});

const isUnavailable = (outcome: unknown): boolean =>
  outcome instanceof VaultError && outcome.code === 'SOURCE_UNAVAILABLE';

describe.each(clusterKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await kind.start();
    const { call } = administer({ address: cluster.addresses[0] ?? '', rootToken: cluster.rootToken });
    await call('POST', 'secret/data/app/test/database', { data: { url: 'postgres://one' } });
  }, 180_000);
  afterAll(() => cluster.close());

  test('every node answers by itself, as the active one or for it', async () => {
    for (const address of cluster.addresses) {
      const vault = createVault({ address, token: cluster.rootToken, ...limits });
      onTestFinished(() => vault.close());
      expect(await vault.kv().read('app/test/database')).toMatchObject({ status: 'found' });
    }
  });

  test('the leader is killed under load: no cached value is lost, and no other read is late', {
    timeout: 120_000,
  }, async () => {
    const vault = createVault({ address: cluster.addresses, token: cluster.rootToken, ...limits });
    onTestFinished(() => vault.close());
    const source = vault.source();
    const resolver = createResolver(definition, { environment: 'test', sources: [source] });
    onTestFinished(() => resolver.close());
    await resolver.load();

    let over = false;
    let [found, cached] = [0, 0];
    const strange: unknown[] = [];
    const readCached = async () => {
      for (; !over; await delay(5)) {
        if (resolver.current().DATABASE_URL === 'postgres://one') cached++;
        else strange.push('another value');
        // Whether Vault can be asked or not, what was read stays.
        await resolver.refresh().catch(() => undefined);
      }
    };
    const readAnew = async () => {
      for (; !over; await delay(1)) {
        const read = vault.kv().read('app/test/database');
        const outcome = await Promise.race([
          read.catch((error: unknown) => error),
          delay(deadlineMs + graceMs, 'late', { ref: false }),
        ]);
        if (typeof outcome === 'object' && outcome !== null && 'data' in outcome) found++;
        // Without a leader no more than that can be said, but in time.
        else if (!isUnavailable(outcome)) strange.push(outcome);
      }
    };
    const load = [...Array.from({ length: 2 }, readCached), ...Array.from({ length: 16 }, readAnew)];
    await expect.poll(() => found, { interval: 5, timeout: electionMs }).toBeGreaterThan(100);

    const killed = await cluster.killLeader();
    const survivor = cluster.addresses.find((address) => address !== killed) ?? '';
    const elected = async () => {
      const leader = await leaderOf(survivor).catch(() => '');
      return leader !== '' && leader !== killed;
    };
    await expect.poll(elected, { interval: 50, timeout: electionMs }).toBe(true);
    const [foundBefore, cachedBefore] = [found, cached];
    await expect.poll(() => found, { interval: 5, timeout: electionMs }).toBeGreaterThan(foundBefore + 100);
    await expect.poll(() => cached, { interval: 5, timeout: electionMs }).toBeGreaterThan(cachedBefore + 10);
    over = true;
    await Promise.all(load);

    expect(strange).toEqual([]);
    expect(await vault.kv().write('app/test/database', { url: 'postgres://two' })).toMatchObject({
      version: 2,
    });
    await resolver.refresh();
    expect(resolver.current().DATABASE_URL).toBe('postgres://two');
  });
});
