import { randomBytes } from 'node:crypto';
import type { TestServer } from './test-server.js';

/** Does what an administrator does, the plain way, with no client of ours in between. */
export interface Administration {
  /**
   * Calls Vault with the root token.
   *
   * @param path without `/v1/`
   * @returns the parsed answer; undefined where there is none
   */
  call(method: string, path: string, body?: object): Promise<unknown>;
  /** Mounts a KV engine at a path. */
  mountKv(path: string, version: 1 | 2): Promise<void>;
  /** Makes a token with one policy, made for it. */
  tokenWith(policy: string): Promise<string>;
}

/** Administers a running server. */
export function administer(server: Pick<TestServer, 'address' | 'rootToken'>): Administration {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${server.address}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': server.rootToken, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    call,
    async mountKv(path, version) {
      await call('POST', `sys/mounts/${path}`, { type: 'kv', options: { version: String(version) } });
      // A real server upgrades a new mount of version 2 before it takes writes.
      for (let tries = 0; version === 2 && tries < 50; tries++) {
        const ready = await call('GET', `${path}/config`).then(
          () => true,
          () => false,
        );
        if (ready) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async tokenWith(policy) {
      const name = `test-${randomBytes(6).toString('hex')}`;
      await call('PUT', `sys/policies/acl/${name}`, { policy });
      const made = (await call('POST', 'auth/token/create', { policies: [name] })) as {
        readonly auth: { readonly client_token: string };
      };
      return made.auth.client_token;
    },
  };
}
