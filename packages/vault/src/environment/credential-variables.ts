import { authVariables } from './environment-auth.js';
import { tokenVariables } from './environment-hints.js';

/**
 * The environment variables that hold a credential for Vault, name a file that does, or say which one to use: for
 * whoever starts another program that is not to have them.
 */
export const credentialVariables: readonly string[] = Object.freeze([
  ...tokenVariables,
  'BAO_TOKEN_PATH',
  ...['VAULT', 'BAO'].flatMap((who) => [`${who}_CLIENT_CERT`, `${who}_CLIENT_KEY`]),
  ...authVariables,
]);
