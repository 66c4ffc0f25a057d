import { isStrongroomError } from '@strongroom/core';
import type { VaultAnswer } from '../answer.js';
import type { Cancellation } from '../cancellation.js';
import { encodePath } from '../kv-path.js';
import { checkToken } from '../token.js';
import { VaultError } from '../vault-error.js';
import type { AuthContext, AuthMethod, AuthResponse, PostOptions } from './auth-method.js';
import { readAuthResponse } from './auth-response.js';
import { loginRefusal } from './login-refusal.js';
import type { Send } from './token-requests.js';

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
): Promise<AuthResponse> {
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
      throw new VaultError('SOURCE_MALFORMED', `Vault at ${where} answered the login without a token`, {
        address: where,
        path: `/v1/${path}`,
        hint: 'Check that the path is that of a login, and that it asks for no second factor.',
      });
    },
  };
  try {
    const auth = await method(context);
    return { ...auth, token: checkToken(auth.token, 'the token of the login', address) };
  } catch (error) {
    if (isStrongroomError(error)) throw error;
    throw new VaultError('SOURCE_DENIED', `the login to Vault at ${address} failed`, {
      address,
      hint: 'Correct the function that was given as the auth method: it threw, or gave no token.',
    });
  }
}
