import type { Clock, Logger } from '@strongroom/core';
import type { Activities } from '../activities.js';
import { asNew } from '../agent-cache.js';
import { notConfigured, problem } from '../configuration-problem.js';
import type { Address } from '../transport/address.js';
import type { AuthMethod } from './auth-method.js';
import { logIn } from './login.js';
import { Session, type TokenOrigin } from './session.js';
import { missingToken, noToken, type TokenReader } from './token.js';
import { TokenFiles } from './token-file.js';
import type { Send } from './token-requests.js';
import { type Tokens, TokensOfReader } from './tokens.js';

/** How a client gets its token. */
export interface TokenOptions {
  readonly auth?: AuthMethod;
  readonly token?: string | TokenFiles | TokenReader;
  readonly revokeTokens?: boolean;
}

/**
 * The tokens that some options are about. Nothing is read and nobody logs in before the first request.
 *
 * @throws ConfigurationError for a token and an auth method at once
 */
export function tokensFor(
  { auth, token, revokeTokens = false }: TokenOptions,
  surroundings: {
    readonly address: Address;
    readonly clock: Clock;
    readonly logger: Logger | undefined;
    readonly send: Send;
    readonly activities: Activities;
    readonly onReplaced: () => void;
  },
): Tokens {
  const { send } = surroundings;
  const { text: address, socketPath } = surroundings.address;
  if (auth !== undefined && token !== undefined) {
    throw notConfigured([
      problem('auth', 'token is given too', 'Give one of them: an auth method gets its own token.'),
    ]);
  }
  const session = (origin: TokenOrigin) =>
    new Session({ ...surroundings, address, origin, revoke: revokeTokens });
  if (auth !== undefined) {
    let again = false;
    const sendAsNew: Send = (request) => send({ ...request, headers: { ...request.headers, ...asNew() } });
    const login: Extract<TokenOrigin, { kind: 'login' }>['login'] = (signal) => {
      const sendOne = again ? sendAsNew : send;
      again = true;
      return logIn(auth, address, sendOne, signal);
    };
    return session({ kind: 'login', method: auth.name || 'custom', login });
  }
  if (typeof token === 'string') return session({ kind: 'text', token: token.trim() });
  if (token instanceof TokenFiles) return session({ kind: 'file', read: () => token.read(address) });
  const none = socketPath === undefined ? missingToken(address) : noToken;
  return new TokensOfReader(token ?? none, address, send);
}
