import type { HighAvailability } from '../core/high-availability.js';
import type { VaultCore } from '../core/vault-core.js';
import { type Answer, errorAnswer } from './answer.js';
import type { HttpRequest } from './http-request.js';

/** What every node answers by itself. */
const OWN = new Set([
  '/v1/sys/health',
  '/v1/sys/init',
  '/v1/sys/leader',
  '/v1/sys/seal',
  '/v1/sys/seal-status',
  '/v1/sys/unseal',
]);

/** What a node that is not the active one does with a request; undefined where it answers by itself. */
export function whenStandby(
  { ha, sealed }: VaultCore,
  request: HttpRequest,
  forward: (active: VaultCore) => Promise<Answer>,
): Promise<Answer> | Answer | undefined {
  if (ha?.standby !== true || sealed || OWN.has(request.target.path)) return undefined;
  if (request.headers.get('x-vault-no-request-forwarding')) return redirect(ha, request);
  if (ha.active === undefined) {
    return errorAnswer(500, 'local node not active but active cluster node not found');
  }
  return forward(ha.active.core);
}

function redirect({ active }: HighAvailability, { target }: HttpRequest): Answer {
  if (active === undefined) return errorAnswer(503, 'no active Vault instance found');
  return { status: 307, headers: { Location: `${active.address}${target.path}${target.search}` }, body: '' };
}
