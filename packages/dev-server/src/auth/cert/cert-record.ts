import { X509Certificate } from 'node:crypto';
import type { JsonRecord } from '../../json/json-value.js';
import type { Fields } from '../../logical/fields.js';
import { refusal } from '../../logical/logical-fault.js';
import { collection } from '../../state/storage.js';
import {
  changeSettings,
  NO_SETTINGS,
  settingsView,
  TOKEN_FIELDS,
  type TokenSettings,
} from '../token-settings.js';

/** What certificates a role takes, and what token it gives for them. */
export interface CertRecord {
  readonly name: string;
  /** One or more certificates, in PEM. */
  readonly certificate: string;
  readonly displayName: string;
  readonly allowedNames: readonly string[];
  readonly allowedCommonNames: readonly string[];
  readonly allowedDnsSans: readonly string[];
  readonly allowedEmailSans: readonly string[];
  readonly allowedUriSans: readonly string[];
  readonly allowedOrganizationalUnits: readonly string[];
  readonly requiredExtensions: readonly string[];
  readonly settings: TokenSettings;
}

export const CERTS = collection<CertRecord>('certs');

export const CERT_FIELDS = {
  ...TOKEN_FIELDS,
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

/** What a write leaves. @throws LogicalFault */
export function changedCert(known: CertRecord | undefined, fields: Fields<typeof CERT_FIELDS>): CertRecord {
  const name = fields.get('name') ?? '';
  const certificate = fields.get('certificate') ?? known?.certificate ?? '';
  const settings = changeSettings(known?.settings ?? NO_SETTINGS, fields);
  const [first] = parsePem(certificate);
  if (first === undefined) throw refusal('failed to parse certificate');
  if (!first.ca && !isForClients(first)) {
    throw refusal('nonCA certificates should have TLS client authentication set as an extended key usage');
  }
  return {
    name,
    certificate,
    displayName: (fields.get('display_name') ?? known?.displayName) || name,
    allowedNames: fields.get('allowed_names') ?? known?.allowedNames ?? [],
    allowedCommonNames: fields.get('allowed_common_names') ?? known?.allowedCommonNames ?? [],
    allowedDnsSans: fields.get('allowed_dns_sans') ?? known?.allowedDnsSans ?? [],
    allowedEmailSans: fields.get('allowed_email_sans') ?? known?.allowedEmailSans ?? [],
    allowedUriSans: fields.get('allowed_uri_sans') ?? known?.allowedUriSans ?? [],
    allowedOrganizationalUnits:
      fields.get('allowed_organizational_units') ?? known?.allowedOrganizationalUnits ?? [],
    requiredExtensions: fields.get('required_extensions') ?? known?.requiredExtensions ?? [],
    settings,
  };
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
  ...settingsView(cert.settings),
});
