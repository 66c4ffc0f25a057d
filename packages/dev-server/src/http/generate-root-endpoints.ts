import type { VaultCore } from '../core/vault-core.js';
import type { JsonRecord } from '../json/json-value.js';
import { ShareCollection } from '../seal/share-collection.js';
import { randomName } from '../tokens/random-name.js';
import { initialRootToken } from '../tokens/root-token.js';
import { type Answer, emptyAnswer, errorAnswer, jsonAnswer } from './answer.js';
import { readJsonBody } from './json-body.js';
import { decodeKeyShare, lengthProblem } from './key-share.js';
import { intentOf, isAnswer } from './logical-request-reader.js';
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

/** These are audited like logical requests, so that they are read like them first. */
const audited =
  (endpoint: SystemEndpoint): SystemEndpoint =>
  (core, request) => {
    const intent = intentOf(request);
    if (isAnswer(intent)) return intent;
    return core.sealed ? errorAnswer(503, 'Vault is sealed') : endpoint(core, request);
  };

const INIT_REQUEST = {
  name: 'GenerateRootInitRequest',
  fields: { otp: 'string', pgp_key: 'string' },
} as const;

const UPDATE_REQUEST = {
  name: 'GenerateRootUpdateRequest',
  fields: { Nonce: 'string', Key: 'string' },
} as const;

const attemptEndpoint = audited((core, request) => {
  if (request.method !== 'GET' && request.method !== 'DELETE' && !isWrite(request)) return errorAnswer(405);
  if (request.method === 'GET') return status(core);
  if (request.method === 'DELETE') {
    attempts.delete(core);
    return emptyAnswer();
  }
  const body = readJsonBody(request, INIT_REQUEST, { mayBeEmpty: true });
  if (isAnswer(body)) return body;
  if (body.get('pgp_key') !== '') return errorAnswer(400, 'PGP keys are not supported by this server');
  const given = body.get('otp');
  if (given !== '' && given.length !== OTP_LENGTH) return errorAnswer(400, 'OTP string is wrong length');
  if (attempts.has(core)) return errorAnswer(400, 'root generation already in progress');
  const otp = given || randomName(OTP_LENGTH);
  attempts.set(core, { shares: new ShareCollection('root generation'), otp });
  return status(core, { otp: given === '' ? otp : '' });
});

/** The token, readable only with the one-time password. */
function encode(token: string, otp: string): string {
  const key = Buffer.from(otp);
  const bytes = Buffer.from(token).map((byte, index) => byte ^ (key[index] ?? 0));
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

const updateEndpoint = audited((core, request) => {
  const body = readJsonBody(request, UPDATE_REQUEST);
  if (isAnswer(body)) return body;
  const key = body.get('Key');
  if (key === '') return errorAnswer(400, "'key' must be specified in request body as JSON");
  const share = decodeKeyShare(key);
  if (share === undefined) return errorAnswer(400, "'key' must be a valid hex or base64 string");
  const problem = lengthProblem(share);
  if (problem !== undefined) return errorAnswer(400, `invalid key: ${problem}`);
  const attempt = attempts.get(core);
  if (attempt === undefined) return errorAnswer(400, 'no root generation in progress');
  return withSealErrors(() => {
    // Only the attempt says how long a one-time password has to be.
    if (!attempt.shares.add(core.seal, body.get('Nonce'), share)) return status(core, { otp_length: 0 });
    const token = encode(core.tokens.add(initialRootToken()).id, attempt.otp);
    const answer = status(core, {
      progress: core.seal.threshold,
      complete: true,
      otp_length: 0,
      encoded_token: token,
      encoded_root_token: token,
    });
    attempts.delete(core);
    return answer;
  });
});

/** `generate-root`: a new root token for who has enough key shares. */
export const GENERATE_ROOT_ENDPOINTS: readonly (readonly [string, SystemEndpoint])[] = [
  ['/v1/sys/generate-root/attempt', attemptEndpoint],
  ['/v1/sys/generate-root/update', updateEndpoint],
];
