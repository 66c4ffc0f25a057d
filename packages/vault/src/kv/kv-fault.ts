import type { VaultAnswer } from '../transport/answer.js';
import type { Transport } from '../transport/transport.js';
import { VaultError } from '../vault-error.js';

/** There is no KV mount where one was named. */
export function noMount({ address, status }: VaultAnswer, path: string, what: string): VaultError {
  return new VaultError('SOURCE_DENIED', `Vault at ${address} ${what}`, {
    address,
    path,
    status,
    hint: 'Name the mount (STRONGROOM_VAULT_MOUNT, or the option mount), and check the namespace; "vault secrets list" shows all mounts.',
  });
}

/** The answer is none that this version of KV gives. */
export function strangeAnswer(
  { address, status }: VaultAnswer,
  { path, mount, version }: StrangeAnswer,
): VaultError {
  return new VaultError(
    'SOURCE_MALFORMED',
    `Vault at ${address} answered ${status} to ${path}, but not as KV version ${version} does`,
    {
      address,
      path,
      status,
      hint: `Check that ${mount}/ is a KV mount of version ${version}, and that the address is Vault itself.`,
    },
  );
}

interface StrangeAnswer {
  readonly path: string;
  readonly mount: string;
  readonly version: 1 | 2;
}

/** KV version 1 has no such thing. */
export function onlyVersion2({ address }: Transport, mount: string, what: string): VaultError {
  return new VaultError('SOURCE_DENIED', `${mount}/ is of KV version 1, which has no ${what}`, {
    address,
    hint: `Leave it out, or make the mount one of version 2: vault kv enable-versioning ${mount}/`,
  });
}
