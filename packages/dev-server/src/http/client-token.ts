const BEARER = 'Bearer ';

/** The token of a request: `X-Vault-Token` first, then a bearer token. Empty where there is none. */
export function tokenFromHeaders(headers: ReadonlyMap<string, string>): string {
  const token = headers.get('x-vault-token') ?? '';
  if (token !== '') return token;
  const authorization = headers.get('authorization') ?? '';
  return authorization.startsWith(BEARER) ? authorization.slice(BEARER.length).trim() : '';
}
