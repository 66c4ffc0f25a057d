import { administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVault, type Vault } from '../../src/index.js';

const keys = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'data', 'metadata', 'ttl ', '', 'ключ', '🔑'),
);
const values = fc.jsonValue({ maxDepth: 3, noUnicodeString: false, stringUnit: 'grapheme' });
const data = fc
  .array(fc.tuple(keys, values), { minLength: 1, maxLength: 5 })
  // An assignment to __proto__ would make no key.
  .map((entries) => Object.fromEntries(entries) as Record<string, unknown>);

const segments = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 10 })
  .map((text) => text.replace(/[/\p{C}]|[^\P{Z} ]/gu, 'x'))
  .filter((text) => !['.', '..'].includes(text) && text.trim() === text);
const paths = fc.array(segments, { minLength: 1, maxLength: 3 }).map((parts) => `p/${parts.join('/')}`);

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let vault: Vault;
  beforeAll(async () => {
    server = await kind.start();
    await administer(server).mountKv('one', 1);
    vault = createVault({ address: server.address, token: server.rootToken });
  });
  afterAll(async () => {
    await vault?.close();
    await server?.close();
  });

  it.each([1, 2])(
    'whatever is written to KV version %i is read again',
    async (version) => {
      const kv = vault.kv(version === 1 ? 'one' : 'secret');
      await fc.assert(
        fc.asyncProperty(paths, data, async (path, written) => {
          await kv.write(path, written);
          const read = await kv.read(path);
          // As JSON: 0 and -0 are the same there.
          expect(read.status === 'found' && sorted(read.data)).toEqual(sorted(written));
          expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
          await kv.delete(path);
        }),
        { numRuns: 100 },
      );
    },
    60_000,
  );
});

/** The entries of all objects, in one order, since Vault keeps none. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value;
  return Object.entries(value)
    .map(([key, inner]) => [key, sorted(inner)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
