import type { Backend } from '../logical/backend.js';
import { framed, LogicalFault, refusal } from '../logical/logical-fault.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import type { RoutedMount } from '../mounts/mount-table.js';
import type { TokenEntry } from '../tokens/token-entry.js';
import { wrapResponse } from '../wrapping/wrap-response.js';
import { checkWrappingToken } from '../wrapping/wrapping-token.js';
import { completeLogin } from './login.js';
import { registerLease } from './register-lease.js';
import { matchesSpecialPath } from './special-path.js';
import { tokenOf } from './token-check.js';
import type { VaultCore } from './vault-core.js';

const PERMISSION_DENIED = framed('permission denied');

const isWrite = (request: LogicalRequest): boolean =>
  request.operation === 'create' || request.operation === 'update';

/** Whether a write makes something new; asks the backend. */
function withTrueOperation(request: LogicalRequest, backend: Backend | undefined): LogicalRequest {
  if (!isWrite(request)) return request;
  return { ...request, operation: backend?.exists(request) === false ? 'create' : 'update' };
}

const isSpecial = (specials: readonly string[], mount: RoutedMount | undefined): boolean =>
  mount !== undefined && specials.some((special) => matchesSpecialPath(special, mount.path));

/** Whether the policies of a token let a request pass. */
function isAllowed(
  core: VaultCore,
  token: TokenEntry,
  request: LogicalRequest,
  mount: RoutedMount | undefined,
): boolean {
  const acl = core.aclOf(token);
  const list = request.operation === 'list';
  const allowed = acl.allows({
    path: request.path,
    operation: request.operation,
    data: request.data,
    wrapTtl: request.wrap?.ttl,
  });
  return allowed && (!isSpecial(mount?.backend.root ?? [], mount) || acl.hasSudo(request.path, list));
}

/** Whether the entity of a token, where it has one, is still there and not disabled. */
function isSomebody(core: VaultCore, { entityId }: TokenEntry): boolean {
  return entityId === '' || core.entities.current(entityId)?.disabled === false;
}

/** Lets the backend answer; what it fails with gets Vault's frame. */
async function callBackend(mount: RoutedMount, below: LogicalRequest): Promise<LogicalResponse | undefined> {
  try {
    return await mount.backend.handle(below);
  } catch (error) {
    if (error instanceof LogicalFault && !error.bare) throw refusal(framed(error.message), error.status);
    throw error;
  }
}

const SECRET_REVOKED =
  'Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.';

const DEPRECATED_UNWRAP =
  "Reading from 'cubbyhole/response' is deprecated. Please use sys/wrapping/unwrap to unwrap responses, as it provides additional security checks and other benefits.";

/** What the core does with an answer besides passing it on. */
function completeResponse(
  core: VaultCore,
  request: LogicalRequest,
  token: TokenEntry,
  mount: RoutedMount,
  response: LogicalResponse | undefined,
): LogicalResponse | undefined {
  if (response?.newLease !== undefined) return registerLease(core, request, token, mount.entry, response);
  if (
    response !== undefined &&
    request.path === 'cubbyhole/response' &&
    token.policies[0] === 'response-wrapping'
  ) {
    return { ...response, warnings: [DEPRECATED_UNWRAP] };
  }
  return response;
}

/** A request that needs a token: first who asks, then whether they may, then the backend. */
async function handleOrdinary(
  core: VaultCore,
  request: LogicalRequest,
  mount: RoutedMount | undefined,
): Promise<LogicalResponse | undefined> {
  const token = tokenOf(core, request);
  const lastUse = token.numUses === 1;
  // A use counts whatever comes of it. The last one is marked, and the token goes when all is done.
  if (token.numUses > 0) token.numUses = lastUse ? -1 : token.numUses - 1;
  try {
    const below = mount && withTrueOperation({ ...request, path: mount.path }, mount.backend);
    const effective = { ...request, operation: below?.operation ?? request.operation };
    if (!isSomebody(core, token) || !isAllowed(core, token, effective, mount))
      throw refusal(PERMISSION_DENIED, 403);
    if (mount === undefined || below === undefined)
      throw refusal(`no handler for route '${request.path}'`, 404);
    if (mount.entry.type === 'cubbyhole' && token.type === 'batch') {
      throw refusal('cubbyhole operations are only supported by "service" type tokens');
    }
    const response = await callBackend(mount, below);
    const complete = completeResponse(core, request, token, mount, response);
    if (lastUse && complete?.lease?.leaseId) throw refusal(SECRET_REVOKED);
    return complete;
  } finally {
    if (lastUse) core.revocation.revokeToken(token);
  }
}

/** A request to a path that needs no token, such as a login. */
async function handleOpen(
  core: VaultCore,
  request: LogicalRequest,
  mount: RoutedMount,
): Promise<LogicalResponse | undefined> {
  const below = withTrueOperation({ ...request, path: mount.path }, mount.backend);
  const response = await mount.backend.handle(below);
  if (response?.grant === undefined) return response;
  return completeLogin(core, request, mount.entry, response.grant);
}

/**
 * Serves one request.
 *
 * @returns the response, or undefined where there is nothing to say
 * @throws LogicalFault with the final text
 */
export async function handleLogical(
  core: VaultCore,
  incoming: LogicalRequest,
): Promise<LogicalResponse | undefined> {
  core.revocation.sweep();
  const request = checkWrappingToken(core, incoming);
  if (core.sealed) throw refusal('Vault is sealed', 503);
  if (isWrite(request) && request.path.endsWith('/')) throw refusal("cannot write to a path ending in '/'");
  const mount = core.mounts.route(request.path);
  const response =
    mount !== undefined && isSpecial(mount.backend.unauthenticated, mount)
      ? await handleOpen(core, request, mount)
      : await handleOrdinary(core, request, mount);
  return wrapResponse(core, request, response);
}
