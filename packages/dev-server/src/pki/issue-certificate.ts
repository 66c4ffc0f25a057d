import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { shortDuration } from '../go/short-duration.js';
import { formatTime } from '../go/timestamp.js';
import { refusal } from '../logical/logical-fault.js';
import { namesOf } from '../tls/certificate-names.js';
import { type CertificateContent, signedCertificate } from '../tls/signed-certificate.js';
import { isAllowedName, isHostname } from './allowed-name.js';
import { newKeyPair } from './key-pair.js';
import type { PkiAuthority } from './pki-records.js';
import type { PkiRole } from './pki-role.js';

/** What a certificate is asked for. */
export interface CertificateWish {
  readonly commonName: string;
  readonly altNames: readonly string[];
  readonly addresses: readonly string[];
  readonly excludeCommonName: boolean;
  /** Seconds; 0 for the role's. */
  readonly ttl: number;
}

/** A certificate as it was made. */
export interface MadeCertificate {
  readonly certificate: string;
  readonly serialNumber: string;
  /** Seconds since 1970. */
  readonly expiration: number;
  readonly key: string;
  readonly keyType: string;
  readonly warnings: readonly string[];
}

export interface TtlLimits {
  readonly systemDefault: number;
  readonly systemMax: number;
}

export const COMMON_NAME_MISSING =
  'the common_name field is required, or must be provided in a CSR with "use_csr_common_name" set to true, unless "require_cn" is set to false';

/** Bits 0, 2 and 4: digital signature, key encipherment, key agreement. */
const LEAF_USAGE = [3, 0xa8] as const;
/** Bits 5 and 6: signs certificates and revocation lists. */
const AUTHORITY_USAGE = [1, 0x06] as const;

/** The names of a certificate by their kinds. @throws LogicalFault for one that the role does not allow */
function checkedNames(wish: CertificateWish, role: PkiRole) {
  const { commonName, altNames, addresses } = wish;
  if (commonName === '' && role.require_cn) {
    throw refusal(COMMON_NAME_MISSING);
  }
  if (addresses.length > 0 && !role.allow_ip_sans) {
    throw refusal(
      `IP Subject Alternative Names are not allowed in this role, but was provided ${addresses.join(',')}`,
    );
  }
  const wrong = addresses.find((address) => isIP(address) === 0);
  if (wrong !== undefined) throw refusal(`the value "${wrong}" is not a valid IP address`);
  if (commonName !== '' && !isAllowedName(commonName, role)) {
    throw refusal(`common name ${commonName} not allowed by this role`);
  }
  const refused = altNames.find((name) => !isAllowedName(name, role));
  if (refused !== undefined) throw refusal(`subject alternate name ${refused} not allowed by this role`);
  const all = [...(wish.excludeCommonName || commonName === '' ? [] : [commonName]), ...altNames];
  const names = [...new Set(all)];
  return {
    emails: names.filter((name) => name.includes('@')),
    dnsNames: names.filter((name) => !name.includes('@') && isHostname(name)),
  };
}

/** How long a certificate is to live. */
function lifeOf(wished: number, role: Pick<PkiRole, 'ttl' | 'max_ttl'>, limits: TtlLimits) {
  const longest = Math.min(role.max_ttl || limits.systemMax, limits.systemMax);
  const ttl = wished || role.ttl || Math.min(limits.systemDefault, longest);
  if (ttl <= longest) return { ttl, warnings: [] };
  const [long, most] = [shortDuration(ttl), shortDuration(longest)];
  const warning = `TTL "${long}" is longer than permitted maxTTL "${most}", so maxTTL is being used`;
  return { ttl: longest, warnings: [warning] };
}

const serialOf = (certificate: X509Certificate): string =>
  (certificate.serialNumber.toLowerCase().match(/../g) ?? []).join(':');

async function make(
  content: Omit<CertificateContent, 'publicKey'>,
  keyType: string,
  keyBits: number,
  authority: PkiAuthority | undefined,
  warnings: readonly string[],
): Promise<MadeCertificate> {
  const { publicKey, key, type } = await newKeyPair(keyType, keyBits);
  const signer = authority && new X509Certificate(authority.certificate);
  const issuer =
    authority === undefined || signer === undefined
      ? { commonName: content.commonName, publicKey, key }
      : {
          commonName: namesOf(signer).commonName,
          publicKey: signer.publicKey.export({ type: 'spki', format: 'der' }),
          key: authority.key,
        };
  const certificate = signedCertificate({ ...content, publicKey }, issuer);
  return {
    certificate,
    serialNumber: serialOf(new X509Certificate(certificate)),
    expiration: Math.floor(content.notAfter / 1000),
    key,
    keyType: type,
    warnings,
  };
}

/** Makes a certificate by the terms of a role. @throws LogicalFault */
export async function issueCertificate(
  wish: CertificateWish,
  role: PkiRole,
  authority: PkiAuthority,
  limits: TtlLimits,
  now: number,
): Promise<MadeCertificate> {
  if (role.key_type === 'any') {
    throw refusal('role key type "any" not allowed for issuing certificates, only signing');
  }
  const names = checkedNames(wish, role);
  const { ttl, warnings } = lifeOf(wish.ttl, role, limits);
  const notAfter = now + ttl * 1000;
  const end = Date.parse(new X509Certificate(authority.certificate).validTo);
  if (notAfter > end) {
    throw refusal(
      `cannot satisfy request, as TTL would result in notAfter ${formatTime(notAfter)} that is beyond the expiration of the CA certificate at ${formatTime(end)}`,
    );
  }
  const content = {
    commonName: wish.commonName,
    ...names,
    addresses: wish.addresses,
    notBefore: now - role.not_before_duration * 1000,
    notAfter,
    authority: false,
    keyUsage: LEAF_USAGE,
    purposes: [
      ...(role.server_flag ? (['serverAuth'] as const) : []),
      ...(role.client_flag ? (['clientAuth'] as const) : []),
    ],
  };
  return make(content, role.key_type, role.key_bits, authority, warnings);
}

/** Makes an authority that signs itself. @throws LogicalFault */
export function makeAuthority(
  wish: {
    readonly commonName: string;
    readonly ttl: number;
    readonly keyType: string;
    readonly keyBits: number;
  },
  limits: TtlLimits,
  now: number,
): Promise<MadeCertificate> {
  const { commonName, keyType, keyBits } = wish;
  const { ttl, warnings } = lifeOf(wish.ttl, { ttl: 0, max_ttl: 0 }, limits);
  const isName = isHostname(commonName);
  const content = {
    commonName,
    dnsNames: isName ? [commonName] : [],
    notBefore: now - 30_000,
    notAfter: now + ttl * 1000,
    authority: true,
    keyUsage: AUTHORITY_USAGE,
    purposes: [],
  };
  return make(content, keyType, keyBits, undefined, warnings);
}
