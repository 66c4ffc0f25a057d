import { generateKeyPairSync } from 'node:crypto';
import type { CertificateOptions } from './certificate-options.js';
import { signedCertificate } from './signed-certificate.js';

/** A certificate and its key, in PEM. It signs itself, so it is its own authority. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const DAY = 86_400_000;

/** digitalSignature and keyCertSign: it serves and it is its own authority. */
const USAGE = [2, 0x84] as const;

/** Makes a certificate that signs itself. */
export function selfSignedCertificate(options: CertificateOptions = {}): Certificate {
  const commonName = options.commonName ?? 'localhost';
  const own = options.commonName === undefined;
  const { publicKey, privateKey: key } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const now = Date.now();
  const cert = signedCertificate(
    {
      commonName,
      publicKey,
      dnsNames: options.dnsNames ?? [commonName],
      addresses: options.addresses ?? (own ? ['127.0.0.1', '::1'] : []),
      notBefore: options.notBefore ?? now - DAY,
      notAfter: options.notAfter ?? now + 30 * DAY,
      authority: true,
      keyUsage: USAGE,
      purposes: ['serverAuth'],
    },
    { commonName, publicKey, key },
  );
  return { cert, key };
}
