import type { VaultCore } from '../core/vault-core.js';
import { failure, refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { tokenByAccessor } from './lookup-paths.js';
import { lookupProblem } from './token-shape.js';

/** `revoke`, `revoke-self`, `revoke-accessor` and `revoke-orphan`. */
export const revokePaths = (core: VaultCore): readonly BackendPath[] => {
  const revoke = (id: string): undefined => {
    const problem = lookupProblem(id);
    if (problem !== undefined) throw failure(problem);
    const token = core.tokens.find(id);
    if (token === undefined) return undefined;
    if (token.type === 'batch') throw refusal('batch tokens cannot be revoked');
    core.revocation.revokeToken(token);
    return undefined;
  };
  return [
    definePath({
      pattern: /^revoke-accessor$/,
      fields: { accessor: 'string' },
      operations: {
        update: ({ fields }) => {
          core.revocation.revokeToken(tokenByAccessor(core, fields.get('accessor') ?? ''));
          return undefined;
        },
      },
    }),
    definePath({
      pattern: /^revoke-self$/,
      fields: {},
      operations: { update: ({ request }) => revoke(request.clientToken) },
    }),
    definePath({
      pattern: /^revoke$/,
      fields: { token: 'string' },
      operations: {
        update: ({ fields }) => {
          const id = fields.get('token') ?? '';
          if (id === '') throw refusal('missing token ID');
          return revoke(id);
        },
      },
    }),
    definePath({
      pattern: /^revoke-orphan$/,
      fields: { token: 'string' },
      operations: {
        update: ({ fields, request }) => {
          const id = fields.get('token') ?? '';
          if (id === '') throw refusal('missing token ID');
          const caller = core.tokens.find(request.clientToken);
          if (caller === undefined || !core.aclOf(caller).hasSudo('auth/token/revoke-orphan')) {
            throw refusal('root or sudo privileges required to revoke and orphan');
          }
          const problem = lookupProblem(id);
          if (problem !== undefined) throw failure(`error when looking up token to revoke: ${problem}`);
          const token = core.tokens.find(id);
          if (token === undefined) throw refusal('token to revoke not found');
          if (token.type === 'batch') throw refusal('batch tokens cannot be revoked');
          core.revocation.revokeOrphan(token);
          return undefined;
        },
      },
    }),
  ];
};
