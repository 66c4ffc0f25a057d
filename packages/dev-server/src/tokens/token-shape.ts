import { base64UrlFault } from '../go/base64.js';

const ROOT_NAMESPACE = 'root';

/** The namespace that a token names behind its last dot; empty where it names none. */
function namespaceOf(token: string): string {
  const rest = /^[bs]\./.test(token) ? token.slice(2) : token;
  return rest.slice(rest.lastIndexOf('.') + 1 || rest.length);
}

/** A token with two dots further in has the form of a JWT. */
const looksLikeJwt = (token: string): boolean => token.split('.').length === 3 && token[1] !== '.';

/** Whether the namespace in a token is one that exists; there is only the root one. */
export const hasUnknownNamespace = (token: string): boolean => {
  const namespace = namespaceOf(token);
  return namespace !== '' && namespace !== ROOT_NAMESPACE;
};

/** Why a token cannot even be looked for. */
export function lookupProblem(token: string): string | undefined {
  const [text = ''] = token.slice(2).split('.');
  const fault = token.startsWith('b.') ? base64UrlFault(text) : undefined;
  if (fault !== undefined) return `illegal base64 data at input byte ${fault}`;
  return hasUnknownNamespace(token) ? 'failed to look up namespace from the token: no namespace' : undefined;
}

/** The same for the token of a request, which is said before anything else is looked at. */
export const requestTokenProblem = (token: string): string | undefined =>
  looksLikeJwt(token) ? undefined : lookupProblem(token);
