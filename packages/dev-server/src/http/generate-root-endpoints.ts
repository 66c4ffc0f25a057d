import type { VaultCore } from '../core/vault-core.js';
import type { JsonRecord } from '../json/json-value.js';
import { ShareCollection } from '../seal/share-collection.js';
import { randomName } from '../tokens/random-name.js';
import { initialRootToken } from '../tokens/root-token.js';
import { type Answer, emptyAnswer, errorAnswer, jsonAnswer } from './answer.js';
import { readJsonBody, textIn } from './json-body.js';
import { decodeKeyShare } from './key-share.js';
import { isAnswer } from './logical-request-reader.js';
import { withSealErrors } from './seal-endpoints.js';
import { isWrite, type SystemEndpoint } from './system-endpoint.js';

/** As long as a token. */
const OTP_LENGTH = 26;

interface Attempt {
  readonly shares: ShareCollection;
  readonly otp: string;
}

/** What is under way on each server; not kept across restarts, as in Vault. */
const attempts = new WeakMap<VaultCore, Attempt>();

function status(core: VaultCore, more: JsonRecord = {}): Answer {
  const attempt = attempts.get(core);
  return jsonAnswer(200, {
    nonce: attempt?.shares.nonce ?? '',
    started: attempt !== undefined,
    progress: attempt?.shares.count ?? 0,
    required: core.seal.threshold,
    complete: false,
    encoded_token: '',
    encoded_root_token: '',
    pgp_fingerprint: '',
    otp: '',
    otp_length: OTP_LENGTH,
    ...more,
  });
}

const unavailable = (core: VaultCore): Answer | undefined => {
  if (!core.initialised) return errorAnswer(400, 'Vault is not initialized');
  return core.sealed ? errorAnswer(503, 'Vault is sealed') : undefined;
};

const attemptEndpoint: SystemEndpoint = (core, request) => {
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
  if (textIn(body, 'pgp_key') !== '') return errorAnswer(400, 'PGP keys are not supported by this server');
  if (attempts.has(core)) return errorAnswer(400, 'root generation already in progress');
  const given = textIn(body, 'otp');
  if (given !== '' && given.length !== OTP_LENGTH) return errorAnswer(400, 'OTP string is wrong length');
  const otp = given || randomName(OTP_LENGTH);
  attempts.set(core, { shares: new ShareCollection('root generation'), otp });
  return status(core, { otp: given === '' ? otp : '' });
};

/** The token, readable only with the one-time password. */
function encode(token: string, otp: string): string {
  const key = Buffer.from(otp);
  const bytes = Buffer.from(token).map((byte, index) => byte ^ (key[index] ?? 0));
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

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
  if (attempt === undefined) return errorAnswer(400, 'no root generation in progress');
  return withSealErrors(() => {
    if (!attempt.shares.add(core.seal, textIn(body, 'nonce'), share)) return status(core);
    const token = encode(core.tokens.add(initialRootToken()).id, attempt.otp);
    const answer = status(core, {
      progress: core.seal.threshold,
      complete: true,
      encoded_token: token,
      encoded_root_token: token,
    });
    attempts.delete(core);
    return answer;
  });
};

/** `generate-root`: a new root token for who has enough key shares. */
export const GENERATE_ROOT_ENDPOINTS: readonly (readonly [string, SystemEndpoint])[] = [
  ['/v1/sys/generate-root/attempt', attemptEndpoint],
  ['/v1/sys/generate-root/update', updateEndpoint],
];
