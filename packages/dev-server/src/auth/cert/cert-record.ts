import { X509Certificate } from 'node:crypto';
import type { JsonRecord } from '../../json/json-value.js';
import type { Fields } from '../../logical/fields.js';
import { refusal } from '../../logical/logical-fault.js';
import { collection } from '../../state/storage.js';
import { changeTerms, NO_TERMS, OLDER_FIELDS, type RoleTerms, termsView } from '../role-terms.js';
import { TOKEN_FIELDS } from '../token-settings.js';

/** What certificates a role takes, and what token it gives for them. */
export interface CertRecord extends RoleTerms {
  readonly name: string;
  /** One or more certificates, in PEM. */
  readonly certificate: string;
  readonly displayName: string;
  readonly allowedNames: readonly string[] | null;
  readonly allowedCommonNames: readonly string[] | null;
  readonly allowedDnsSans: readonly string[] | null;
  readonly allowedEmailSans: readonly string[] | null;
  readonly allowedUriSans: readonly string[] | null;
  readonly allowedOrganizationalUnits: readonly string[] | null;
  readonly requiredExtensions: readonly string[] | null;
}

export const CERTS = collection<CertRecord>('certs');

const { num_uses: _never, ...OLDER } = OLDER_FIELDS;

export const CERT_FIELDS = {
  ...TOKEN_FIELDS,
  ...OLDER,
  lease: 'int',
  name: 'lowerCase',
  certificate: 'string',
  display_name: 'string',
  allowed_names: 'commaStrings',
  allowed_common_names: 'commaStrings',
  allowed_dns_sans: 'commaStrings',
  allowed_email_sans: 'commaStrings',
  allowed_uri_sans: 'commaStrings',
  allowed_organizational_units: 'commaStrings',
  required_extensions: 'commaStrings',
} as const;

/** Purposes that allow a login: client authentication, and any. */
const FOR_CLIENTS = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'];

/** The certificates in a PEM text; what cannot be read is left out. */
export function parsePem(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

/** Whether a certificate may be used by a client: it says so, or says nothing. */
export const isForClients = ({ keyUsage }: X509Certificate): boolean =>
  keyUsage === undefined || keyUsage.some((purpose) => FOR_CLIENTS.includes(purpose));

/** Before there was a TTL, it was called a lease. */
function termsOf(known: RoleTerms, fields: Fields<typeof CERT_FIELDS>): RoleTerms {
  const terms = changeTerms(known, fields);
  const lease = fields.get('lease');
  if (lease === undefined || fields.has('token_ttl') || fields.has('ttl')) return terms;
  return { settings: { ...terms.settings, ttl: lease }, older: { ...terms.older, ttl: lease } };
}

/** What a write leaves. @throws LogicalFault */
export function changedCert(known: CertRecord | undefined, fields: Fields<typeof CERT_FIELDS>): CertRecord {
  const name = fields.get('name') ?? '';
  const certificate = fields.get('certificate') ?? known?.certificate ?? '';
  const terms = termsOf(known ?? NO_TERMS, fields);
  const { ttl, maxTtl } = terms.settings;
  if (maxTtl !== 0 && ttl > maxTtl) throw refusal('ttl should be shorter than max_ttl');
  const [first] = parsePem(certificate);
  if (first === undefined) throw refusal('failed to parse certificate');
  if (!first.ca && !isForClients(first)) {
    throw refusal('nonCA certificates should have TLS client authentication set as an extended key usage');
  }
  return {
    name,
    certificate,
    displayName: (fields.get('display_name') ?? known?.displayName) || name,
    allowedNames: fields.get('allowed_names') ?? known?.allowedNames ?? null,
    allowedCommonNames: fields.get('allowed_common_names') ?? known?.allowedCommonNames ?? null,
    allowedDnsSans: fields.get('allowed_dns_sans') ?? known?.allowedDnsSans ?? null,
    allowedEmailSans: fields.get('allowed_email_sans') ?? known?.allowedEmailSans ?? null,
    allowedUriSans: fields.get('allowed_uri_sans') ?? known?.allowedUriSans ?? null,
    allowedOrganizationalUnits:
      fields.get('allowed_organizational_units') ?? known?.allowedOrganizationalUnits ?? null,
    requiredExtensions: fields.get('required_extensions') ?? known?.requiredExtensions ?? null,
    ...terms,
  };
}

/** What is said of terms that the mount does not allow. All in seconds. */
export function termWarnings(
  { settings: { ttl, maxTtl, period } }: RoleTerms,
  limits: { readonly systemDefault: number; readonly systemMax: number },
): string[] {
  const { systemDefault, systemMax } = limits;
  const than = 'is greater than current mount/system default of';
  return [
    ...(ttl > systemDefault ? [`Given ttl of ${ttl} seconds ${than} ${systemDefault} seconds`] : []),
    ...(maxTtl > systemMax ? [`Given max_ttl of ${maxTtl} seconds ${than} ${systemMax} seconds`] : []),
    ...(period > systemMax
      ? [
          `Given period of ${period} seconds is greater than the backend's maximum TTL of ${systemMax} seconds`,
        ]
      : []),
  ];
}

export const certView = (cert: CertRecord): JsonRecord => ({
  certificate: cert.certificate,
  display_name: cert.displayName,
  allowed_names: cert.allowedNames,
  allowed_common_names: cert.allowedCommonNames,
  allowed_dns_sans: cert.allowedDnsSans,
  allowed_email_sans: cert.allowedEmailSans,
  allowed_uri_sans: cert.allowedUriSans,
  allowed_organizational_units: cert.allowedOrganizationalUnits,
  required_extensions: cert.requiredExtensions,
  ...termsView(cert),
});
