import type { JsonRecord } from '../json/json-value.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { COMMON_NAME_MISSING, type MadeCertificate, makeAuthority } from './issue-certificate.js';
import type { PkiMount } from './pki-backend.js';
import type { IssuedCertificate, PkiAuthority } from './pki-records.js';

/** How an answer shows a certificate that was just made. */
export const madeView = (made: MadeCertificate, issuingCa: string): JsonRecord => ({
  certificate: made.certificate.trimEnd(),
  expiration: made.expiration,
  issuing_ca: issuingCa.trimEnd(),
  serial_number: made.serialNumber,
});

export const privateKeyView = ({ key, keyType }: MadeCertificate): JsonRecord => ({
  private_key: key.trimEnd(),
  private_key_type: keyType,
});

const FIELDS = {
  exported: 'string',
  common_name: 'string',
  ttl: 'duration',
  key_type: 'string',
  key_bits: 'int',
} as const;

/** `root/generate/…` and `root`. */
export const rootPaths = (
  authorities: Map<string, PkiAuthority>,
  issued: Map<string, IssuedCertificate>,
  now: () => number,
  { path, limits }: PkiMount,
): readonly BackendPath[] => [
  definePath({
    pattern: /^root\/generate\/(?<exported>internal|exported)$/,
    fields: FIELDS,
    operations: {
      update: async ({ fields }) => {
        if (authorities.has('')) {
          const warning = `Refusing to generate a root certificate over an existing root certificate. If you want to destroy the original root certificate, please issue a delete on ${path}root.`;
          return { warnings: [warning] };
        }
        const commonName = fields.get('common_name') ?? '';
        if (commonName === '') throw refusal(COMMON_NAME_MISSING);
        const made = await makeAuthority(
          {
            commonName,
            ttl: fields.get('ttl') ?? 0,
            keyType: fields.get('key_type') ?? 'rsa',
            keyBits: fields.get('key_bits') ?? 2048,
          },
          limits(),
          now(),
        );
        authorities.set('', { certificate: made.certificate, key: made.key });
        issued.set(made.serialNumber, { certificate: made.certificate, revokedAt: 0 });
        const key = fields.get('exported') === 'exported' ? privateKeyView(made) : {};
        return { warnings: made.warnings, data: { ...madeView(made, made.certificate), ...key } };
      },
    },
  }),
  definePath({
    pattern: /^root$/,
    fields: {},
    operations: {
      delete: () => {
        authorities.clear();
        return undefined;
      },
    },
  }),
];
