import { framed, refusal } from '../logical/logical-fault.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import { tokenOf } from './token-check.js';
import type { VaultCore } from './vault-core.js';

/** Lets a request pass that needs sudo on its path. @throws LogicalFault */
export function authorise(core: VaultCore, request: LogicalRequest): void {
  const token = tokenOf(core, request);
  const acl = core.aclOf(token);
  const allowed = acl.allows({
    path: request.path,
    operation: request.operation,
    data: request.data,
    wrapTtl: request.wrap?.ttl,
  });
  if (!allowed || !acl.hasSudo(request.path)) throw refusal(framed('permission denied'), 403);
}
