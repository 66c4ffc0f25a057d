import { isStrongroomError } from '@strongroom/core';
import { plainPath } from '../activities.js';
import { encodePath } from '../kv/kv-path.js';
import type { VaultAnswer } from '../transport/answer.js';
import type { Cancellation } from '../transport/cancellation.js';
import { VaultError } from '../vault-error.js';
import type { AuthContext, AuthMethod, AuthResponse, PostOptions } from './auth-method.js';
import { readAuthResponse, wantsSecondFactor } from './auth-response.js';
import { loginRefusal } from './login-refusal.js';
import { checkToken } from './token.js';
import type { Send } from './token-requests.js';

/** What a login gave. */
export interface Login {
  readonly auth: AuthResponse;
  /** What was asked for at last; undefined for a method that asked for nothing. */
  readonly path: string | undefined;
  /** What that was answered with. */
  readonly body: unknown;
  /** How old that is, in milliseconds: an Agent had it in its cache. */
  readonly ageMs: number;
}

/**
 * Logs in once.
 *
 * @throws VaultError, and ConfigurationError for a mount that cannot be a path; of what a function of the application
 * throws nothing else goes on
 */
export async function logIn(
  method: AuthMethod,
  address: string,
  send: Send,
  signal: Cancellation,
): Promise<Login> {
  let last: VaultAnswer | undefined;
  let lastPath: string | undefined;
  const ask = async (
    path: string,
    body: object,
    { hint, token, repeatable = true }: PostOptions = {},
  ): Promise<VaultAnswer> => {
    const answer = await send({
      method: 'POST',
      path: `/v1/${encodePath('auth', path)}`,
      body: JSON.stringify(body),
      signal,
      ...(token === undefined ? {} : { token: checkToken(token, 'the token of the login', address) }),
      // To log in twice does no harm.
      ...(repeatable ? { onRepeat: () => undefined } : {}),
    });
    last = answer;
    lastPath = path;
    if (answer.status === 200 || answer.status === 204) return answer;
    throw loginRefusal(answer, path, hint);
  };
  const context: AuthContext = {
    address,
    signal,
    post: async (path, body, options) => (await ask(path, body, options)).body,
    async login(path, body, options) {
      const answer = await ask(path, body, options);
      const auth = readAuthResponse(answer.body);
      if (auth !== undefined) return auth;
      const where = answer.address;
      if (wantsSecondFactor(answer.body)) {
        throw new VaultError(
          'SOURCE_DENIED',
          `Vault at ${where} wants a second factor for the login at ${path}`,
          {
            address: where,
            path: `/v1/${path}`,
            hint: 'Nobody is there to give one: except this login from the MFA enforcement, or write an auth method that answers it (sys/mfa/validate).',
          },
        );
      }
      throw new VaultError('SOURCE_MALFORMED', `Vault at ${where} answered the login without a token`, {
        address: where,
        path: `/v1/${path}`,
        hint: 'Check that the path is that of a login.',
      });
    },
  };
  try {
    const auth = await method(context);
    // In plain JavaScript it may be anything, Vault's own words for it too.
    if (typeof auth.token !== 'string') throw new TypeError('no token');
    const token = checkToken(auth.token, 'the token of the login', address);
    return { auth: { ...auth, token }, path: lastPath, body: last?.body, ageMs: last?.ageMs ?? 0 };
  } catch (error) {
    if (isStrongroomError(error)) throw error;
    throw new VaultError('SOURCE_DENIED', `the login to Vault at ${address} failed`, {
      address,
      hint: 'Correct the function that was given as the auth method: it threw, or gave no { token }.',
    });
  }
}

/** The mount that a login went to, without what follows: the name of a user may. */
export const authMount = (path: string): string => plainPath(path).replace(/\/login(?:\/.*)?$/, '');
