import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realServerBinary, writeSecret } from '../src/index.js';
import { startRealServer } from '../src/real-server.js';

const command = join(
  dirname(createRequire(import.meta.url).resolve('@strongroom/dev-server/package.json')),
  'bin/strongroom-dev-server.js',
);

/** Takes the place of a binary: it understands what is asked of `vault`, and of nothing else. */
const standIn = `#!${process.execPath}
const { VAULT_DEV_LISTEN_ADDRESS: listen, VAULT_DEV_ROOT_TOKEN_ID: token } = process.env;
const asked = process.argv.slice(2).join(' ');
if (asked === 'version') console.log('Vault v0.0.1 (stand-in)');
else if (asked === 'server -dev -dev-no-store-token' && listen && token) {
  process.argv = [process.argv[0], ${JSON.stringify(command)}, '--listen', listen];
  import(${JSON.stringify(command)});
} else process.exit(64);
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
});
