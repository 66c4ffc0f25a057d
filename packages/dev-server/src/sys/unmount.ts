import type { VaultCore } from '../core/vault-core.js';

/** Takes a mount away with all that it holds and has issued. Nothing happens where there is none. */
export function unmount(core: VaultCore, path: string): void {
  const entry = core.mounts.get(path);
  if (entry === undefined) return;
  // While the mount is still there, so that its secrets can be taken back.
  for (const lease of core.leases.withPrefix(path)) core.revocation.revokeLease(lease);
  core.mounts.remove(entry);
  core.entities.forgetMount(entry.accessor);
  core.rateLimiter.forgetMount(path);
}
