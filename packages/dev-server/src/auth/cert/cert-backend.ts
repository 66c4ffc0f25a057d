import { inCidrs } from '../../go/cidr.js';
import { sortedByBytes } from '../../go/compare-bytes.js';
import type { LeaseRecord } from '../../leases/lease-record.js';
import type { AuthGrant } from '../../logical/auth-grant.js';
import type { Fields } from '../../logical/fields.js';
import { failure } from '../../logical/logical-fault.js';
import type { LogicalRequest } from '../../logical/logical-request.js';
import { type LogicalResponse, listing } from '../../logical/logical-response.js';
import { definePath, PathBackend } from '../../logical/path-backend.js';
import { samePolicies } from '../../policies/sanitize-policies.js';
import { collection, type Storage } from '../../state/storage.js';
import { authorityKeyId, subjectKeyId } from '../../tls/certificate-extensions.js';
import { grantFrom } from '../token-settings.js';
import { certGrant, matchingRole, shownCertificates } from './cert-login.js';
import { CERT_FIELDS, CERTS, type CertRecord, certView, changedCert, termWarnings } from './cert-record.js';

const CONFIG = collection<{ readonly disableBinding: boolean }>('cert-config');

/** The auth method `cert`: by the certificate that a client shows with its TLS connection. */
export class CertBackend extends PathBackend {
  readonly #roles: Map<string, CertRecord>;
  readonly #storage: Storage;
  readonly #now: () => number;

  /** @param limits the TTLs of the mount, in seconds */
  constructor(
    storage: Storage,
    now: () => number,
    limits: () => { readonly systemDefault: number; readonly systemMax: number },
  ) {
    const roles = storage.records(CERTS);
    const write = (fields: Fields<typeof CERT_FIELDS>): LogicalResponse | undefined => {
      const name = fields.get('name') ?? '';
      const role = changedCert(roles.get(name), fields);
      roles.set(name, role);
      const warnings = termWarnings(role, limits());
      return warnings.length > 0 ? { warnings } : undefined;
    };
    super(
      [
        definePath({
          pattern: /^certs\/?$/,
          fields: {},
          operations: { list: () => listing(sortedByBytes(roles.keys())) },
        }),
        definePath({
          pattern: /^certs\/(?<name>\w(?:[\w.-]*\w)?)$/,
          fields: CERT_FIELDS,
          operations: {
            read: ({ fields }) => {
              const role = roles.get(fields.get('name') ?? '');
              return role && { data: certView(role) };
            },
            update: ({ fields }) => write(fields),
            delete: ({ fields }) => {
              roles.delete(fields.get('name') ?? '');
              return undefined;
            },
          },
        }),
        definePath({
          pattern: /^config$/,
          fields: { disable_binding: 'bool' },
          operations: {
            update: ({ fields }) => {
              storage.records(CONFIG).set('', { disableBinding: fields.get('disable_binding') ?? false });
              return undefined;
            },
          },
        }),
        definePath({
          pattern: /^login$/,
          fields: { name: 'string' },
          operations: {
            update: ({ fields, request }) => {
              const shown = shownCertificates(request);
              const role = matchingRole(roles, fields.get('name') ?? '', shown, now());
              const { boundCidrs } = role.settings;
              if (boundCidrs.length > 0 && !inCidrs(request.remoteAddress, boundCidrs)) {
                throw failure('permission denied', 403);
              }
              return { grant: certGrant(role, shown[0]) };
            },
          },
        }),
      ],
      { unauthenticated: ['login'] },
    );
    this.#roles = roles;
    this.#storage = storage;
    this.#now = now;
  }

  /** Unless that was turned off, only who still shows the certificate of the login may renew. */
  renewLogin({ internal }: LeaseRecord, request: LogicalRequest): AuthGrant | undefined {
    const name = String(internal.get('cert_name') ?? '');
    if (this.#storage.records(CONFIG).get('')?.disableBinding !== true) {
      const shown = shownCertificates(request);
      matchingRole(this.#roles, name, shown, this.#now());
      const [client] = shown;
      if (
        subjectKeyId(client).toString('base64') !== internal.get('subject_key_id') &&
        authorityKeyId(client).toString('base64') !== internal.get('authority_key_id')
      ) {
        throw failure('client identity during renewal not matching client identity used during login');
      }
    }
    const role = this.#roles.get(name);
    if (role === undefined) return undefined;
    if (!samePolicies(String(internal.get('policies')).split(','), role.settings.policies)) {
      throw failure('policies have changed, not renewing');
    }
    // Only its terms count at a renewal: who logged in is known.
    return { ...grantFrom(role.settings), displayName: '', metadata: new Map(), internal };
  }
}
