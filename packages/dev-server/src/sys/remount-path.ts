import type { VaultCore } from '../core/vault-core.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { fullPath } from '../mounts/mount-entry.js';
import { isProtected } from './mount-paths.js';

const withSlash = (path: string): string => (path.endsWith('/') ? path : `${path}/`);

/** `remount`: moves a secrets engine to another path. Its leases end. */
export const remountPath = (core: VaultCore): BackendPath =>
  definePath({
    pattern: /^remount$/,
    fields: { from: 'string', to: 'string' },
    operations: {
      update: ({ fields }) => {
        const given = { from: fields.get('from') ?? '', to: fields.get('to') ?? '' };
        if (given.from === '' || given.to === '') {
          throw refusal("both 'from' and 'to' path must be specified as a string");
        }
        const from = withSlash(given.from);
        const to = withSlash(given.to);
        if (isProtected(from)) throw refusal(`cannot remount "${from}"`);
        if (core.mounts.route(from) === undefined) throw refusal(`no matching mount at "${from}"`);
        // Only a mount that the new path would be in stands in its way, not one below it.
        const taken = core.mounts.route(to);
        if (taken !== undefined) throw refusal(`existing mount at "${fullPath(taken.entry)}"`);
        const entry = core.mounts.get(from);
        if (entry === undefined) throw refusal('failed to taint entry in mounts table');
        for (const lease of core.leases.withPrefix(from)) core.revocation.revokeLease(lease);
        core.mounts.replace(entry, { ...entry, path: to });
        core.rateLimiter.moveMount(from, to);
        return undefined;
      },
    },
  });
