import type { Vault } from '@strongroom/vault';
import { type Check, failed, ok, warning } from './check.js';
import { login } from './check-server.js';
import { failedRequest } from './failed-request.js';

/** Below this remaining life a token that cannot be renewed is warned of, in seconds. */
const shortTtl = 15 * 60;

interface TokenAnswer {
  readonly data?: {
    readonly ttl?: number;
    readonly renewable?: boolean;
    readonly policies?: readonly string[];
    readonly display_name?: string;
  };
}

/** Whether Vault takes the token, and for how long. */
export async function checkToken(vault: Vault): Promise<Check> {
  try {
    const client = await vault.client();
    const { data } = ((await client.read('auth/token/lookup-self')) ?? {}) as TokenAnswer;
    if (data === undefined)
      return failed('token', 'Vault tells nothing of it', 'Check that the address is Vault itself.');
    const { ttl = 0, renewable = false, policies = [] } = data;
    const life =
      ttl === 0 ? 'does not expire' : `lives ${duration(ttl)} more${renewable ? ', and can be renewed' : ''}`;
    const detail = `is valid, ${life}; policies ${policies.join(', ')}`;
    if (policies.includes('root')) {
      return warning(
        'token',
        detail,
        'A root token may do everything: use one with `strongroom policy` for anything but development.',
      );
    }
    if (ttl > 0 && ttl < shortTtl && !renewable) {
      return warning(
        'token',
        detail,
        'Give one that can be renewed, or an auth method (STRONGROOM_VAULT_AUTH).',
      );
    }
    return ok('token', detail);
  } catch (error) {
    return failedRequest('token', error, login);
  }
}

/** Seconds, for people: the two largest units. */
export function duration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
