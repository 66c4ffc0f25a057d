import type { SourceErrorCode } from '@strongroom/core';
import { type TokenVerdict, verdictOf } from './auth/token-verdict.js';
import { cannotAnswer, type Incapacity, incapacityOf } from './incapacity.js';
import { requestIdOf } from './request-id.js';
import type { VaultAnswer } from './transport/answer.js';
import type { Transport, VaultRequest } from './transport/transport.js';
import { VaultError } from './vault-error.js';
import { errorsOf, vaultMessages } from './vault-messages.js';

/** What to do about a request that Vault denied, by what the request was. */
export interface DenialHints {
  /** The policy that is needed. */
  readonly policy: string;
}

/** Why Vault did not do what it was asked, as an error. */
export function refusal(
  answer: VaultAnswer,
  { method, path }: VaultRequest,
  transport: Transport,
  hints: DenialHints,
): VaultError {
  const { status, body, address, elsewhere = '' } = answer;
  const said = vaultMessages(body, method, transport);
  const words = said.length === 0 ? '' : `: ${said.join('; ')}`;
  const [code, message, hint] = read(status, errorsOf(body), address, words, path, hints, verdictOf(answer));
  const requestId = requestIdOf(body);
  const known = requestId === undefined ? {} : { requestId };
  return new VaultError(code, message + elsewhere, {
    address,
    path,
    status,
    vaultMessages: said,
    hint,
    ...known,
  });
}

function read(
  status: number,
  errors: readonly string[],
  address: string,
  words: string,
  path: string,
  { policy }: DenialHints,
  verdict: TokenVerdict,
): readonly [SourceErrorCode, message: string, hint: string] {
  const about = (pattern: RegExp) => errors.some((text) => pattern.test(text));
  const vault = `Vault at ${address}`;

  const incapacity = incapacityOf(status, errors);
  if (incapacity !== undefined) {
    const [what, hint] = incapacities[incapacity];
    return ['SOURCE_UNAVAILABLE', `${vault} ${what}`, hint];
  }
  if (status === 413 || about(tooMuch)) {
    const hint =
      'Write less, or less deeply nested; or raise the limits of the listener in Vault (max_request_size, max_json_depth and their kind).';
    return ['SOURCE_DENIED', `${vault} does not take as much as ${path} was sent (${status})${words}`, hint];
  }
  if (about(/\blease count quota exceeded\b/)) {
    const hint =
      'Let leases end: revoke what is not needed, shorten their TTL, or raise the lease count quota.';
    return ['SOURCE_UNAVAILABLE', `${vault} has as many leases as its quota allows (${status})`, hint];
  }
  if (status === 429) {
    const hint = 'Wait, or raise the rate limit quota in Vault.';
    return ['SOURCE_UNAVAILABLE', `${vault} has too many requests (429)`, hint];
  }
  if (cannotAnswer(status, errors)) {
    const hint = 'Try again later; the log of Vault says more.';
    return ['SOURCE_UNAVAILABLE', `${vault} cannot answer now (${status})`, hint];
  }
  if (status === 400 && about(/missing client token/)) {
    const hint = 'Set VAULT_TOKEN or VAULT_TOKEN_FILE; an Agent or a Proxy needs auto-auth for this.';
    return ['SOURCE_DENIED', `${vault} was asked for ${path} without a token`, hint];
  }
  // Newer servers say it so, and so is said what the policies of an Agent's token do not allow.
  if (status === 403 && verdict.due === 'missing') {
    const hint = `Set VAULT_TOKEN or VAULT_TOKEN_FILE; an Agent or a Proxy needs auto-auth for this, and policies of its token that hold: ${policy}`;
    return ['SOURCE_DENIED', `${vault} denies ${path}, which was asked for without a token`, hint];
  }
  if (about(/\binvalid token\b|performing token check/)) {
    const hint = `Give a token that is valid, not expired, and whose policies hold: ${policy}`;
    return ['SOURCE_DENIED', `${vault} does not accept the token${words}`, hint];
  }
  if (status === 403 && verdict.due === 'policy') {
    const { policies = [] } = verdict;
    const held = policies.length === 0 ? 'its policies' : `its policies ${policies.join(', ')}`;
    const hint = `Add to a policy of the token: ${policy}`;
    return [
      'SOURCE_DENIED',
      `${vault} denies ${path}${words}; the token is valid, but ${held} do not allow it`,
      hint,
    ];
  }
  if (status === 403) {
    // In the message and not in the hint: while a program runs, the message is all that it is told.
    const dead = verdict.due === 'dead' ? '; the token is not valid, or may not even look itself up' : '';
    const hint = `Give a token that is valid and whose policies hold: ${policy}`;
    return ['SOURCE_DENIED', `${vault} denies ${path}${words}${dead}`, hint];
  }
  if (about(/^namespace not found$/)) {
    const hint = 'Correct the namespace (VAULT_NAMESPACE, STRONGROOM_VAULT_AUTH_NAMESPACE).';
    return ['SOURCE_DENIED', `${vault} has no such namespace`, hint];
  }
  if (about(/^check-and-set parameter required/)) {
    const hint = 'Read the secret, and write with the version that was read as cas; 0 for a new secret.';
    return ['SOURCE_DENIED', `${vault} wants check-and-set for writes to ${path} (${status})${words}`, hint];
  }
  if (errors.length === 0) {
    const hint = 'Check that the address is Vault itself and no proxy or other service.';
    return ['SOURCE_MALFORMED', `${vault} answered ${status} to ${path}, but not as Vault does`, hint];
  }
  return ['SOURCE_DENIED', `${vault} refuses ${path} (${status})${words}`, 'Check the mount and the path.'];
}

/** What an {@link Incapacity} is called, and what to do. */
export const incapacities: Readonly<Record<Incapacity, readonly [what: string, hint: string]>> = {
  sealed: ['is sealed', 'Unseal it: vault operator unseal.'],
  uninitialised: ['is not initialised', 'Initialise it: vault operator init.'],
  'namespace-sealed': ['has sealed the namespace', 'Unseal it: bao namespace unseal.'],
  'namespace-locked': ['has locked the namespace', 'Unlock it: vault namespace unlock.'],
  standby: [
    'is a standby node without an active one',
    'Check the other nodes of the cluster, or ask one of them.',
  ],
  secondary: [
    'is the disaster recovery secondary of another cluster',
    'Give the addresses of the cluster that is the primary now; after a failover, promote the secondary.',
  ],
  upgrading: ['is upgrading the mount to KV version 2', 'Try again in a moment.'],
};

/** Limits on JSON, of Vault from the middle of 2025 on. */
const tooMuch = /\bJSON [\w ]+ exceeds allowed /;
