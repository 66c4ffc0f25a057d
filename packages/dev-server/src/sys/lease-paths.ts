import type { VaultCore } from '../core/vault-core.js';
import { childrenOf } from '../go/children-of.js';
import { formatTime } from '../go/timestamp.js';
import { calculateTtl } from '../leases/calculate-ttl.js';
import { secondsLeft } from '../leases/lease-store.js';
import { refusal } from '../logical/logical-fault.js';
import { type LogicalResponse, listing } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';

const leaseId = (fields: { get(name: 'lease_id' | 'url_lease_id'): string | undefined }): string => {
  const id = fields.get('lease_id') || (fields.get('url_lease_id') ?? '');
  if (id === '') throw refusal('lease_id must be specified');
  return id;
};

function renew(core: VaultCore, id: string, increment: number): LogicalResponse {
  const lease = core.leases.get(id);
  if (lease === undefined) throw refusal('lease not found');
  if (!lease.renewable) throw refusal('lease is not renewable');
  if (lease.kind === 'auth') throw refusal('tokens cannot be renewed through this endpoint');
  const mount = core.mounts.route(id);
  const terms = mount?.backend.renewLease?.(lease);
  const now = core.now();
  const { ttl, warnings } = calculateTtl({
    ...core.ttlsOf(mount?.entry),
    increment,
    ttl: terms?.ttl ?? lease.ttl,
    maxTtl: terms?.maxTtl ?? 0,
    elapsed: now - lease.issueTime,
  });
  core.leases.extend(lease, ttl, now);
  return { warnings, lease: { leaseId: id, duration: ttl, renewable: true } };
}

function lookup(core: VaultCore, id: string): LogicalResponse {
  const lease = core.leases.get(id);
  if (lease === undefined) throw refusal('invalid lease');
  return {
    data: {
      expire_time: formatTime(lease.expireTime),
      id,
      issue_time: formatTime(lease.issueTime),
      last_renewal: lease.lastRenewal === undefined ? null : formatTime(lease.lastRenewal),
      renewable: lease.renewable,
      ttl: secondsLeft(lease, core.now()),
    },
  };
}

/** `leases/…` and the older paths without that prefix. */
export const leasePaths = (core: VaultCore): readonly BackendPath[] => {
  const revokeAll = (prefix: string): undefined => {
    for (const lease of core.leases.withPrefix(prefix)) core.revocation.revokeLease(lease);
    return undefined;
  };
  return [
    definePath({
      pattern: /^leases\/lookup\/(?<prefix>.+)?$/,
      fields: { prefix: 'string' },
      operations: {
        list: ({ fields }) => {
          const prefix = (fields.get('prefix') ?? '').replace(/\/?$/, '/').replace(/^\/$/, '');
          return listing(childrenOf(core.leases.ids(), prefix));
        },
      },
    }),
    definePath({
      pattern: /^leases\/lookup$/,
      fields: { lease_id: 'string', url_lease_id: 'string' },
      operations: { update: ({ fields }) => lookup(core, leaseId(fields)) },
    }),
    definePath({
      pattern: /^(?:leases\/)?renew(?:\/(?<url_lease_id>.+))?$/,
      fields: { lease_id: 'string', url_lease_id: 'string', increment: 'duration' },
      operations: { update: ({ fields }) => renew(core, leaseId(fields), fields.get('increment') ?? 0) },
    }),
    definePath({
      pattern: /^(?:leases\/)?revoke(?:\/(?<url_lease_id>.+))?$/,
      fields: { lease_id: 'string', url_lease_id: 'string', sync: 'bool' },
      operations: {
        update: ({ fields }) => {
          const lease = core.leases.get(leaseId(fields));
          if (lease !== undefined) core.revocation.revokeLease(lease);
          return undefined;
        },
      },
    }),
    definePath({
      pattern: /^(?:leases\/)?revoke-(?:prefix|force)\/(?<prefix>.+)$/,
      fields: { prefix: 'string', sync: 'bool' },
      operations: { update: ({ fields }) => revokeAll(fields.get('prefix') ?? '') },
    }),
    definePath({
      pattern: /^leases\/tidy$/,
      fields: {},
      operations: {
        update: () => ({
          status: 202,
          data: null,
          warnings: [
            "Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.",
          ],
        }),
      },
    }),
  ];
};
