import { inCidrs } from '../go/cidr.js';
import { refusal } from '../logical/logical-fault.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import type { TokenEntry } from '../tokens/token-entry.js';
import { hasUnknownNamespace } from '../tokens/token-shape.js';
import type { VaultCore } from './vault-core.js';

/**
 * The token of a request.
 *
 * @throws LogicalFault when there is none, an unknown one, or one that is bound to other addresses
 */
export function tokenOf(core: VaultCore, request: LogicalRequest): TokenEntry {
  const { clientToken } = request;
  if (clientToken === '') throw refusal('missing client token');
  if (hasUnknownNamespace(clientToken)) throw refusal('1 error occurred:\n\t* internal error\n\n', 500);
  const token = core.tokens.find(clientToken);
  if (token === undefined) throw refusal('permission denied', 403);
  if (token.ttl !== 0 && token.boundCidrs.length > 0 && !inCidrs(request.remoteAddress, token.boundCidrs)) {
    throw refusal('permission denied', 403);
  }
  return token;
}
