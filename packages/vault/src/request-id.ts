/** The id that Vault gave to a request, as its audit log has it; refusals mostly come without one. */
export function requestIdOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('request_id' in body)) return undefined;
  const { request_id: id } = body;
  return typeof id === 'string' && uuid.test(id) ? id : undefined;
}

/** Nothing else goes on: whoever answers may put there what he got. */
const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
