import type { X509Certificate } from 'node:crypto';
import { readDer, readObjectId } from './der-reader.js';

const EXTENSIONS = 0xa3;
const OCTETS = 0x04;
const OBJECT_ID = 0x06;

/** The extensions of a certificate, which node:crypto does not show: their values in DER, by object identifier. */
export function extensionsOf(certificate: X509Certificate): ReadonlyMap<string, Buffer> {
  const signed = readDer(readDer(certificate.raw)[0]?.content ?? Buffer.alloc(0))[0];
  const list = readDer(signed?.content ?? Buffer.alloc(0)).find(({ tag }) => tag === EXTENSIONS);
  const extensions = readDer(readDer(list?.content ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0));
  return new Map(
    extensions.flatMap(({ content }): [string, Buffer][] => {
      const parts = readDer(content);
      const id = parts.find(({ tag }) => tag === OBJECT_ID);
      const value = parts.find(({ tag }) => tag === OCTETS);
      return id === undefined || value === undefined ? [] : [[readObjectId(id.content), value.content]];
    }),
  );
}

/** The identifier of the key of a certificate; empty where it has none. */
export function subjectKeyId(certificate: X509Certificate): Buffer {
  const value = extensionsOf(certificate).get('2.5.29.14');
  return readDer(value ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0);
}

/** The identifier of the key that signed it; empty where it does not say. */
export function authorityKeyId(certificate: X509Certificate): Buffer {
  const value = extensionsOf(certificate).get('2.5.29.35');
  const parts = readDer(readDer(value ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0));
  return parts.find(({ tag }) => tag === 0x80)?.content ?? Buffer.alloc(0);
}

/** Bytes as Vault prints them: `0a:1b:…`. */
export const colonHex = (bytes: Buffer): string => (bytes.toString('hex').match(/../g) ?? []).join(':');
