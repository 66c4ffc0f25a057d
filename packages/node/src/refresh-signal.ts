import type { Declarations, Logger, Resolver } from '@strongroom/core';

/**
 * Refreshes at a signal, until the resolver is closed. A listener keeps no process alive, but it takes away what
 * Node.js does by itself at the signal. Does nothing on Windows, where SIGHUP means that the console is closed.
 *
 * @throws nothing; what a refresh finds is told by the resolver
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
  process.on(signal, refresh);
  resolver.events.once('closed', () => process.off(signal, refresh));
}
