import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineSettings, secret } from '@strongroom/core';
import { administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import { createVault, type KvMount, type Vault } from '@strongroom/vault';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { applyPlan, loadPlan, planMigration, rollBack } from '../src/index.js';
import { type KillProxy, type Moment, startKillProxy } from './kill-proxy.js';
import { entriesOf, temporaryFolder } from './settings.js';

const program = fileURLToPath(new URL('migrating-program.mjs', import.meta.url));

/** Keys that are there before: those of others, and a path whose latest version is deleted. */
const before = {
  'shop/production/database': { others: 'stays' },
  'shop/production/gone': { old: 'deleted' },
} as const;

const values = { DATABASE_URL: 'u', DATABASE_KEY: 'k', REDIS_URL: 'r', OLD_TOKEN: 't' };
const places = {
  DATABASE_URL: 'database/url',
  DATABASE_KEY: 'database/key',
  REDIS_URL: 'cache/url',
  OLD_TOKEN: 'gone/token',
} as const;
const paths = ['shop/production/database', 'shop/production/cache', 'shop/production/gone'];
const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: Object.fromEntries(Object.entries(places).map(([name, place]) => [name, secret(place)])),
});
const entries = entriesOf(values);

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let vault: Vault;
  let proxy: KillProxy;
  let mounts = 0;
  beforeAll(async () => {
    server = await kind.start();
    proxy = await startKillProxy(server.address);
    vault = createVault({ address: proxy.address, token: server.rootToken, retries: 0 });
  });
  afterAll(async () => {
    await vault?.close();
    await proxy?.close();
    await server?.close();
  });

  async function prepare(): Promise<{ kv: KvMount; mount: string; journal: string; planFile: string }> {
    mounts += 1;
    const mount = `kv${mounts}`;
    const admin = administer(server);
    await admin.mountKv(mount, 2);
    const kv = vault.kv(mount);
    for (const [path, data] of Object.entries(before)) await kv.write(path, data);
    await kv.delete('shop/production/gone');
    const folder = await temporaryFolder(onTestFinished);
    return { kv, mount, journal: join(folder, 'journal'), planFile: join(folder, 'plan.json') };
  }

  /** What is there, with the versions: a write that was repeated shows. */
  const stateOf = (kv: KvMount) =>
    Promise.all(
      paths.map(async (path) => {
        const read = await kv.read(path);
        return [read.version, read.status === 'found' ? { ...read.data } : undefined];
      }),
    );

  const moved = [
    [2, { others: 'stays', url: 'u', key: 'k' }],
    [1, { url: 'r' }],
    [2, { token: 't' }],
  ];

  /** Runs the program until it ends or is killed. */
  async function run(job: object, moment: Moment): Promise<number | null> {
    const told = { address: proxy.address, token: server.rootToken, places, values, ...job };
    const child = spawn(process.execPath, [program, JSON.stringify(told)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    proxy.arm(child, moment);
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  /** Kills the program at each of its requests in turn, until it is through before it comes to one. */
  async function atEachRequest(
    {
      when,
      parallel,
      saved,
    }: { readonly when: Moment['when']; readonly parallel: number; readonly saved: boolean },
    look: (left: Awaited<ReturnType<typeof prepare>>) => Promise<void>,
  ): Promise<number> {
    for (let request = 1; ; request += 1) {
      const begun = await prepare();
      const { mount, journal, planFile, kv } = begun;
      const code = await run(
        { mount, journal, parallel, ...(saved ? { planFile } : {}) },
        { mount, request, when },
      );
      proxy.disarm();
      if (code === 0) {
        expect(await stateOf(kv)).toEqual(moved);
        return request - 1;
      }
      expect(code).toBeNull();
      await look(begun);
    }
  }

  const plan = (mount: string) =>
    planMigration({ definition, environment: 'production', mount, entries, vault });

  describe.each([
    { when: 'before', parallel: 1, saved: false },
    { when: 'after', parallel: 3, saved: false },
    { when: 'after', parallel: 1, saved: true },
  ] as const)('killed $when each request, $parallel at a time, from a saved plan: $saved', (way) => {
    it('a run goes on to the same end when it is begun again, and writes nothing twice', async () => {
      const killed = await atEachRequest(way, async ({ kv, mount, journal, planFile }) => {
        const again =
          way.saved && existsSync(planFile) ? await loadPlan(planFile, { entries }) : await plan(mount);
        const { verified, conflicts } = await applyPlan(again, { vault, journal });
        expect(verified).toHaveLength(entries.length);
        expect(conflicts).toEqual([]);
        expect(await stateOf(kv)).toEqual(moved);

        proxy.disarm();
        expect(await applyPlan(await plan(mount), { vault, journal })).toMatchObject({ written: [] });
        const requests = proxy.requestsTo(mount);
        expect(requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
        expect(requests).toHaveLength(paths.length);

        const { paths: rolledBack } = await rollBack(journal, { vault });
        expect(rolledBack.map(({ outcome }) => outcome).sort()).toEqual(['removed', 'removed', 'restored']);
        expect(await stateOf(kv)).toEqual([
          [3, { others: 'stays' }],
          [1, undefined],
          [2, undefined],
        ]);
      });
      expect(killed).toBeGreaterThanOrEqual(3 * paths.length);
    }, 240_000);
  });

  it('what a killed run has written is rolled back without a further run', async () => {
    let rolledBack = 0;
    await atEachRequest({ when: 'after', parallel: 1, saved: false }, async ({ kv, journal }) => {
      if (!existsSync(journal)) return;
      rolledBack += 1;
      await rollBack(journal, { vault });
      const contents = (await stateOf(kv)).map(([, data]) => data);
      expect(contents).toEqual([{ others: 'stays' }, undefined, undefined]);
      // And is not touched again.
      const stood = await stateOf(kv);
      expect(await rollBack(journal, { vault })).toMatchObject({ paths: [] });
      expect(await stateOf(kv)).toEqual(stood);
    });
    expect(rolledBack).toBeGreaterThanOrEqual(2 * paths.length);
  }, 240_000);
});
