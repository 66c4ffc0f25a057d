import type { X509Certificate } from 'node:crypto';
import { extensionsOf } from './certificate-extensions.js';
import { readDer } from './der-reader.js';

/** The names that a certificate is good for. */
export interface CertificateNames {
  readonly commonName: string;
  readonly organizationalUnits: readonly string[];
  readonly dns: readonly string[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
}

const DNS = 0x82;
const EMAIL = 0x81;
const URI = 0x86;

/** Reads the names of a certificate. */
export function namesOf(certificate: X509Certificate): CertificateNames {
  const subject = certificate.toLegacyObject().subject as Readonly<Record<string, string | string[]>>;
  const value = extensionsOf(certificate).get('2.5.29.17') ?? Buffer.alloc(0);
  const altNames = readDer(readDer(value)[0]?.content ?? Buffer.alloc(0));
  const named = (kind: number) =>
    altNames.filter(({ tag }) => tag === kind).map(({ content }) => content.toString('latin1'));
  return {
    commonName: [subject['CN'] ?? ''].flat().at(-1) ?? '',
    organizationalUnits: [subject['OU'] ?? []].flat(),
    dns: named(DNS),
    emails: named(EMAIL),
    uris: named(URI),
  };
}
