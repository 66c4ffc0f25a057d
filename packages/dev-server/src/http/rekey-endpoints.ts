import { randomUUID } from 'node:crypto';
import type { VaultCore } from '../core/vault-core.js';
import type { JsonRecord } from '../json/json-value.js';
import {
  checkSealConfig,
  makeSharedKey,
  makesKey,
  type NotCombined,
  SealError,
  type SharedKey,
} from '../seal/seal.js';
import { ShareCollection } from '../seal/share-collection.js';
import { type Answer, emptyAnswer, errorAnswer, jsonAnswer } from './answer.js';
import type { HttpRequest } from './http-request.js';
import { type JsonBody, readJsonBody } from './json-body.js';
import { decodeKeyShare, lengthProblem, shareTexts } from './key-share.js';
import { isAnswer } from './logical-request-reader.js';
import { withSealErrors } from './seal-endpoints.js';
import { isWrite, type SystemEndpoint } from './system-endpoint.js';

/** New shares that count only when enough of them were shown to be in somebody's hands. */
interface Verification {
  readonly key: SharedKey;
  nonce: string;
  given: readonly Buffer[];
}

interface Attempt {
  readonly collected: ShareCollection;
  readonly shares: number;
  readonly threshold: number;
  readonly toBeVerified: boolean;
  verification?: Verification;
}

/** What is under way on each server; not kept across restarts, as in Vault. */
const attempts = new WeakMap<VaultCore, Attempt>();

const INIT_REQUEST = {
  name: 'RekeyRequest',
  fields: {
    secret_shares: 'int',
    secret_threshold: 'int',
    stored_shares: 'int',
    pgp_keys: '[]string',
    backup: 'bool',
    require_verification: 'bool',
  },
} as const;

const UPDATE_REQUEST = {
  name: 'RekeyUpdateRequest',
  fields: { Nonce: 'string', Key: 'string' },
} as const;

const VERIFY_REQUEST = {
  name: 'RekeyVerificationUpdateRequest',
  fields: { nonce: 'string', key: 'string' },
} as const;

const verificationView = (attempt: Attempt | undefined): JsonRecord => ({
  verification_required: attempt?.toBeVerified ?? false,
  verification_nonce: attempt?.verification?.nonce,
});

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
    ...verificationView(attempt),
  });
}

/** A sealed server counts as one that stands by for a server that there is not. */
const inactive = (core: VaultCore): Answer | undefined =>
  core.sealed ? errorAnswer(503, 'node is not active') : undefined;

const initEndpoint: SystemEndpoint = (core, request) => {
  const refused = inactive(core);
  if (refused !== undefined) return refused;
  if (request.method === 'GET') return status(core);
  if (request.method === 'DELETE') {
    attempts.delete(core);
    return emptyAnswer();
  }
  return isWrite(request) ? begin(core, request) : errorAnswer(405);
};

function begin(core: VaultCore, request: HttpRequest): Answer {
  const body = readJsonBody(request, INIT_REQUEST);
  if (isAnswer(body)) return body;
  const pgpKeys = body.get('pgp_keys').length;
  const shares = body.get('secret_shares');
  const threshold = body.get('secret_threshold');
  if (body.get('backup') && pgpKeys === 0) {
    return errorAnswer(
      400,
      'cannot request a backup of the new keys without providing PGP keys for encryption',
    );
  }
  if (pgpKeys > 0 && pgpKeys !== shares) return errorAnswer(400, 'incorrect number of PGP keys for rekey');
  if (pgpKeys > 0) return errorAnswer(400, 'PGP keys are not supported by this server');
  return withSealErrors(() => {
    checkSealConfig(
      shares,
      threshold,
      (problem) => new SealError(`invalid rekey seal configuration: ${problem}`, 500),
    );
    if (attempts.has(core)) return errorAnswer(400, 'rekey already in progress');
    const collected = new ShareCollection('rekey');
    attempts.set(core, { collected, shares, threshold, toBeVerified: body.get('require_verification') });
    return status(core);
  });
}

/** The share in a body; an answer where there is none. */
function shareIn(key: string): Buffer | Answer {
  if (key === '') return errorAnswer(400, "'key' must be specified in request body as JSON");
  const share = decodeKeyShare(key);
  if (share === undefined) return errorAnswer(400, "'key' must be a valid hex or base64 string");
  const problem = lengthProblem(share);
  return problem === undefined ? share : errorAnswer(400, problem);
}

const updateEndpoint: SystemEndpoint = (core, request) => {
  const refused = inactive(core);
  if (refused !== undefined) return refused;
  const body = readJsonBody(request, UPDATE_REQUEST);
  if (isAnswer(body)) return body;
  const share = shareIn(body.get('Key'));
  if (isAnswer(share)) return share;
  const attempt = attempts.get(core);
  if (attempt === undefined) return errorAnswer(400, 'no barrier rekey in progress');
  if (attempt.verification !== undefined) {
    return errorAnswer(
      400,
      `rekey operation already finished; verification must be performed; nonce for the verification operation is "${attempt.verification.nonce}"`,
    );
  }
  return withSealErrors(() =>
    attempt.collected.add(core.seal, body.get('Nonce'), share) ? finish(core, attempt) : status(core),
  );
};

function finish(core: VaultCore, attempt: Attempt): Answer {
  const key = makeSharedKey(attempt.shares, attempt.threshold);
  if (attempt.toBeVerified) {
    attempt.verification = { key, nonce: randomUUID(), given: [] };
  } else {
    core.seal.install(key);
    attempts.delete(core);
  }
  const { hex, base64 } = shareTexts(key.parts);
  return jsonAnswer(200, {
    nonce: attempt.collected.nonce,
    complete: true,
    keys: hex,
    keys_base64: base64,
    pgp_fingerprints: null,
    backup: false,
    ...verificationView(attempt),
  });
}

const verifyEndpoint: SystemEndpoint = (core, request) => {
  const refused = inactive(core);
  if (refused !== undefined) return refused;
  if (request.method === 'GET') return verificationStatus(core);
  if (request.method === 'DELETE') {
    const verification = attempts.get(core)?.verification;
    if (verification !== undefined) {
      verification.nonce = randomUUID();
      verification.given = [];
    }
    return verificationStatus(core);
  }
  if (!isWrite(request)) return errorAnswer(405);
  const body = readJsonBody(request, VERIFY_REQUEST);
  return isAnswer(body) ? body : verify(core, body);
};

function verificationStatus(core: VaultCore): Answer {
  const attempt = attempts.get(core);
  if (attempt === undefined) return errorAnswer(400, 'no rekey configuration found');
  const { verification, threshold, shares } = attempt;
  return jsonAnswer(200, {
    nonce: verification?.nonce ?? '',
    started: verification !== undefined,
    t: threshold,
    n: shares,
    progress: verification?.given.length ?? 0,
  });
}

const notVerified: NotCombined = (problem) =>
  new SealError(`failed to compute key for verification: ${problem}`, 500);

function verify(core: VaultCore, body: JsonBody<typeof VERIFY_REQUEST>): Answer {
  const share = shareIn(body.get('key'));
  if (isAnswer(share)) return share;
  const attempt = attempts.get(core);
  if (attempt === undefined) return errorAnswer(400, 'no rekey in progress');
  const { verification } = attempt;
  if (verification === undefined) return errorAnswer(400, 'no rekey verification in progress');
  const { nonce } = verification;
  if (body.get('nonce') !== nonce) {
    return errorAnswer(400, `incorrect nonce supplied; nonce for this verify operation is "${nonce}"`);
  }
  if (verification.given.some((given) => given.equals(share))) {
    return errorAnswer(400, 'given key has already been provided during this verify operation');
  }
  verification.given = [...verification.given, share];
  if (verification.given.length < attempt.threshold) return verificationStatus(core);
  const { given } = verification;
  verification.given = [];
  // Whatever goes wrong now, the next try has another nonce.
  verification.nonce = randomUUID();
  return withSealErrors(() => {
    if (!makesKey(verification.key, given, notVerified)) {
      return errorAnswer(400, 'rekey verification failed; incorrect key shares supplied');
    }
    core.seal.install(verification.key);
    attempts.delete(core);
    return jsonAnswer(200, { nonce, complete: true });
  });
}

/** Only a server that is unsealed by another service has recovery keys. */
const recoveryEndpoint: SystemEndpoint = (core) =>
  inactive(core) ?? errorAnswer(400, 'recovery rekeying not supported');

/** `rekey`: new key shares in place of the old ones. */
export const REKEY_ENDPOINTS: readonly (readonly [string, SystemEndpoint])[] = [
  ['/v1/sys/rekey/init', initEndpoint],
  ['/v1/sys/rekey/update', updateEndpoint],
  ['/v1/sys/rekey/verify', verifyEndpoint],
  ['/v1/sys/rekey-recovery-key/init', recoveryEndpoint],
  ['/v1/sys/rekey-recovery-key/verify', recoveryEndpoint],
];
