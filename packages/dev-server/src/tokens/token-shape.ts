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

/** What is wrong with a token by its mere form, said before anything else is looked at. */
export const namespaceProblem = (token: string): string | undefined =>
  hasUnknownNamespace(token) && !looksLikeJwt(token)
    ? 'failed to look up namespace from the token: no namespace'
    : undefined;
