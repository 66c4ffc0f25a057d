import { calculateTtl } from '../leases/calculate-ttl.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import type { MountEntry } from '../mounts/mount-entry.js';
import { randomName } from '../tokens/random-name.js';
import type { TokenEntry } from '../tokens/token-entry.js';
import type { VaultCore } from './vault-core.js';

/** Makes the lease of a secret that an engine gives for a time. */
export function registerLease(
  core: VaultCore,
  request: LogicalRequest,
  token: TokenEntry,
  mount: MountEntry,
  response: LogicalResponse,
): LogicalResponse {
  const { newLease, ...rest } = response;
  if (newLease === undefined) return response;
  const { ttl, warnings } = calculateTtl({
    ...core.ttlsOf(mount),
    ttl: newLease.ttl,
    maxTtl: newLease.maxTtl,
  });
  const now = core.now();
  const id = `${request.path}/${randomName(24)}`;
  core.leases.put({
    id,
    kind: 'secret',
    token: token.id,
    issueTime: now,
    expireTime: now + ttl * 1000,
    lastRenewal: undefined,
    renewable: newLease.renewable,
    ttl,
    internal: newLease.internal,
  });
  return {
    ...rest,
    warnings: [...(response.warnings ?? []), ...warnings],
    lease: { leaseId: id, duration: ttl, renewable: newLease.renewable },
  };
}
