import type { TestServer } from './test-server.js';

/** Writes a KV version 2 secret the plain way, with no client of ours in between. */
export async function writeSecret(
  server: Pick<TestServer, 'address' | 'rootToken'>,
  path: string,
  data: Readonly<Record<string, unknown>>,
  mount = 'secret',
): Promise<void> {
  const response = await fetch(`${server.address}/v1/${mount}/data/${path}`, {
    method: 'POST',
    headers: { 'x-vault-token': server.rootToken, 'content-type': 'application/json' },
    body: JSON.stringify({ data }),
  });
  if (!response.ok) throw new Error(`Writing ${mount}/${path} was answered with ${response.status}`);
}
