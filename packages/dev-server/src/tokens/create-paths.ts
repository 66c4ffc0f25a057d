import type { VaultCore } from '../core/vault-core.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { createToken } from './create-token.js';
import { TOKEN_ROLES } from './role-record.js';

/** `create`, `create-orphan` and `create/ROLE`. */
export const createPaths = (core: VaultCore): readonly BackendPath[] => [
  definePath({
    pattern: /^create-orphan$/,
    fields: {},
    operations: { update: ({ request }) => createToken(core, request, { orphan: true }) },
  }),
  definePath({
    pattern: /^create\/(?<role_name>\w(?:[\w.-]*\w)?)$/,
    fields: { role_name: 'string' },
    operations: {
      update: ({ fields, request }) => {
        const name = fields.get('role_name') ?? '';
        const role = core.storage.records(TOKEN_ROLES).get(name);
        if (role === undefined) throw refusal(`unknown role ${name}`);
        return createToken(core, request, { orphan: false, role });
      },
    },
  }),
  definePath({
    pattern: /^create$/,
    fields: {},
    operations: { update: ({ request }) => createToken(core, request, { orphan: false }) },
  }),
];
