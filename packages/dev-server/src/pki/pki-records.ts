import { collection } from '../state/storage.js';

/** The authority of a mount. Certificate and key in PEM. */
export interface PkiAuthority {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate that was given, in PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  /** Milliseconds since 1970; 0 for one that was not revoked. */
  revokedAt: number;
}

export const AUTHORITY = collection<PkiAuthority>('pki-authority');
/** By serial number. */
export const ISSUED = collection<IssuedCertificate>('pki-issued');

/** Revokes a certificate; the time of the first revocation stays. */
export function revoke(issued: IssuedCertificate, now: number): void {
  if (issued.revokedAt === 0) issued.revokedAt = now;
}
