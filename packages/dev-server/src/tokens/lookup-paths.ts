import { formatTime } from '../go/timestamp.js';
import { refusal } from '../logical/logical-fault.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import type { TokenEntry } from './token-entry.js';
import type { TokenStore } from './token-store.js';

const view = (token: TokenEntry): LogicalResponse => ({
  data: {
    accessor: token.accessor,
    creation_time: Math.floor(token.creationTime / 1000),
    creation_ttl: token.ttl,
    display_name: token.displayName,
    entity_id: token.entityId,
    expire_time: null,
    explicit_max_ttl: token.explicitMaxTtl,
    id: token.id,
    issue_time: formatTime(token.creationTime),
    meta: token.meta,
    num_uses: token.numUses,
    orphan: token.parent === '',
    path: token.path,
    policies: token.policies,
    renewable: false,
    ttl: 0,
    type: token.type,
  },
});

/** `lookup` and `lookup-self`. */
export const lookupPaths = (store: TokenStore): readonly BackendPath[] => {
  const look = (id: string): LogicalResponse => {
    const token = store.find(id);
    if (token === undefined) throw refusal('bad token', 403);
    return view(token);
  };
  return [
    definePath({
      pattern: /^lookup$/,
      fields: { token: 'string' },
      operations: {
        read: ({ fields, request }) => look(fields.get('token') || request.clientToken),
        update: ({ fields, request }) => look(fields.get('token') || request.clientToken),
      },
    }),
    definePath({
      pattern: /^lookup-self$/,
      fields: { token: 'string' },
      operations: {
        read: ({ request }) => look(request.clientToken),
        update: ({ request }) => look(request.clientToken),
      },
    }),
  ];
};
