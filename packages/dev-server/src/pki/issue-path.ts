import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { issueCertificate, type TtlLimits } from './issue-certificate.js';
import type { IssuedCertificate, PkiAuthority } from './pki-records.js';
import type { PkiRole } from './pki-role.js';
import { madeView, privateKeyView } from './root-paths.js';

/** `issue/ROLE`. */
export const issuePath = (
  roles: ReadonlyMap<string, PkiRole>,
  authorities: ReadonlyMap<string, PkiAuthority>,
  issued: Map<string, IssuedCertificate>,
  now: () => number,
  limits: () => TtlLimits,
): BackendPath =>
  definePath({
    pattern: /^issue\/(?<role>\w(?:[\w.-]*\w)?)$/,
    fields: {
      role: 'string',
      common_name: 'string',
      alt_names: 'commaStrings',
      ip_sans: 'commaStrings',
      ttl: 'duration',
      exclude_cn_from_sans: 'bool',
    },
    operations: {
      update: async ({ fields }) => {
        const role = roles.get(fields.get('role') ?? '');
        if (role === undefined) throw refusal(`unknown role: ${fields.get('role')}`);
        const authority = authorities.get('');
        if (authority === undefined) {
          throw refusal(
            'could not fetch the CA certificate (was one set?): backend must be configured with a CA certificate/key',
          );
        }
        const wish = {
          commonName: fields.get('common_name') ?? '',
          altNames: fields.get('alt_names') ?? [],
          addresses: fields.get('ip_sans') ?? [],
          excludeCommonName: fields.get('exclude_cn_from_sans') ?? false,
          ttl: fields.get('ttl') ?? 0,
        };
        const made = await issueCertificate(wish, role, authority, limits(), now());
        if (!role.no_store) issued.set(made.serialNumber, { certificate: made.certificate, revokedAt: 0 });
        const answer = {
          warnings: made.warnings,
          data: { ...madeView(made, authority.certificate), ...privateKeyView(made) },
        };
        if (!role.generate_lease) return answer;
        const ttl = Math.max(1, made.expiration - Math.floor(now() / 1000));
        const internal = new Map([['serial_number', made.serialNumber]]);
        return { ...answer, newLease: { ttl, maxTtl: 0, renewable: false, internal } };
      },
    },
  });
