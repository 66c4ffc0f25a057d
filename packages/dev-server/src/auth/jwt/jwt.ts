import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { parseJson } from '../../json/json-parser.js';
import { isJsonMap, type JsonMap } from '../../json/json-value.js';

/** A JWT could not be read or verified; the message is Vault's. */
export class JwtError extends Error {}

/** A JWT taken apart, not yet verified. */
export interface Jwt {
  readonly algorithm: string;
  readonly claims: JsonMap;
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

function decodePart(part: string): JsonMap {
  const value = parseJson(Buffer.from(part, 'base64url').toString('utf8'));
  if (!isJsonMap(value)) throw new Error('not an object');
  return value;
}

/** @throws JwtError */
export function parseJwt(token: string): Jwt {
  const [header, payload, signature, ...more] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    throw new JwtError('square/go-jose: compact JWS format must have three parts');
  }
  try {
    return {
      algorithm: String(decodePart(header).get('alg') ?? ''),
      claims: decodePart(payload),
      signed: `${header}.${payload}`,
      signature: Buffer.from(signature, 'base64url'),
    };
  } catch {
    throw new JwtError('square/go-jose: compact JWS format must have three parts');
  }
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
function signatureFits(jwt: Jwt, key: KeyObject): boolean {
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
  if (!fits) throw new JwtError('no known key successfully validated the token signature');
  return jwt;
}
