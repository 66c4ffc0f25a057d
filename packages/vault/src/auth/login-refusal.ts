import { cannotAnswer, incapacityOf } from '../incapacity.js';
import { incapacities } from '../refusal.js';
import type { VaultAnswer } from '../transport/answer.js';
import { VaultError } from '../vault-error.js';
import { each, errorsOf } from '../vault-messages.js';

/** What Vault says of a login and can hold nothing of what one logs in with. */
const harmless =
  /^(?:permission denied|invalid (?:role ID|secret id|role or secret ID|username or password|token)|missing (?:role_id|secret_id|role|token|password|client token)|(?:namespace|service account name) not authorized|wrapping token is not valid or does not exist|namespace not found|invalid role name "[\w.-]{1,64}"|invalid [a-z ]{1,20} \([a-z]{3}\) claim(?:: [a-z ]{1,100})?|error validating (?:token|claims): [\w ().,:-]{1,150}|error validating claims: claim "[\w/.:-]{1,100}" (?:is missing|does not match any associated bound claim values)|role "[\w.-]{1,64}" could not be found|invalid certificate or no client certificate supplied|client certificate must be supplied|no client certificate found|tls connection required|no chain matching all constraints could be found for this login certificate|failed to match all constraints for this login certificate|ldap operation failed(?:: [a-z ]{1,80})?|failed to verify client's certificate: x509: [\w ,.:-]{1,150}|source address "[\d.:a-f]+" unauthorized.*)$/i;

/** What one logged in with was looked at, and is not good. */
const isUnverified = /^(?:failed to verify client's certificate|invalid [a-z ]+ \([a-z]{3}\) claim)/;

/** Why a request without a token was refused, as an error. Of Vault's words only those that are known go on. */
export function loginRefusal(
  { status, body, address, elsewhere = '' }: VaultAnswer,
  path: string,
  hint: string | undefined,
): VaultError {
  const errors = errorsOf(body)
    .flatMap(each)
    .map((text) => text.trim());
  const vaultMessages = errors.filter((text) => harmless.test(text)).slice(0, 3);
  const words = vaultMessages.length === 0 ? '' : `: ${vaultMessages.join('; ')}`;
  const details = { address, path: `/v1/${path}`, status, vaultMessages };
  const vault = `Vault at ${address}`;
  const incapacity = incapacityOf(status, errors);
  // Vault says so with the status of a fault of its own.
  const unverified = vaultMessages.some((text) => isUnverified.test(text));
  if (incapacity !== undefined) {
    const [what, remedy] = incapacities[incapacity];
    return new VaultError('SOURCE_UNAVAILABLE', `${vault} ${what}${elsewhere}`, { ...details, hint: remedy });
  }
  if (cannotAnswer(status, errors) && !unverified) {
    return new VaultError('SOURCE_UNAVAILABLE', `${vault} could not log in now (${status})${elsewhere}`, {
      ...details,
      hint: 'Try again later; the log of Vault says more.',
    });
  }
  if (errors.includes('namespace not found')) {
    return new VaultError('SOURCE_DENIED', `${vault} has no such namespace`, {
      ...details,
      hint: 'Correct the namespace (STRONGROOM_VAULT_AUTH_NAMESPACE, VAULT_NAMESPACE).',
    });
  }
  if (status === 404) {
    return new VaultError('SOURCE_DENIED', `${vault} has no auth method at ${path}`, {
      ...details,
      hint: 'Check the mount of the auth method and the namespace; "vault auth list" shows all mounts.',
    });
  }
  return new VaultError('SOURCE_DENIED', `${vault} denied the login at ${path} (${status})${words}`, {
    ...details,
    ...(hint === undefined ? {} : { hint }),
  });
}
