import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { refusal } from '../logical/logical-fault.js';

const generate = promisify(generateKeyPair);

/** A new pair: the public key in DER, the private one as Vault gives it. */
export interface KeyPair {
  readonly publicKey: Buffer;
  readonly key: string;
  readonly type: 'rsa' | 'ec';
}

const CURVES: ReadonlyMap<number, string> = new Map([
  [224, 'secp224r1'],
  [256, 'prime256v1'],
  [384, 'secp384r1'],
  [521, 'secp521r1'],
]);

/** Checks what kind of key is asked for. @throws LogicalFault */
export function checkKeyType(type: string, bits: number): void {
  if (type === 'any') return;
  if (type === 'rsa') {
    if (bits < 2048) throw refusal('RSA keys < 2048 bits are unsafe and not supported');
    if (bits > 8192 || bits % 1024 !== 0) throw refusal(`unsupported bit length for RSA key: ${bits}`);
  } else if (type === 'ec') {
    if (!CURVES.has(bits)) throw refusal(`unsupported bit length for EC key: ${bits}`);
  } else throw refusal(`unknown key type ${type}`);
}

/** Makes a pair of keys. @throws LogicalFault */
export async function newKeyPair(type: string, bits: number): Promise<KeyPair> {
  checkKeyType(type, bits);
  if (type === 'rsa') {
    const { publicKey, privateKey } = await generate('rsa', {
      modulusLength: bits,
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    return { publicKey, key: privateKey, type };
  }
  const { publicKey, privateKey } = await generate('ec', {
    namedCurve: CURVES.get(bits) ?? '',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
  return { publicKey, key: privateKey, type: 'ec' };
}
