import type { Backend } from '../logical/backend.js';
import { framed, LogicalFault, permissionDenied, refusal } from '../logical/logical-fault.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import type { RoutedMount } from '../mounts/mount-table.js';
import type { TokenEntry } from '../tokens/token-entry.js';
import { matchesSpecialPath } from './special-path.js';
import type { VaultCore } from './vault-core.js';

const isWrite = (request: LogicalRequest): boolean =>
  request.operation === 'create' || request.operation === 'update';

/** Whether a write makes something new; asks the backend. */
function withTrueOperation(request: LogicalRequest, backend: Backend | undefined): LogicalRequest {
  if (!isWrite(request)) return request;
  return { ...request, operation: backend?.exists(request) === false ? 'create' : 'update' };
}

/** @throws LogicalFault when there is no token or an unknown one */
export function tokenOf(core: VaultCore, request: LogicalRequest): TokenEntry {
  if (request.clientToken === '') throw refusal('missing client token');
  const token = core.tokens.find(request.clientToken);
  if (token === undefined) throw refusal('permission denied', 403);
  return token;
}

const noHandler = (path: string): LogicalFault => refusal(`no handler for route '${path}'`, 404);

/** A request that needs a token: first who asks, then whether they may, then the backend. */
async function handleOrdinary(
  core: VaultCore,
  request: LogicalRequest,
  mount: RoutedMount | undefined,
): Promise<LogicalResponse | undefined> {
  const token = tokenOf(core, request);
  const below = mount && withTrueOperation({ ...request, path: mount.path }, mount.backend);
  if (!token.policies.includes('root')) {
    throw refusal(framed(permissionDenied().message), 403);
  }
  if (mount === undefined || below === undefined) throw noHandler(request.path);
  try {
    return await mount.backend.handle(below);
  } catch (error) {
    if (error instanceof LogicalFault && !error.bare) {
      throw refusal(framed(error.message), error.status);
    }
    throw error;
  }
}

/** A request to a path that needs no token, such as a login. */
async function handleOpen(request: LogicalRequest, mount: RoutedMount): Promise<LogicalResponse | undefined> {
  return mount.backend.handle(withTrueOperation({ ...request, path: mount.path }, mount.backend));
}

/**
 * Serves one request.
 *
 * @returns the response, or undefined where there is nothing to say
 * @throws LogicalFault with the final text
 */
export async function handleLogical(
  core: VaultCore,
  request: LogicalRequest,
): Promise<LogicalResponse | undefined> {
  if (core.sealed) throw refusal('Vault is sealed', 503);
  if (isWrite(request) && request.path.endsWith('/')) throw refusal("cannot write to a path ending in '/'");
  const mount = core.mounts.route(request.path);
  const open = mount?.backend.unauthenticated.some((special) => matchesSpecialPath(special, mount.path));
  return mount !== undefined && open ? handleOpen(request, mount) : handleOrdinary(core, request, mount);
}
