import type { Definition } from '@strongroom/core';
import type { KvPlacement, Vault } from '@strongroom/vault';
import { type Check, failed, ok, warning } from './check.js';
import { failedRequest } from './failed-request.js';

/** Whether there is a KV mount, and whether the token may read each path of the settings. */
export async function checkPermissions(
  vault: Vault,
  definition: Definition,
  environment: string,
  { mount = 'secret', layout = 'group', kvVersion }: KvPlacement,
): Promise<readonly Check[]> {
  let version: 1 | 2;
  let mountCheck: Check;
  try {
    const told = await vault.kv(mount).version();
    version = told ?? kvVersion ?? 2;
    mountCheck =
      told === undefined
        ? warning(
            'mount',
            `Vault does not tell of a mount at ${mount}/, so KV version ${version} is assumed`,
            `See that it is there (vault secrets list); otherwise enable it: ${enable(mount)}`,
          )
        : ok('mount', `${mount}: KV version ${told}`);
  } catch (error) {
    return [failedRequest('mount', error, `Enable it: ${enable(mount)}`)];
  }
  return [mountCheck, ...(await permissions(vault, definition, environment, { mount, layout, version }))];
}

const enable = (mount: string): string => `vault secrets enable -path=${mount} -version=2 kv`;

async function permissions(
  vault: Vault,
  { application, settings }: Definition,
  environment: string,
  {
    mount,
    layout,
    version,
  }: { readonly mount: string; readonly layout: 'group' | 'leaf'; readonly version: 1 | 2 },
): Promise<readonly Check[]> {
  const prefix = version === 2 ? `${mount}/data` : mount;
  const paths = new Set<string>();
  for (const { place } of Object.values(settings)) {
    if (place === undefined) continue;
    const group = `${prefix}/${application}/${environment}/${place.group}`;
    paths.add(layout === 'group' ? group : `${group}/${place.key}`);
  }
  if (paths.size === 0) return [];
  try {
    const client = await vault.client();
    const answer = (await client.write('sys/capabilities-self', { paths: [...paths] })) as {
      readonly data?: Record<string, unknown>;
    };
    return [...paths].map((path) => {
      const granted = answer.data?.[path];
      const may = Array.isArray(granted) && (granted.includes('read') || granted.includes('root'));
      const name = `permission ${path}`;
      if (may) return ok(name, 'the token may read it');
      return failed(
        name,
        'the token may not read it',
        `Add to a policy of the token: path "${path}" { capabilities = ["read"] }`,
      );
    });
  } catch (error) {
    return [
      failedRequest(
        'permissions',
        error,
        'Let the token ask sys/capabilities-self, as the policy default does.',
      ),
    ];
  }
}
