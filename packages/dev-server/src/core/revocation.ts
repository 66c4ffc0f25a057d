import type { LeaseRecord } from '../leases/lease-record.js';
import type { TokenEntry } from '../tokens/token-entry.js';
import type { VaultCore } from './vault-core.js';

/** Ends leases and tokens, with everything that hangs on them. */
export class Revocation {
  constructor(private readonly core: VaultCore) {}

  /** Revokes a token, what it was given, and the tokens that it made. */
  revokeToken(token: TokenEntry): void {
    this.forget(token);
    for (const child of this.core.tokens.childrenOf(token.id)) this.revokeToken(child);
  }

  /** Revokes a token; the tokens that it made become orphans. */
  revokeOrphan(token: TokenEntry): void {
    this.forget(token);
    for (const child of this.core.tokens.childrenOf(token.id)) child.parent = '';
  }

  /** Revokes a lease; that of a token takes the token along. */
  revokeLease(lease: LeaseRecord): void {
    if (lease.kind === 'auth') {
      const token = this.core.tokens.find(lease.token);
      if (token !== undefined) this.revokeToken(token);
    } else {
      const mount = this.core.mounts.route(lease.id);
      mount?.backend.revokeLease?.(lease);
    }
    this.core.leases.remove(lease.id);
  }

  /** Revokes everything whose time is over. */
  sweep(): void {
    for (const lease of this.core.leases.due(this.core.now())) this.revokeLease(lease);
  }

  private forget(token: TokenEntry): void {
    this.core.tokens.remove(token);
    if (token.leaseId !== '') this.core.leases.remove(token.leaseId);
    for (const lease of this.core.leases.ofToken(token.id)) this.revokeLease(lease);
    this.core.cubbyholes.remove(token.id);
  }
}
