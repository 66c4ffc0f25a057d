import { VaultError } from '../vault-error.js';
import { withNote } from './failure-note.js';

/**
 * A redirect is no answer: the token goes to the configured addresses only. A standby node of Vault answers 307
 * when it cannot forward a request, and where that points to a configured address it is taken for a hint; other
 * redirects are not Vault's.
 */
export function redirected(
  address: string,
  path: string,
  status: number,
  location: string | undefined,
): VaultError {
  const target = originOf(location, address);
  const standby = status === 307;
  const error = new VaultError(
    standby ? 'SOURCE_UNAVAILABLE' : 'SOURCE_MALFORMED',
    `Vault at ${address} answered ${status}, a redirect to ${target}, which is not followed`,
    {
      address,
      path,
      status,
      hint: standby
        ? 'It is a standby node: give the addresses of all nodes (VAULT_ADDR, with commas between them), as they name each other, or that of the load balancer before them.'
        : 'Give the address that it points to, if that is Vault; a proxy or a login page may stand before it.',
    },
  );
  return standby ? withNote(error, { unsent: true, ...(location === undefined ? {} : { location }) }) : error;
}

/** Scheme, host and port only: a path or a query may hold anything. */
function originOf(location: string | undefined, address: string): string {
  if (location === undefined || !URL.canParse(location, address)) return 'somewhere else';
  const { origin } = new URL(location, address);
  return origin === 'null' ? 'somewhere else' : origin;
}
