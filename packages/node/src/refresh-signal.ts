import type { Declarations, Logger, Resolver } from '@strongroom/core';
import { listenToSignal } from './signal-listener.js';

/**
 * Refreshes at a signal, until the resolver is closed. Does nothing on Windows, where SIGHUP means that the console
 * is closed.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for a signal that nothing can listen to
 */
export function refreshOnSignal<T extends Declarations>(
  resolver: Resolver<T>,
  signal: NodeJS.Signals,
  logger: Logger | undefined,
  platform: NodeJS.Platform = process.platform,
): void {
  if (platform === 'win32') return;
  const refresh = () => {
    logger?.info({ signal }, 'settings are refreshed at a signal');
    // It fails only when the resolver is closed meanwhile.
    resolver.refresh().catch(() => undefined);
  };
  resolver.events.once('closed', listenToSignal('refreshOnSignal', signal, refresh));
}
