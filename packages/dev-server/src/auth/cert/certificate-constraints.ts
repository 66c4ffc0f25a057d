import type { X509Certificate } from 'node:crypto';
import { globFits } from '../../go/glob.js';
import { extensionsOf } from '../../tls/certificate-extensions.js';
import { namesOf } from '../../tls/certificate-names.js';
import { readDer } from '../../tls/der-reader.js';
import type { CertRecord } from './cert-record.js';

/** Whether one of some names fits one of the patterns; without patterns all do. */
const fits = (patterns: readonly string[] | null, names: readonly string[]): boolean =>
  patterns === null ||
  patterns.length === 0 ||
  patterns.some((pattern) => names.some((name) => globFits(pattern, name)));

/** Whether a certificate is one of those that a role takes, its authority aside. */
export function meetsConstraints(certificate: X509Certificate, role: CertRecord): boolean {
  const { commonName, organizationalUnits, dns, emails, uris } = namesOf(certificate);
  return (
    fits(role.allowedNames, [commonName, ...dns, ...emails]) &&
    fits(role.allowedCommonNames, [commonName]) &&
    fits(role.allowedDnsSans, dns) &&
    fits(role.allowedEmailSans, emails) &&
    fits(role.allowedUriSans, uris) &&
    fits(role.allowedOrganizationalUnits, organizationalUnits) &&
    hasExtensions(certificate, role.requiredExtensions ?? [])
  );
}

/** Each as `1.2.3.4:pattern`, for the text that the extension holds. */
function hasExtensions(certificate: X509Certificate, required: readonly string[]): boolean {
  const extensions = extensionsOf(certificate);
  return required.every((text) => {
    const at = text.indexOf(':');
    const value = extensions.get(text.slice(0, at));
    if (at === -1 || value === undefined) return false;
    return globFits(text.slice(at + 1), readDer(value)[0]?.content.toString('utf8') ?? '');
  });
}
