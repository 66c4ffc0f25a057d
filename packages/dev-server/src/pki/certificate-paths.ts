import { sortedByBytes } from '../go/compare-bytes.js';
import { formatTime } from '../go/timestamp.js';
import { refusal } from '../logical/logical-fault.js';
import { listing } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { type IssuedCertificate, type PkiAuthority, revoke } from './pki-records.js';

/** A serial number as it is kept: with colons. */
const serialIn = (text: string): string => text.toLowerCase().replaceAll('-', ':');

/** `cert/SERIAL`, `cert/ca`, `certs` and `revoke`. */
export const certificatePaths = (
  authorities: ReadonlyMap<string, PkiAuthority>,
  issued: ReadonlyMap<string, IssuedCertificate>,
  now: () => number,
): readonly BackendPath[] => [
  definePath({
    pattern: /^certs\/?$/,
    fields: {},
    operations: { list: () => listing(sortedByBytes(issued.keys())) },
  }),
  definePath({
    pattern: /^cert\/(?<serial>ca|[0-9A-Fa-f:-]+)$/,
    fields: { serial: 'string' },
    operations: {
      read: ({ fields }) => {
        const serial = fields.get('serial') ?? '';
        const found = serial === 'ca' ? authorities.get('') : issued.get(serialIn(serial));
        if (found === undefined) return undefined;
        const revokedAt = 'revokedAt' in found ? found.revokedAt : 0;
        return {
          data: { certificate: found.certificate.trimEnd(), revocation_time: Math.floor(revokedAt / 1000) },
        };
      },
    },
  }),
  definePath({
    pattern: /^revoke$/,
    fields: { serial_number: 'string' },
    operations: {
      update: ({ fields }) => {
        const serial = fields.get('serial_number') ?? '';
        if (serial === '') throw refusal('The serial number must be provided');
        const found = issued.get(serialIn(serial));
        if (found === undefined) throw refusal(`certificate with serial ${serial} not found`);
        revoke(found, now());
        return {
          data: {
            revocation_time: Math.floor(found.revokedAt / 1000),
            revocation_time_rfc3339: formatTime(found.revokedAt),
          },
        };
      },
    },
  }),
];
