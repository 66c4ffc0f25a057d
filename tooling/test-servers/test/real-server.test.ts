import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaderOf, realServerBinary, writeSecret } from '../src/index.js';
import { startRaftCluster } from '../src/raft-cluster.js';
import { startRealServer } from '../src/real-server.js';

/** Runs the program that takes the place of a binary, which has to lie where its packages are found. */
const standIn = `#!/bin/sh
exec ${JSON.stringify(process.execPath)} ${JSON.stringify(join(import.meta.dirname, 'stand-in.mjs'))} "$@"
`;

describe('a real server', () => {
  let folder: string;
  let binary: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strongroom-stand-in-'));
    binary = join(folder, 'vault');
    await writeFile(binary, standIn);
    await chmod(binary, 0o755);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is found by VAULT_BIN, and on PATH', () => {
    const found = { path: binary, version: 'Vault v0.0.1' };
    expect(realServerBinary({ VAULT_BIN: binary })).toEqual(found);
    expect(realServerBinary({ PATH: `/nonexistent:${folder}` })).toEqual(found);
    expect(realServerBinary({ PATH: '/nonexistent' })).toBeUndefined();
  });

  it('is not silently left out when VAULT_BIN names something else', () => {
    expect(() => realServerBinary({ VAULT_BIN: '/bin/true' })).toThrow(/VAULT_BIN names \/bin\/true/);
  });

  it('is started on a free port of loopback with a token of its own, and stopped', async () => {
    const server = await startRealServer(binary, 'stand-in-token');
    try {
      await writeSecret(server, 'stand-in', { key: 'value' });
      const response = await fetch(`${server.address}/v1/secret/data/stand-in`, {
        headers: { 'x-vault-token': server.rootToken },
      });
      expect(await response.json()).toMatchObject({ data: { data: { key: 'value' } } });
    } finally {
      await server.close();
    }
    await expect(fetch(`${server.address}/v1/sys/health`)).rejects.toThrow();
  });

  it('is started as a cluster of three nodes, and survives the loss of its leader', {
    timeout: 60_000,
  }, async () => {
    const cluster = await startRaftCluster(binary);
    const [first = '', ...others] = cluster.addresses;
    try {
      expect(new Set(cluster.addresses).size).toBe(3);
      await writeSecret({ ...cluster, address: first }, 'stand-in', { key: 'value' });
      expect(await cluster.killLeader()).toBe(first);
      await expect(fetch(`${first}/v1/sys/health`)).rejects.toThrow();
      for (const address of others) {
        const response = await fetch(`${address}/v1/secret/data/stand-in`, {
          headers: { 'x-vault-token': cluster.rootToken },
        });
        expect(await response.json()).toMatchObject({ data: { data: { key: 'value' } } });
        expect(others).toContain(await leaderOf(address));
      }
    } finally {
      await cluster.close();
    }
    for (const address of others) await expect(fetch(`${address}/v1/sys/health`)).rejects.toThrow();
  });

  it('that does not start is told, and leaves nothing', async () => {
    await writeFile(join(folder, 'broken'), '#!/bin/sh\nexit 3\n');
    await chmod(join(folder, 'broken'), 0o755);
    await expect(startRaftCluster(join(folder, 'broken'))).rejects.toThrow('A node ended with 3');
  });
});
