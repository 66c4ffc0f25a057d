import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { decodedPart, jsonOf, jwtProblem } from '../../go/jwt-form.js';
import { isJsonMap, type JsonMap } from '../../json/json-value.js';

/** A JWT could not be read or verified; the message is Vault's. */
export class JwtError extends Error {}

/** A JWT that was verified. */
export interface Jwt {
  readonly algorithm: string;
  readonly claims: JsonMap;
}

/** A JWT taken apart, not yet verified. */
interface ParsedJwt {
  readonly algorithm: string;
  readonly payload: string;
  readonly signed: string;
  readonly signature: Buffer;
}

const HASHES: ReadonlyMap<string, string> = new Map([
  ['256', 'sha256'],
  ['384', 'sha384'],
  ['512', 'sha512'],
]);

/** RSA_PKCS1_PSS_PADDING and the like are numbers in node:crypto's constants; only PSS is needed here. */
const PSS_PADDING = 6;

/** @throws JwtError */
function parseJwt(token: string): ParsedJwt {
  const problem = jwtProblem(token);
  if (problem !== undefined) throw new JwtError(problem);
  const [header = '', payload = '', signature = ''] = token.replace(/\s/g, '').split('.');
  const head = jsonOf(decodedPart(header));
  return {
    algorithm: isJsonMap(head) ? String(head.get('alg') ?? '') : '',
    payload: decodedPart(payload),
    signed: `${header}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** A key in PEM: of a certificate or a bare public one. @throws JwtError */
export function publicKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new JwtError('data does not contain any valid RSA or ECDSA public keys');
  }
}

/** Whether a key made the signature. An algorithm that does not go with the key did not. */
function signatureFits(jwt: ParsedJwt, key: KeyObject): boolean {
  const [, family = '', bits = ''] = /^(RS|PS|ES)(256|384|512)$/.exec(jwt.algorithm) ?? [];
  const hash = HASHES.get(bits);
  const content = Buffer.from(jwt.signed);
  const type = key.asymmetricKeyType;
  if (jwt.algorithm === 'EdDSA' && type === 'ed25519') return verify(null, content, key, jwt.signature);
  if (hash === undefined) return false;
  if (family === 'ES' && type === 'ec') {
    return verify(hash, content, { key, dsaEncoding: 'ieee-p1363' }, jwt.signature);
  }
  if (type !== 'rsa') return false;
  if (family === 'RS') return verify(hash, content, key, jwt.signature);
  return (
    family === 'PS' &&
    verify(hash, content, { key, padding: PSS_PADDING, saltLength: Number(bits) / 8 }, jwt.signature)
  );
}

/** Reads a JWT that one of the keys signed. @throws JwtError */
export function verifiedJwt(token: string, keys: readonly string[]): Jwt {
  const jwt = parseJwt(token);
  const fits = keys.some((pem) => {
    try {
      return signatureFits(jwt, publicKey(pem));
    } catch {
      return false;
    }
  });
  const claims = fits ? jsonOf(jwt.payload) : undefined;
  if (!isJsonMap(claims)) throw new JwtError('no known key successfully validated the token signature');
  return { algorithm: jwt.algorithm, claims };
}
