import { type Administration, administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVault, type KvMount, type Vault } from '../../src/index.js';

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let admin: Administration;
  let vault: Vault;
  beforeAll(async () => {
    server = await kind.start();
    admin = administer(server);
    vault = createVault({ address: server.address, token: server.rootToken, retries: 0 });
    await admin.mountKv('one', 1);
    await admin.mountKv('team/two', 2);
  });
  afterAll(async () => {
    await vault?.close();
    await server?.close();
  });

  describe('KV version 2', () => {
    let kv: KvMount;
    beforeAll(() => {
      kv = vault.kv('team/two');
    });

    it('writes versions and reads the latest or a given one', async () => {
      const first = await kv.write('versions', { a: 1 });
      expect(first).toEqual({ status: 'written', version: 1, createdTime: expect.any(Number) });
      await kv.write('versions', { a: 2, nested: { list: [1, null, 'x'] } });
      expect(await kv.read('versions')).toMatchObject({
        status: 'found',
        data: { a: 2, nested: { list: [1, null, 'x'] } },
        version: 2,
      });
      expect(await kv.read('versions', { version: 1 })).toMatchObject({ data: { a: 1 }, version: 1 });
      expect(await kv.read('versions', { version: 3 })).toEqual({ status: 'absent', reason: 'no-such-path' });
    });

    it('creates only what is not there, and changes only what was read', async () => {
      expect(await kv.write('cas', { a: 1 }, { cas: 0 })).toMatchObject({ version: 1 });
      const mismatch = { code: 'CAS_MISMATCH', message: expect.stringContaining('team/two/cas') };
      await expect(kv.write('cas', { a: 2 }, { cas: 0 })).rejects.toMatchObject(mismatch);
      expect(await kv.write('cas', { a: 2 }, { cas: 1 })).toMatchObject({ version: 2 });
      await expect(kv.write('cas', { a: 3 }, { cas: 1 })).rejects.toMatchObject(mismatch);
      expect(await kv.read('cas')).toMatchObject({ data: { a: 2 }, version: 2 });
    });

    it('says that a secret asks for CAS', async () => {
      await kv.writeMetadata('guarded', { casRequired: true });
      await expect(kv.write('guarded', { a: 1 })).rejects.toMatchObject({
        code: 'SOURCE_DENIED',
        vaultMessages: ['check-and-set parameter required for this call'],
        message: expect.stringContaining('wants check-and-set for writes to /v1/team/two/data/guarded (400)'),
        hint: 'Read the secret, and write with the version that was read as cas; 0 for a new secret.',
      });
      expect(await kv.write('guarded', { a: 1 }, { cas: 0 })).toMatchObject({ version: 1 });
    });

    it('patches what is named and leaves the rest', async () => {
      await kv.write('patch', { keep: 'k', change: 'old', drop: 'd', deep: { x: 1, y: 2 } });
      const patched = await kv.patch('patch', { change: 'new', drop: null, deep: { y: null, z: 3 } });
      expect(patched).toMatchObject({ status: 'written', version: 2 });
      const { data } = (await kv.read('patch')) as { data: object };
      expect({ ...data }).toEqual({ keep: 'k', change: 'new', deep: { x: 1, z: 3 } });
      await expect(kv.patch('patch', { change: 'x' }, { cas: 1 })).rejects.toMatchObject({
        code: 'CAS_MISMATCH',
      });
      expect(await kv.patch('patch', { change: 'x' }, { cas: 2 })).toMatchObject({ version: 3 });
      expect(await kv.patch('nothing/here', { a: 1 })).toEqual({ status: 'absent', reason: 'no-such-path' });
    });

    it('patches that overlap all come through', async () => {
      await kv.write('overlap', {});
      await Promise.all([1, 2, 3].map((n) => kv.patch('overlap', { [`key${n}`]: n })));
      expect(await kv.read('overlap')).toMatchObject({ data: { key1: 1, key2: 2, key3: 3 } });
    });

    it('deletes, undeletes and destroys versions', async () => {
      for (const a of [1, 2, 3]) await kv.write('gone', { a });
      await kv.delete('gone');
      const deleted = { status: 'absent', reason: 'version-deleted', version: 3 };
      expect(await kv.read('gone')).toEqual(deleted);
      expect(await kv.patch('gone', { a: 4 })).toMatchObject({ status: 'absent' });
      await kv.undelete('gone', [3]);
      expect(await kv.read('gone')).toMatchObject({ data: { a: 3 } });
      await kv.delete('gone', { versions: [1, 2] });
      expect(await kv.read('gone', { version: 1 })).toMatchObject({ reason: 'version-deleted' });
      await kv.destroy('gone', [1]);
      expect(await kv.read('gone', { version: 1 })).toMatchObject({ reason: 'version-destroyed' });
      await kv.undelete('gone', [1, 2]);
      expect(await kv.read('gone', { version: 1 })).toMatchObject({ reason: 'version-destroyed' });
      expect(await kv.read('gone', { version: 2 })).toMatchObject({ data: { a: 2 } });
      await expect(kv.destroy('gone', [])).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
    });

    it('knows the metadata of a secret, changes it and removes it', async () => {
      expect(await kv.metadata('meta')).toEqual({ status: 'absent', reason: 'no-such-path' });
      for (const a of [1, 2]) await kv.write('meta', { a });
      await kv.delete('meta');
      await kv.writeMetadata('meta', { maxVersions: 5, deleteVersionAfterMs: 5_400_000 });
      const metadata = await kv.metadata('meta');
      expect(metadata).toMatchObject({
        status: 'found',
        currentVersion: 2,
        maxVersions: 5,
        casRequired: false,
        deleteVersionAfterMs: 5_400_000,
      });
      if (metadata.status !== 'found') return;
      expect([...metadata.versions.keys()]).toEqual([1, 2]);
      expect(metadata.versions.get(1)).toMatchObject({ destroyed: false });
      expect(metadata.versions.get(2)?.deletionTime).toEqual(expect.any(Number));
      await kv.deleteMetadata('meta');
      expect(await kv.metadata('meta')).toEqual({ status: 'absent', reason: 'no-such-path' });
      expect(await kv.read('meta')).toEqual({ status: 'absent', reason: 'no-such-path' });
    });

    it('lists one level, and all of them within limits', async () => {
      const paths = ['tree/a', 'tree/b/c', 'tree/b/d/e', 'tree/b/d/f', 'tree/ü x'];
      for (const path of paths) await kv.write(path, { a: 1 });
      expect(await kv.list('tree')).toEqual(['a', 'b/', 'ü x']);
      expect(await kv.list('tree/')).toEqual(['a', 'b/', 'ü x']);
      expect(await kv.list('tree/nothing')).toEqual([]);
      expect(await kv.list()).toContain('tree/');
      expect(await kv.listAll('tree')).toEqual({ paths, complete: true });
      expect(await kv.listAll('tree', { concurrency: 1 })).toEqual({ paths, complete: true });
      expect(await kv.listAll('tree', { maxDepth: 1 })).toEqual({
        paths: ['tree/a', 'tree/b/c', 'tree/ü x'],
        complete: false,
      });
      const few = await kv.listAll('tree', { maxSecrets: 2 });
      expect(few).toEqual({ paths: ['tree/a', 'tree/ü x'], complete: false });
      expect(await kv.listAll('tree', { concurrency: undefined as never })).toEqual({
        paths,
        complete: true,
      });
      for (const wrong of [{ concurrency: Number.NaN }, { maxDepth: 0 }, { maxSecrets: -1 }]) {
        await expect(kv.listAll('tree', wrong)).rejects.toMatchObject({
          problems: [{ name: Object.keys(wrong)[0] }],
        });
      }
    });
  });

  describe('KV version 1', () => {
    let kv: KvMount;
    beforeAll(() => {
      kv = vault.kv('one');
    });

    it('is told by Vault, and read and written as such', async () => {
      expect(await kv.version()).toBe(1);
      expect(await kv.read('app/db')).toEqual({ status: 'absent', reason: 'no-such-path' });
      const written = await kv.write('app/db', { user: 'u', n: 1, nested: { a: [1, null] } });
      expect(written).toEqual({ status: 'written', version: undefined, createdTime: undefined });
      const read = await kv.read('app/db');
      expect(read).toMatchObject({ status: 'found', version: undefined, createdTime: undefined });
      expect(read.status === 'found' && { ...read.data }).toEqual({
        user: 'u',
        n: 1,
        nested: { a: [1, null] },
      });
      expect(await kv.list()).toEqual(['app/']);
      expect(await kv.listAll()).toEqual({ paths: ['app/db'], complete: true });
      await kv.delete('app/db');
      expect(await kv.read('app/db')).toEqual({ status: 'absent', reason: 'no-such-path' });
    });

    it('is read in the same way by who finds the version out by reading', async () => {
      await kv.write('found', { a: 1 });
      await using stranger = createVault({ address: server.address, token: server.rootToken });
      expect(await stranger.kv('one').read('found')).toMatchObject({ data: { a: 1 }, version: undefined });
      expect(await stranger.kv('one').read('found')).toMatchObject({ data: { a: 1 } });
    });

    it('a secret with the fields data and metadata is no secret of version 2', async () => {
      const metadata = { version: 3, created_time: '2024-01-01T00:00:00Z', destroyed: false };
      const data = { data: { inner: 'x' }, metadata };
      await kv.write('like-two', data);
      // Where a client of version 2 would look for it.
      await kv.write('data/like-two', data);
      await using stranger = createVault({ address: server.address, token: server.rootToken });
      const read = await stranger.kv('one').read('like-two');
      expect(read.status === 'found' && { ...read.data }).toEqual(data);
    });

    it('refuses what only version 2 has, before anything is sent', async () => {
      const denied = {
        code: 'SOURCE_DENIED',
        message: expect.stringContaining('one/ is of KV version 1, which has no'),
        hint: expect.stringContaining('vault kv enable-versioning one/'),
      };
      await kv.version();
      const calls: readonly (() => Promise<unknown>)[] = [
        () => kv.read('a', { version: 1 }),
        () => kv.write('a', { a: 1 }, { cas: 0 }),
        () => kv.patch('a', { a: 1 }),
        () => kv.delete('a', { versions: [1] }),
        () => kv.undelete('a', [1]),
        () => kv.destroy('a', [1]),
        () => kv.metadata('a'),
        () => kv.writeMetadata('a', { maxVersions: 1 }),
        () => kv.deleteMetadata('a'),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject(denied);
    });
  });

  it('a mount that is not there is an error, whatever is asked of it', async () => {
    const none = vault.kv('nowhere');
    const calls = [
      () => none.read('a'),
      () => none.write('a', { a: 1 }),
      () => none.list(),
      () => none.metadata('a'),
      () => none.delete('a'),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({
        code: 'SOURCE_DENIED',
        message: expect.stringContaining('has no mount at nowhere/'),
      });
    }
  });

  it('a mount of another type is none', async () => {
    await expect(vault.kv('cubbyhole').read('a')).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      message: expect.stringContaining('no KV mount at cubbyhole/'),
    });
  });

  it('a path below a mount is no mount', async () => {
    await expect(vault.kv('team/two/below').read('a')).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      message: expect.stringContaining('team/two/below/'),
    });
  });
});
