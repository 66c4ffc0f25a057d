import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { CertificateOptions } from './certificate-options.js';
import {
  bits,
  boolean,
  explicit,
  integer,
  objectId,
  octets,
  sequence,
  set,
  tagged,
  time,
  utf8,
} from './der.js';

/** A certificate and its key, in PEM. It signs itself, so it is its own authority. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

const DAY = 86_400_000;

/** The bytes of an address; of IPv6 every group is written out first. */
function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : []);
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => '0');
  const all = tail === undefined ? groups(head) : [...groups(head), ...zeros, ...groups(tail)];
  return Buffer.concat(all.map((group) => Buffer.from(group.padStart(4, '0'), 'hex')));
}

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(objectId(id), ...(critical ? [boolean(true)] : []), octets(value));

const name = (commonName: string): Buffer =>
  sequence(set(sequence(objectId(OID.commonName), utf8(commonName))));

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;

/** Makes a certificate that signs itself, without any program besides this one. */
export function selfSignedCertificate(options: CertificateOptions = {}): Certificate {
  const commonName = options.commonName ?? 'localhost';
  const own = options.commonName === undefined;
  const dnsNames = options.dnsNames ?? [commonName];
  const addresses = options.addresses ?? (own ? ['127.0.0.1', '::1'] : []);
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const algorithm = sequence(objectId(OID.ecdsaWithSha256));
  const now = Date.now();
  const altNames = sequence(
    ...dnsNames.map((dnsName) => tagged(0x82, Buffer.from(dnsName))),
    ...addresses.map((address) => tagged(0x87, addressBytes(address))),
  );
  const content = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name(commonName),
    sequence(time(options.notBefore ?? now - DAY), time(options.notAfter ?? now + 30 * DAY)),
    name(commonName),
    publicKey,
    explicit(
      3,
      sequence(
        extension(OID.basicConstraints, sequence(boolean(true)), true),
        // digitalSignature and keyCertSign: it serves and it is its own authority.
        extension(OID.keyUsage, tagged(0x03, Buffer.from([2, 0x84])), true),
        extension(OID.extendedKeyUsage, sequence(objectId(OID.serverAuth))),
        extension(OID.subjectKeyIdentifier, octets(createHash('sha1').update(publicKey).digest())),
        extension(OID.subjectAltName, altNames),
      ),
    ),
  );
  const signature = sign('sha256', content, createPrivateKey(privateKey));
  return { cert: pem(sequence(content, algorithm, bits(signature))), key: privateKey };
}
