import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { VaultCore } from '../core/vault-core.js';
import { collection } from '../state/storage.js';
import type { TokenEntry } from '../tokens/token-entry.js';

const KEYS = collection<string>('wrapping-keys');

const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');

function keyOf(core: VaultCore): Buffer {
  const keys = core.storage.records(KEYS);
  const key = keys.get('') ?? randomBytes(32).toString('hex');
  keys.set('', key);
  return Buffer.from(key, 'hex');
}

const sign = (core: VaultCore, content: string): Buffer =>
  createHmac('sha256', keyOf(core)).update(content).digest();

/** A wrapping token in the form of a JWT: the token is its `jti`. */
export function signWrappingToken(core: VaultCore, token: TokenEntry): string {
  const claims = {
    accessor: token.accessor,
    exp: Math.floor(core.tokens.expireTime(token) / 1000),
    iat: Math.floor(core.now() / 1000),
    iss: 'Vault',
    jti: token.id,
    type: 'wrapping',
  };
  const content = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${content}.${sign(core, content).toString('base64url')}`;
}

/** @returns the token inside, undefined for a JWT that is not ours */
export function readWrappingToken(core: VaultCore, jwt: string): string | undefined {
  const [header, claims, signature] = jwt.split('.');
  const given = Buffer.from(signature ?? '', 'base64url');
  const expected = sign(core, `${header}.${claims}`);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  // Signed by us, so it is what we wrote.
  const content: { jti?: unknown } = JSON.parse(Buffer.from(claims ?? '', 'base64url').toString('utf8'));
  return typeof content.jti === 'string' ? content.jti : undefined;
}
