import type { VaultCore } from '../core/vault-core.js';
import { checkSealConfig, SealError } from '../seal/seal.js';
import { ShareCollection } from '../seal/share-collection.js';
import { type Answer, emptyAnswer, errorAnswer, jsonAnswer } from './answer.js';
import { numberIn, readJsonBody, textIn } from './json-body.js';
import { decodeKeyShare, shareTexts } from './key-share.js';
import { isAnswer } from './logical-request-reader.js';
import { withSealErrors } from './seal-endpoints.js';
import { isWrite, type SystemEndpoint } from './system-endpoint.js';

interface Attempt {
  readonly collected: ShareCollection;
  readonly shares: number;
  readonly threshold: number;
}

/** What is under way on each server; not kept across restarts, as in Vault. */
const attempts = new WeakMap<VaultCore, Attempt>();

function status(core: VaultCore): Answer {
  const attempt = attempts.get(core);
  return jsonAnswer(200, {
    nonce: attempt?.collected.nonce ?? '',
    started: attempt !== undefined,
    t: attempt?.threshold ?? 0,
    n: attempt?.shares ?? 0,
    progress: attempt?.collected.count ?? 0,
    required: core.seal.threshold,
    pgp_fingerprints: null,
    backup: false,
    verification_required: false,
  });
}

const unavailable = (core: VaultCore): Answer | undefined => {
  if (!core.initialised) return errorAnswer(400, 'Vault is not initialized');
  return core.sealed ? errorAnswer(503, 'Vault is sealed') : undefined;
};

const initEndpoint: SystemEndpoint = (core, request) => {
  if (request.method !== 'GET' && request.method !== 'DELETE' && !isWrite(request)) return errorAnswer(405);
  const refused = unavailable(core);
  if (refused !== undefined) return refused;
  if (request.method === 'GET') return status(core);
  if (request.method === 'DELETE') {
    attempts.delete(core);
    return emptyAnswer();
  }
  const body = readJsonBody(request);
  if (isAnswer(body)) return body;
  if (attempts.has(core)) return errorAnswer(400, 'rekey already in progress');
  return withSealErrors(() => {
    const shares = numberIn(body, 'secret_shares');
    const threshold = numberIn(body, 'secret_threshold');
    checkSealConfig(
      shares,
      threshold,
      (problem) => new SealError(`invalid rekey seal configuration: ${problem}`, 500),
    );
    attempts.set(core, { collected: new ShareCollection('rekey'), shares, threshold });
    return status(core);
  });
};

const updateEndpoint: SystemEndpoint = (core, request) => {
  if (!isWrite(request)) return errorAnswer(405);
  const body = readJsonBody(request);
  if (isAnswer(body)) return body;
  const key = textIn(body, 'key');
  if (key === '') return errorAnswer(400, "'key' must be specified in request body as JSON");
  const share = decodeKeyShare(key);
  if (share === undefined) return errorAnswer(400, "'key' must be a valid hex or base64 string");
  const refused = unavailable(core);
  if (refused !== undefined) return refused;
  const attempt = attempts.get(core);
  if (attempt === undefined) return errorAnswer(400, 'no barrier rekey in progress');
  return withSealErrors(() => {
    if (!attempt.collected.add(core.seal, textIn(body, 'nonce'), share)) return status(core);
    const { hex, base64 } = shareTexts(core.seal.shareNewKey(attempt.shares, attempt.threshold));
    attempts.delete(core);
    return jsonAnswer(200, {
      nonce: attempt.collected.nonce,
      complete: true,
      keys: hex,
      keys_base64: base64,
      pgp_fingerprints: null,
      backup: false,
      verification_required: false,
    });
  });
};

/** New shares count at once: none is ever waiting to be verified. */
const verifyEndpoint: SystemEndpoint = (core, request) => {
  if (request.method !== 'GET' && request.method !== 'DELETE' && !isWrite(request)) return errorAnswer(405);
  return unavailable(core) ?? errorAnswer(400, 'no rekey configuration found');
};

/** Only a server that is unsealed by another service has recovery keys. */
const recoveryEndpoint: SystemEndpoint = (core, request) => {
  if (request.method !== 'GET' && request.method !== 'DELETE' && !isWrite(request)) return errorAnswer(405);
  return unavailable(core) ?? errorAnswer(400, 'recovery rekeying not supported');
};

/** `rekey`: new key shares in place of the old ones. */
export const REKEY_ENDPOINTS: readonly (readonly [string, SystemEndpoint])[] = [
  ['/v1/sys/rekey/init', initEndpoint],
  ['/v1/sys/rekey/update', updateEndpoint],
  ['/v1/sys/rekey/verify', verifyEndpoint],
  ['/v1/sys/rekey-recovery-key/init', recoveryEndpoint],
];
