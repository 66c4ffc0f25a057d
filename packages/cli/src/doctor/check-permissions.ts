import type { Definition } from '@strongroom/core';
import type { CheckPolicyOptions } from '@strongroom/migrate';
import type { KvPlacement, Vault } from '@strongroom/vault';
import { type Check, failed, ok, warning } from './check.js';
import { failedRequest } from './failed-request.js';

/** Whether there is a KV mount, and whether the token may read each path of the settings. */
export async function checkPermissions(
  vault: Vault,
  definition: Definition,
  environment: string,
  { mount = 'secret', layout = 'group', kvVersion, marker = false }: KvPlacement,
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
  const needs = { definition, environment, mount, layout, kvVersion: version, marker };
  return [mountCheck, ...(await permissions({ ...needs, vault }))];
}

const enable = (mount: string): string => `vault secrets enable -path=${mount} -version=2 kv`;

async function permissions(options: CheckPolicyOptions): Promise<readonly Check[]> {
  const { checkPolicy } = await import('@strongroom/migrate');
  try {
    return (await checkPolicy(options)).map(({ path, needed, missing }) => {
      const name = `permission ${path}`;
      if (missing.length === 0) return ok(name, `the token has ${needed.join(', ')}`);
      const rule = `Add to a policy of the token: path "${path}" { capabilities = [${needed.map((each) => `"${each}"`).join(', ')}] }`;
      // Without it a refresh reads the secret itself.
      const metadata = path.includes('/metadata/');
      return metadata
        ? warning(name, 'the token may not read it, so that each refresh reads the secret itself', rule)
        : failed(name, `the token lacks ${missing.join(', ')}`, rule);
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
