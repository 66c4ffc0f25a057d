/**
 * The header of a request that must bring something new. An Agent or a Proxy with a cache answers a lease or a login
 * with what it answered the same request before; with this header no request is the same as another.
 */
export const asNew = (): Readonly<Record<string, string>> => ({ 'x-request-id': crypto.randomUUID() });
