import type { SourceErrorCode } from '@strongroom/core';
import type { VaultAnswer } from './answer.js';
import { type TokenVerdict, verdictOf } from './auth/token-verdict.js';
import { requestIdOf } from './request-id.js';
import type { Transport, VaultRequest } from './transport.js';
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
  const { status, body, address } = answer;
  const said = vaultMessages(body, method, transport);
  const words = said.length === 0 ? '' : `: ${said.join('; ')}`;
  const [code, message, hint] = read(status, errorsOf(body), address, words, path, hints, verdictOf(answer));
  const requestId = requestIdOf(body);
  const known = requestId === undefined ? {} : { requestId };
  return new VaultError(code, message, { address, path, status, vaultMessages: said, hint, ...known });
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

  if (about(/\bis sealed\b/)) {
    return ['SOURCE_UNAVAILABLE', `${vault} is sealed`, 'Unseal it: vault operator unseal.'];
  }
  if (about(/\bis not initialized\b/)) {
    return ['SOURCE_UNAVAILABLE', `${vault} is not initialised`, 'Initialise it: vault operator init.'];
  }
  if (status === 429) {
    const hint = 'Wait, or raise the rate limit quota in Vault.';
    return ['SOURCE_UNAVAILABLE', `${vault} has too many requests (429)`, hint];
  }
  if (status === 412 || status === 472 || status === 473 || status >= 500) {
    const hint = 'Try again later; the log of Vault says more.';
    return ['SOURCE_UNAVAILABLE', `${vault} cannot answer now (${status})`, hint];
  }
  if (about(/Upgrading from non-versioned to versioned data/)) {
    return [
      'SOURCE_UNAVAILABLE',
      `${vault} is upgrading the mount to KV version 2`,
      'Try again in a moment.',
    ];
  }
  if (status === 400 && about(/missing client token/)) {
    const hint = 'Set VAULT_TOKEN or VAULT_TOKEN_FILE; an Agent or a Proxy needs auto-auth for this.';
    return ['SOURCE_DENIED', `${vault} was asked for ${path} without a token`, hint];
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
    const dead = verdict.due === 'dead' ? 'The token is not valid, or may not even look itself up. ' : '';
    const hint = `${dead}Give a token that is valid and whose policies hold: ${policy}`;
    return ['SOURCE_DENIED', `${vault} denies ${path}${words}`, hint];
  }
  if (errors.length === 0) {
    const hint = 'Check that the address is Vault itself and no proxy or other service.';
    return ['SOURCE_MALFORMED', `${vault} answered ${status} to ${path}, but not as Vault does`, hint];
  }
  return ['SOURCE_DENIED', `${vault} refuses ${path} (${status})${words}`, 'Check the mount and the path.'];
}
