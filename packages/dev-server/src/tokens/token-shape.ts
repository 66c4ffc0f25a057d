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

/** Where the text of a batch token is no base64, counted from behind its prefix; undefined where it is. */
function base64Fault(token: string): number | undefined {
  const [text = ''] = token.slice(2).split('.');
  const at = text.search(/[^A-Za-z0-9_-]/);
  if (at !== -1) return at;
  return text.length % 4 === 1 ? text.length - 1 : undefined;
}

/** Why a token cannot even be looked for. */
export function lookupProblem(token: string): string | undefined {
  const fault = token.startsWith('b.') ? base64Fault(token) : undefined;
  if (fault !== undefined) return `illegal base64 data at input byte ${fault}`;
  return hasUnknownNamespace(token) ? 'failed to look up namespace from the token: no namespace' : undefined;
}

/** The same for the token of a request, which is said before anything else is looked at. */
export const requestTokenProblem = (token: string): string | undefined =>
  looksLikeJwt(token) ? undefined : lookupProblem(token);
