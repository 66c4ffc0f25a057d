import type { VaultCore } from '../core/vault-core.js';
import { failure, refusal } from '../logical/logical-fault.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { tokenByAccessor } from './lookup-paths.js';
import { renewToken } from './renew-token.js';
import { lookupProblem } from './token-shape.js';

/** `renew`, `renew-self` and `renew-accessor`. */
export const renewPaths = (core: VaultCore): readonly BackendPath[] => {
  const renew = (id: string, increment: number, request: LogicalRequest): LogicalResponse | undefined => {
    if (id === '') throw refusal('missing token ID');
    const problem = lookupProblem(id);
    if (problem !== undefined) throw failure(`error looking up token to renew: ${problem}`);
    const token = core.tokens.find(id);
    if (token === undefined) throw refusal('token not found');
    return renewToken(core, token, increment, request);
  };
  return [
    definePath({
      pattern: /^renew-accessor$/,
      fields: { accessor: 'string', increment: 'duration' },
      operations: {
        update: ({ fields, request }) => {
          const token = tokenByAccessor(core, fields.get('accessor') ?? '');
          const response = renewToken(core, token, fields.get('increment') ?? 0, request);
          return response?.auth && { ...response, auth: { ...response.auth, clientToken: '' } };
        },
      },
    }),
    definePath({
      pattern: /^renew-self$/,
      fields: { token: 'string', increment: 'duration' },
      operations: {
        update: ({ fields, request }) => renew(request.clientToken, fields.get('increment') ?? 0, request),
      },
    }),
    definePath({
      pattern: /^renew$/,
      fields: { token: 'string', increment: 'duration' },
      operations: {
        update: ({ fields, request }) =>
          renew(fields.get('token') ?? '', fields.get('increment') ?? 0, request),
      },
    }),
  ];
};
