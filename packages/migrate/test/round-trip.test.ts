import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { defineSettings } from '@strongroom/core';
import { administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import { createVault, type Vault } from '@strongroom/vault';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { applyPlan, Entry, planMigration, rollBack, verifyMigration } from '../src/index.js';
import { temporaryFolder } from './settings.js';

const definition = defineSettings({ application: 'shop', environments: ['production'], settings: {} });

const strange = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'value',
  'data',
  'ключ',
  '鍵',
  'a b',
  "it's",
];

/** What can be one segment of a path, and what Vault takes for one. */
const segment = fc
  .oneof(fc.constantFrom(...strange), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }))
  .filter((text) => !/[/\p{C}]|[^\P{Z} ]|^\.{1,2}$|^\.strongroom$|^ | $/u.test(text));

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.string({ unit: 'binary', minLength: 1 }).filter((value) => !/\p{Surrogate}/u.test(value)),
  fc.constantFrom(
    '-----BEGIN KEY-----\r\nline\n\n-----END KEY-----\n',
    ' ',
    '"',
    '\\n',
    '\u0000',
    '\u2028',
    '0',
    'null',
  ),
);

const value = fc.oneof(
  { weight: 3, arbitrary: text },
  fc.jsonValue({ maxDepth: 2 }).filter((json) => json !== null && json !== ''),
);

const entries = fc.uniqueArray(
  fc.record({ name: fc.oneof(fc.constantFrom(...strange), fc.uuid()), group: segment, key: segment, value }),
  { minLength: 1, maxLength: 8, selector: ({ name }) => name },
);

/** As JSON both are the same, whatever their prototypes. */
const json = (something: unknown): unknown => JSON.parse(JSON.stringify(something));

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let vault: Vault;
  beforeAll(async () => {
    server = await kind.start();
    vault = createVault({ address: server.address, token: server.rootToken });
    await administer(server).mountKv('one', 1);
    await administer(server).mountKv('two', 2);
  });
  afterAll(async () => {
    await vault?.close();
    await server?.close();
  });

  it('whatever the entries are, they read back as they were, and rolling back leaves what was there', async () => {
    const folder = await temporaryFolder(onTestFinished);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        entries,
        entries,
        fc.constantFrom('group', 'leaf'),
        fc.constantFrom('one', 'two'),
        async (given, others, layout, mount) => {
          runs += 1;
          const application = `shop${runs}`;
          const place = ({ group, key }: { group: string; key: string }) => {
            const path = `${application}/production/${group}`;
            return layout === 'group' ? { path, key } : { path: `${path}/${key}`, key: 'value' };
          };
          const kv = vault.kv(mount);
          const read = async (path: string) => {
            const there = await kv.read(path);
            return there.status === 'found' ? there.data : {};
          };
          // Of two entries of one place neither would move.
          const places = new Map(given.map((each) => [JSON.stringify([each.group, each.key]), each]));
          const moved = [...places.values()];
          for (const other of others) {
            const { path } = place(other);
            await kv.write(path, { ...(await read(path)), [`other ${other.key}`]: other.value });
          }
          const paths = new Set([...moved, ...others].map((each) => place(each).path));
          const before = new Map<string, unknown>();
          for (const path of paths) before.set(path, json(await read(path)));

          const plan = await planMigration({
            definition: { ...definition, application },
            environment: 'production',
            mount,
            layout,
            vault,
            entries: moved.map(
              ({ name, value }) => new Entry(name, value, { reader: 'test', place: 'a test' }),
            ),
            map: Object.fromEntries(moved.map(({ name, group, key }) => [name, `${group}/${key}`])),
          });
          // A number of others that would lose digits keeps a group from being written.
          const writable = plan.steps.filter(({ action }) => action === 'create');
          for (const { reason, action } of plan.steps) {
            if (action !== 'create') expect([action, reason]).toEqual(['left-out', 'not-storable']);
          }
          const journal = join(folder, `journal ${runs}`);
          const { verified } = await applyPlan(plan, { vault, journal });
          expect(verified.map(({ entry }) => entry).sort()).toEqual(
            writable.map(({ entry }) => entry).sort(),
          );
          expect(await verifyMigration(plan, { vault })).toMatchObject({ unverified: [] });

          const expected = new Map<string, Record<string, unknown>>();
          for (const path of paths) {
            expected.set(
              path,
              Object.assign(Object.create(null), before.get(path)) as Record<string, unknown>,
            );
          }
          const names = new Set(writable.map(({ entry }) => entry));
          for (const each of moved) {
            const { path, key } = place(each);
            const data = expected.get(path);
            if (names.has(each.name) && data !== undefined) data[key] = each.value;
          }
          for (const path of paths) {
            expect(isDeepStrictEqual(json(await read(path)), json(expected.get(path)))).toBe(true);
          }
          if (mount === 'one' || names.size === 0) return;
          await rollBack(journal, { vault });
          for (const path of paths) {
            expect(isDeepStrictEqual(json(await read(path)), before.get(path))).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);
});
