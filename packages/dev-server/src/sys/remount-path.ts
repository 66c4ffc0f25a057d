import type { VaultCore } from '../core/vault-core.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { mountPath } from './mount-config.js';
import { isProtected } from './mount-paths.js';

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
        const from = mountPath(given.from);
        const to = mountPath(given.to);
        if (isProtected(from)) throw refusal(`cannot remount "${from}"`);
        const entry = core.mounts.get(from);
        if (entry === undefined) throw refusal(`no matching mount at "${from}"`);
        if (isProtected(to)) throw refusal(`cannot remount to "${to}"`);
        const conflict = core.mounts.conflict(to);
        if (conflict !== undefined) throw refusal(`existing mount at "${conflict}"`);
        for (const lease of core.leases.withPrefix(from)) core.revocation.revokeLease(lease);
        core.mounts.replace(entry, { ...entry, path: to });
        return undefined;
      },
    },
  });
