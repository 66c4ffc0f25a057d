import type { LeaseRecord } from '../leases/lease-record.js';
import { PathBackend } from '../logical/path-backend.js';
import type { Storage } from '../state/storage.js';
import { certificatePaths } from './certificate-paths.js';
import type { TtlLimits } from './issue-certificate.js';
import { issuePath } from './issue-path.js';
import { AUTHORITY, ISSUED, type IssuedCertificate, revoke } from './pki-records.js';
import { PKI_ROLES, pkiRolePaths } from './pki-role.js';
import { rootPaths } from './root-paths.js';

/** What the engine `pki` is told of its mount. */
export interface PkiMount {
  readonly path: string;
  readonly limits: () => TtlLimits;
}

/** The secrets engine `pki`: an authority that signs itself, and the certificates that it gives. */
export class PkiBackend extends PathBackend {
  readonly #issued: Map<string, IssuedCertificate>;
  readonly #now: () => number;

  constructor(storage: Storage, now: () => number, mount: PkiMount) {
    const authorities = storage.records(AUTHORITY);
    const issued = storage.records(ISSUED);
    const roles = storage.records(PKI_ROLES);
    super(
      [
        ...pkiRolePaths(roles, () => mount.limits().systemMax),
        ...rootPaths(authorities, issued, now, mount),
        issuePath(roles, authorities, issued, now, mount.limits),
        ...certificatePaths(authorities, issued, now),
      ],
      { unauthenticated: ['cert/*', 'ca', 'crl'], root: ['root'] },
    );
    this.#issued = issued;
    this.#now = now;
  }

  /** With its lease a certificate is revoked. */
  revokeLease({ internal }: LeaseRecord): void {
    const found = this.#issued.get(String(internal.get('serial_number') ?? ''));
    if (found !== undefined) revoke(found, this.#now());
  }
}
