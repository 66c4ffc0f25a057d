import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/*
 * All messages between a process and its child go by one channel, which any part of a program may listen to and log.
 * So values go there sealed: by AES-256-GCM, with a key that both sides agree on by X25519 and that is nowhere sent.
 */

const cipher = 'aes-256-gcm';
const [ivBytes, tagBytes] = [12, 16];

/** One side's part of the key: what the other side is sent of it, and the key that follows from the other's part. */
export class KeyAgreement {
  readonly #privateKey: KeyObject;
  /** May be seen by anybody. */
  readonly publicPart: string;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('x25519');
    this.#privateKey = privateKey;
    this.publicPart = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  }

  /** @returns undefined for what is no part of a key */
  keyWith(publicPart: string): Buffer | undefined {
    try {
      const der = Buffer.from(publicPart, 'base64');
      const publicKey = createPublicKey({ key: der, type: 'spki', format: 'der' });
      const secret = diffieHellman({ privateKey: this.#privateKey, publicKey });
      return Buffer.from(hkdfSync('sha256', secret, '', 'strongroom handover', 32));
    } catch {
      return undefined;
    }
  }
}

export function seal(key: Buffer, text: string): string {
  const iv = randomBytes(ivBytes);
  const sealing = createCipheriv(cipher, key, iv);
  const sealed = [sealing.update(text, 'utf8'), sealing.final()];
  return Buffer.concat([iv, sealing.getAuthTag(), ...sealed]).toString('base64');
}

/** @returns undefined for what was not sealed with this key */
export function unseal(key: Buffer, sealed: string): string | undefined {
  try {
    const bytes = Buffer.from(sealed, 'base64');
    const opening = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
    opening.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    const text = opening.update(bytes.subarray(ivBytes + tagBytes));
    return Buffer.concat([text, opening.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
