import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const peers = createRequire(new URL('../../peers/package.json', import.meta.url));
const peer = (name) => import(pathToFileURL(peers.resolve(name)).href);

/** Each makes a client and gives how it reads a KV secret below `bench/`, to its data. */
export const clients = {
  'bare node:http agent': async (address, token) => {
    const { Agent, request } = await import('node:http');
    const { hostname, port } = new URL(address);
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const headers = { 'X-Vault-Token': token };
    return (path) =>
      new Promise((resolve, reject) => {
        request({ hostname, port, path: `/v1/secret/data/${path}`, agent, headers }, (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString()).data.data));
        })
          .on('error', reject)
          .end();
      });
  },
  'bare undici pool': async (address, token) => {
    const { Pool } = (await peer('undici')).default;
    const pool = new Pool(address, { connections: 16 });
    const headers = { 'X-Vault-Token': token };
    return async (path) => {
      const { body } = await pool.request({ method: 'GET', path: `/v1/secret/data/${path}`, headers });
      return (await body.json()).data.data;
    };
  },
  strongroom: async (address, token) => {
    const { createVault } = await import('@strongroom/vault');
    const kv = createVault({ address, token }).kv();
    return async (path) => (await kv.read(path)).data;
  },
  'node-vault': async (address, token) => {
    const { default: nodeVault } = await peer('node-vault');
    const client = nodeVault({ endpoint: address, token });
    return async (path) => (await client.read(`secret/data/${path}`)).data.data;
  },
  'hashi-vault-js': async (address, token) => {
    const { default: Vault } = await peer('hashi-vault-js');
    const vault = new Vault({ https: false, baseUrl: `${address}/v1`, timeout: 10_000 });
    return async (path) => (await vault.readKVSecret(token, path, undefined, 'secret')).data;
  },
  '@litehex/node-vault': async (address, token) => {
    const { Client } = await peer('@litehex/node-vault');
    const client = new Client({ endpoint: address, token });
    return async (path) => {
      const { data, error } = await client.kv2.read({ mountPath: 'secret', path }, { strictSchema: false });
      if (error) throw error;
      return data.data.data;
    };
  },
  'node-vault-client': async (address, token) => {
    const { default: VaultClient } = await peer('node-vault-client');
    const client = new VaultClient({
      api: { url: `${address}/` },
      auth: { type: 'token', config: { token } },
      logger: false,
    });
    return async (path) => (await client.read(`secret/data/${path}`)).getValue('data');
  },
};
