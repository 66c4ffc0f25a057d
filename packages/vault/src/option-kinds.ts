import { TokenFiles } from './auth/token-file.js';
import { notBoolean, notConfigured, problem } from './configuration-problem.js';
import type { VaultOptions } from './vault.js';

/**
 * Refuses options that are there, but of a kind that nothing can be made of.
 *
 * @throws ConfigurationError with all of them
 */
export function checkKinds({
  auth,
  token,
  allowInsecureHttp,
  revokeLeases,
  revokeTokens,
}: Pick<VaultOptions, 'auth' | 'token' | 'allowInsecureHttp' | 'revokeLeases' | 'revokeTokens'>): void {
  const problems = Object.entries({ allowInsecureHttp, revokeLeases, revokeTokens }).flatMap(
    ([name, given]) => notBoolean(name, given),
  );
  if (auth !== undefined && typeof auth !== 'function') {
    problems.push(problem('auth', 'is no auth method', 'Give appRole(…), kubernetes(…), or a function.'));
  }
  const isToken = ['string', 'function', 'undefined'].includes(typeof token) || token instanceof TokenFiles;
  if (!isToken && token !== null) {
    problems.push(problem('token', 'is no token', 'Give a text, tokenFile(…), or a function.'));
  }
  if (problems.length > 0) throw notConfigured(problems);
}
