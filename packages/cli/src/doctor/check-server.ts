import { type Clock, isSourceError } from '@strongroom/core';
import type { Vault } from '@strongroom/vault';
import { type Check, failed, ok, skipped, warning } from './check.js';
import { failedRequest } from './failed-request.js';

/** By how much clocks may differ before it is said, in milliseconds; Vault tells whole seconds. */
const skewMs = 5_000;

/** Asked so, every server that can answer at all answers 200. */
const healthPath =
  '/sys/health?standbyok=true&perfstandbyok=true&sealedcode=200&uninitcode=200&drsecondarycode=200';

/** What to do where there is no token. */
export const login = 'Give a token that is valid: VAULT_TOKEN, VAULT_TOKEN_FILE or `vault login`.';

interface HealthAnswer {
  readonly initialized?: boolean;
  readonly sealed?: boolean;
  readonly standby?: boolean;
  readonly version?: string;
  readonly server_time_utc?: number;
}

/** Whether Vault can be reached and is unsealed, and whether its clock agrees with ours. */
export async function checkServer(vault: Vault, clock: Clock): Promise<readonly Check[]> {
  const before = clock.now();
  let health: HealthAnswer;
  try {
    const client = await vault.client();
    // Of what is no JSON, as of a load balancer without a server, there is nothing.
    health = ((await client.request({ method: 'GET', path: healthPath })) ?? {}) as HealthAnswer;
  } catch (error) {
    // Nobody has to say who he is to ask for the health: what was denied is the login before it.
    if (isSourceError(error) && error.code === 'SOURCE_DENIED') {
      return [skipped('server', 'it is not asked without a token'), failedRequest('token', error, login)];
    }
    return [
      failedRequest('server', error, 'Check the address, the network, and that the server is running.'),
    ];
  }
  const { initialized, sealed, standby, version = 'of unknown version', server_time_utc: time } = health;
  if (typeof sealed !== 'boolean') {
    return [
      failed(
        'server',
        `${vault.address} answers, but not as Vault does`,
        'Check that the address is Vault itself.',
      ),
    ];
  }
  if (initialized === false)
    return [failed('server', 'it is not initialised', 'Initialise it: vault operator init.')];
  if (sealed) return [failed('server', 'it is sealed', 'Unseal it: vault operator unseal.')];
  const server = ok('server', `it answers, unsealed, ${version}${standby === true ? ', a standby' : ''}`);
  return typeof time === 'number' ? [server, checkSkew(time * 1000, (before + clock.now()) / 2)] : [server];
}

function checkSkew(theirs: number, ours: number): Check {
  // A whole second is cut off.
  const skew = theirs + 500 - ours;
  if (Math.abs(skew) <= skewMs) return ok('clock', 'agrees with that of Vault');
  const seconds = Math.round(Math.abs(skew) / 1000);
  return warning(
    'clock',
    `the clock of this machine is ${seconds} s ${skew > 0 ? 'behind' : 'ahead of'} that of Vault`,
    'Synchronise the clocks (NTP): tokens, certificates and signed logins count on them.',
  );
}
