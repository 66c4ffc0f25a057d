import { authorise } from '../core/authorise.js';
import type { VaultCore } from '../core/vault-core.js';
import { failure, framed, LogicalFault } from '../logical/logical-fault.js';
import { SealError } from '../seal/seal.js';
import { type Answer, emptyAnswer, errorAnswer, jsonAnswer } from './answer.js';
import type { HttpRequest } from './http-request.js';
import { readJsonBody } from './json-body.js';
import { decodeKeyShare, shareTexts } from './key-share.js';
import { isAnswer, readLogicalRequest } from './logical-request-reader.js';
import { sealStatusAnswer } from './seal-status.js';
import { isWrite, type SystemEndpoint } from './system-endpoint.js';

/** Turns the errors of the seal into answers. */
export function withSealErrors(act: () => Answer): Answer {
  try {
    return act();
  } catch (error) {
    if (error instanceof SealError) return errorAnswer(error.status, error.message);
    throw error;
  }
}

const INIT_REQUEST = {
  name: 'InitRequest',
  fields: {
    secret_shares: 'int',
    secret_threshold: 'int',
    stored_shares: 'int',
    pgp_keys: '[]string',
    recovery_shares: 'int',
    recovery_threshold: 'int',
    recovery_pgp_keys: '[]string',
    root_token_pgp_key: 'string',
  },
} as const;

const UNSEAL_REQUEST = {
  name: 'UnsealRequest',
  fields: { Key: 'string', Reset: 'bool', Migrate: 'bool' },
} as const;

export const initEndpoint: SystemEndpoint = (core, request) => {
  if (request.method === 'GET') return jsonAnswer(200, { initialized: core.initialised });
  if (!isWrite(request)) return errorAnswer(405);
  const body = readJsonBody(request, INIT_REQUEST);
  if (isAnswer(body)) return body;
  if (
    body.get('recovery_shares') !== 0 ||
    body.get('recovery_threshold') !== 0 ||
    body.get('recovery_pgp_keys').length > 0
  ) {
    return errorAnswer(400, 'parameters specific to auto unseal seals present');
  }
  return withSealErrors(() => {
    const { keys, rootToken } = core.initialise(body.get('secret_shares'), body.get('secret_threshold'));
    const { hex, base64 } = shareTexts(keys);
    return jsonAnswer(200, { keys: hex, keys_base64: base64, root_token: rootToken });
  });
};

export const unsealEndpoint: SystemEndpoint = (core, request) => {
  if (!isWrite(request)) return errorAnswer(405);
  const body = readJsonBody(request, UNSEAL_REQUEST);
  if (isAnswer(body)) return body;
  if (body.get('Reset')) {
    if (!core.sealed) return errorAnswer(400, 'vault is unsealed');
    core.seal.reset();
    return sealStatusAnswer(core);
  }
  const key = body.get('Key');
  if (key === '') {
    return errorAnswer(400, "'key' must be specified in request body as JSON, or 'reset' set to true");
  }
  const share = decodeKeyShare(key);
  if (share === undefined) return errorAnswer(400, "'key' must be a valid hex or base64 string");
  if (body.get('Migrate')) {
    return errorAnswer(500, "can't perform a seal migration, no migration seal found");
  }
  return withSealErrors(() => {
    core.seal.unseal(share);
    return sealStatusAnswer(core);
  });
};

/** Does something that a token with sudo on the path may do, for sealing and stepping down. */
function withSudo(core: VaultCore, http: HttpRequest, act: () => void): Answer {
  const request = readLogicalRequest(core, http);
  if (isAnswer(request)) return request;
  if (request.operation !== 'update') return errorAnswer(405);
  try {
    if (!core.sealed) authorise(core, request);
    act();
    return emptyAnswer();
  } catch (error) {
    if (!(error instanceof LogicalFault)) throw error;
    const text = error.message.includes('occurred:') ? error.message : framed(error.message);
    return errorAnswer(error.status === 400 ? 500 : error.status, text);
  }
}

export const sealEndpoint: SystemEndpoint = (core, request) =>
  withSudo(core, request, () => {
    if (core.ha?.standby === true && !core.sealed) {
      throw failure('vault cannot seal when in standby mode; please restart instead');
    }
    core.seal.close();
  });

/** Where there is no other server that could take over, nothing happens. */
export const stepDownEndpoint: SystemEndpoint = (core, request) =>
  withSudo(core, request, () => core.ha?.stepDown());
