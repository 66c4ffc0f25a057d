import { VaultError } from '../vault-error.js';
import type { Address } from './address.js';
import { withNote } from './failure-note.js';
import type { HttpProxy } from './http-proxy.js';

/** An address, and the proxy that stands before it. */
export interface Relay {
  readonly address: Address;
  readonly proxy: HttpProxy;
}

/** It is the proxy that cannot be reached or does not do its part, not Vault. */
export function proxyFault({ address, proxy }: Relay, what: string, repeatable: boolean): VaultError {
  const error = new VaultError(
    'SOURCE_UNAVAILABLE',
    `Vault at ${address.text} cannot be reached: its proxy ${proxy.text} ${what}`,
    {
      address: address.text,
      hint: 'Check VAULT_PROXY_ADDR, HTTPS_PROXY and NO_PROXY, the credentials for the proxy, and that it allows this address.',
      repeatable,
    },
  );
  return withNote(error, { unsent: true });
}
