import type { VaultCore } from '../core/vault-core.js';
import { childrenOf } from '../go/children-of.js';
import { invalidInt, parseDecimal } from '../go/parse-number.js';
import { formatTime } from '../go/timestamp.js';
import { calculateTtl } from '../leases/calculate-ttl.js';
import { secondsLeft } from '../leases/lease-store.js';
import { failure, refusal } from '../logical/logical-fault.js';
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

/** 204, or 202 where the request does not wait for it. Here it is done at once either way. */
const revoked = (sync: boolean | undefined): LogicalResponse | undefined =>
  sync === false ? { status: 202, rendered: '' } : undefined;

/** Every lease here can be revoked, so that none is ever counted among those that Vault gave up. */
const asksIrrevocable = (type: string | undefined): boolean => type?.toLowerCase() === 'irrevocable';

function checkLimit(limit: string): void {
  if (limit === '' || limit.toLowerCase() === 'none') return;
  const number = parseDecimal(limit);
  if (number === undefined) {
    throw failure(`invalid 'limit' provided: ${invalidInt(limit).replace('ParseInt', 'Atoi')}`);
  }
  if (number < 1) throw failure("limit must be 'none' or a positive integer");
}

/** `leases/…` and the older paths without that prefix. */
export const leasePaths = (core: VaultCore): readonly BackendPath[] => {
  /** Those below a path, or the one that has the whole path for its id. */
  const revokeAll = (path: string): void => {
    const one = path.endsWith('/') ? undefined : core.leases.get(path);
    const all = one === undefined ? core.leases.withPrefix(path.replace(/\/?$/, '/')) : [one];
    for (const lease of all) core.revocation.revokeLease(lease);
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
          return revoked(fields.get('sync'));
        },
      },
    }),
    definePath({
      pattern: /^(?:leases\/)?revoke-force\/(?<prefix>.+)$/,
      fields: { prefix: 'string' },
      operations: {
        update: ({ fields }) => {
          revokeAll(fields.get('prefix') ?? '');
          return undefined;
        },
      },
    }),
    definePath({
      pattern: /^(?:leases\/)?revoke-prefix\/(?<prefix>.+)$/,
      fields: { prefix: 'string', sync: 'bool' },
      operations: {
        update: ({ fields }) => {
          revokeAll(fields.get('prefix') ?? '');
          return revoked(fields.get('sync'));
        },
      },
    }),
    definePath({
      pattern: /^leases\/count$/,
      fields: { type: 'string', include_child_namespaces: 'bool' },
      operations: {
        read: ({ fields }) =>
          asksIrrevocable(fields.get('type')) ? { data: { counts: {}, lease_count: 0 } } : undefined,
      },
    }),
    definePath({
      pattern: /^leases\/?$/,
      fields: { type: 'string', include_child_namespaces: 'bool', limit: 'string' },
      operations: {
        read: ({ fields }) => {
          if (!asksIrrevocable(fields.get('type'))) return undefined;
          checkLimit(fields.get('limit') ?? '');
          return { data: { lease_count: 0, leases: [] } };
        },
      },
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
