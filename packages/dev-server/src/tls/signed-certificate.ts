import { createHash, createPrivateKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import {
  bits,
  boolean,
  explicit,
  integer,
  nothing,
  objectId,
  octets,
  sequence,
  set,
  tagged,
  time,
  utf8,
} from './der.js';

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecdsaWithSha384: '1.2.840.10045.4.3.3',
  ecdsaWithSha512: '1.2.840.10045.4.3.4',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

/** Whom and what a certificate is good for. */
export interface CertificateContent {
  readonly commonName: string;
  /** The public key, in DER (SPKI). */
  readonly publicKey: Buffer;
  readonly dnsNames?: readonly string[];
  readonly emails?: readonly string[];
  readonly addresses?: readonly string[];
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Whether it may sign others. */
  readonly authority: boolean;
  /** The bits of its key usage: the bits that are left over, then the bits. */
  readonly keyUsage: readonly [unused: number, usage: number];
  /** What it is for; without any, for all. */
  readonly purposes: readonly ('serverAuth' | 'clientAuth')[];
}

/** Who signs. */
export interface Issuer {
  readonly commonName: string;
  /** In DER (SPKI). */
  readonly publicKey: Buffer;
  /** In PEM. */
  readonly key: string;
}

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
  sequence(...(commonName === '' ? [] : [set(sequence(objectId(OID.commonName), utf8(commonName)))]));

const keyId = (publicKey: Buffer): Buffer => createHash('sha1').update(publicKey).digest();

function algorithmOf(key: KeyObject): { readonly id: Buffer; readonly hash: string } {
  if (key.asymmetricKeyType === 'rsa') {
    return { id: sequence(objectId(OID.sha256WithRsa), nothing()), hash: 'sha256' };
  }
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === 'secp384r1') return { id: sequence(objectId(OID.ecdsaWithSha384)), hash: 'sha384' };
  if (curve === 'secp521r1') return { id: sequence(objectId(OID.ecdsaWithSha512)), hash: 'sha512' };
  return { id: sequence(objectId(OID.ecdsaWithSha256)), hash: 'sha256' };
}

function extensions(content: CertificateContent, issuer: Issuer): Buffer {
  const altNames = [
    ...(content.emails ?? []).map((email) => tagged(0x81, Buffer.from(email))),
    ...(content.dnsNames ?? []).map((dnsName) => tagged(0x82, Buffer.from(dnsName))),
    ...(content.addresses ?? []).map((address) => tagged(0x87, addressBytes(address))),
  ];
  const { purposes } = content;
  return sequence(
    extension(OID.basicConstraints, sequence(...(content.authority ? [boolean(true)] : [])), true),
    extension(OID.keyUsage, tagged(0x03, Buffer.from(content.keyUsage)), true),
    ...(purposes.length === 0
      ? []
      : [extension(OID.extendedKeyUsage, sequence(...purposes.map((purpose) => objectId(OID[purpose]))))]),
    extension(OID.subjectKeyIdentifier, octets(keyId(content.publicKey))),
    extension(OID.authorityKeyIdentifier, sequence(tagged(0x80, keyId(issuer.publicKey)))),
    ...(altNames.length === 0 ? [] : [extension(OID.subjectAltName, sequence(...altNames))]),
  );
}

/**
 * Makes and signs a certificate, without any program besides this one.
 *
 * @returns in PEM
 */
export function signedCertificate(content: CertificateContent, issuer: Issuer): string {
  const serial = randomBytes(20);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const key = createPrivateKey(issuer.key);
  const { id, hash } = algorithmOf(key);
  const signed = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    id,
    name(issuer.commonName),
    sequence(time(content.notBefore), time(content.notAfter)),
    name(content.commonName),
    content.publicKey,
    explicit(3, extensions(content, issuer)),
  );
  const der = sequence(signed, id, bits(sign(hash, signed, key)));
  const lines = der.toString('base64').replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}
