import type { X509Certificate } from 'node:crypto';
import { sortedByBytes } from '../../go/compare-bytes.js';
import type { AuthGrant } from '../../logical/auth-grant.js';
import { refusal } from '../../logical/logical-fault.js';
import type { LogicalRequest } from '../../logical/logical-request.js';
import { authorityKeyId, colonHex, subjectKeyId } from '../../tls/certificate-extensions.js';
import { namesOf } from '../../tls/certificate-names.js';
import { grantFrom } from '../token-settings.js';
import { type CertRecord, parsePem } from './cert-record.js';
import { same, trustedChains } from './certificate-chain.js';
import { meetsConstraints } from './certificate-constraints.js';

interface TrustedRole {
  readonly role: CertRecord;
  readonly certificates: readonly [X509Certificate, ...X509Certificate[]];
}

/** What a client showed with its connection. @throws LogicalFault */
export function shownCertificates({
  clientCertificates,
}: LogicalRequest): readonly [X509Certificate, ...X509Certificate[]] {
  const shown = clientCertificates?.();
  if (shown === undefined) throw refusal('tls connection required');
  const [first, ...others] = shown;
  if (first === undefined) throw refusal('client certificate must be supplied');
  return [first, ...others];
}

/**
 * The role that the certificate of a client fits.
 *
 * @param name the only role to look at; empty for all
 * @throws LogicalFault when it fits none
 */
export function matchingRole(
  roles: ReadonlyMap<string, CertRecord>,
  name: string,
  shown: readonly [X509Certificate, ...X509Certificate[]],
  now: number,
): CertRecord {
  const [client] = shown;
  const known = (name === '' ? sortedByBytes(roles.keys()) : [name.toLowerCase()]).flatMap((key) => {
    const role = roles.get(key);
    const [first, ...others] = parsePem(role?.certificate ?? '');
    return role === undefined || first === undefined
      ? []
      : [{ role, certificates: [first, ...others] } satisfies TrustedRole];
  });
  const authorities = known.filter(({ certificates: [first] }) => first.ca);
  const trusted = authorities.flatMap(({ certificates }) => certificates);
  const chains = trustedChains(shown, trusted, now);
  // A certificate that is no authority stands for itself.
  for (const { role, certificates } of known) {
    const [own] = certificates;
    if (own.ca || own.serialNumber !== client.serialNumber) continue;
    if (!authorityKeyId(own).equals(authorityKeyId(client))) continue;
    if (meetsConstraints(client, role)) return role;
  }
  if (chains.length === 0) throw refusal('invalid certificate or no client certificate supplied');
  for (const { role, certificates } of authorities) {
    const inChain = certificates.some((one) => chains.some((chain) => chain.some((link) => same(link, one))));
    if (inChain && meetsConstraints(client, role)) return role;
  }
  throw refusal('no chain matching all constraints could be found for this login certificate');
}

/** What a role grants to the holder of a certificate. */
export function certGrant(role: CertRecord, client: X509Certificate): AuthGrant {
  const { commonName } = namesOf(client);
  const [skid, akid] = [subjectKeyId(client), authorityKeyId(client)];
  return {
    ...grantFrom(role.settings),
    displayName: role.displayName,
    alias: commonName,
    metadata: new Map([
      ['authority_key_id', colonHex(akid)],
      ['cert_name', role.name],
      ['common_name', commonName],
      ['serial_number', BigInt(`0x${client.serialNumber}`).toString()],
      ['subject_key_id', colonHex(skid)],
    ]),
    internal: new Map([
      ['cert_name', role.name],
      ['policies', role.settings.policies.join(',')],
      ['subject_key_id', skid.toString('base64')],
      ['authority_key_id', akid.toString('base64')],
    ]),
  };
}
