import type { VaultCore } from '../core/vault-core.js';
import { failure, refusal } from '../logical/logical-fault.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import type { TokenEntry } from './token-entry.js';
import { lookupProblem } from './token-shape.js';
import { tokenView } from './token-view.js';

/** @throws LogicalFault when there is no such accessor */
export function tokenByAccessor(core: VaultCore, accessor: string): TokenEntry {
  if (accessor === '') throw failure('missing accessor', 400);
  const token = core.tokens.findByAccessor(accessor);
  if (token === undefined) throw failure('invalid accessor', 400);
  return token;
}

/** `lookup`, `lookup-self`, `lookup-accessor` and the list of accessors. */
export const lookupPaths = (core: VaultCore): readonly BackendPath[] => {
  const look = (id: string): LogicalResponse => {
    const problem = lookupProblem(id);
    if (problem !== undefined) throw refusal(problem);
    const token = core.tokens.findSpent(id);
    if (token === undefined) throw refusal('bad token', 403);
    return { data: tokenView(core, token) };
  };
  return [
    definePath({
      pattern: /^accessors\/$/,
      fields: {},
      operations: {
        list: () => ({ data: { keys: core.tokens.accessors() } }),
      },
    }),
    definePath({
      pattern: /^lookup$/,
      fields: { token: 'string' },
      operations: {
        read: ({ fields, request }) => look(fields.get('token') || request.clientToken),
        update: ({ fields, request }) => look(fields.get('token') || request.clientToken),
      },
    }),
    definePath({
      pattern: /^lookup-accessor$/,
      fields: { accessor: 'string' },
      operations: {
        update: ({ fields }) => {
          const token = tokenByAccessor(core, fields.get('accessor') ?? '');
          return { data: { ...tokenView(core, token), id: '' } };
        },
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
