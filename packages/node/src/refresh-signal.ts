import { type Declarations, type Logger, type Resolver, StrongroomError } from '@strongroom/core';

/**
 * Refreshes at a signal, until the resolver is closed. A listener keeps no process alive, but it takes away what
 * Node.js does by itself at the signal. Does nothing on Windows, where SIGHUP means that the console is closed.
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
  listen(signal, refresh);
  resolver.events.once('closed', () => process.off(signal, refresh));
}

function listen(signal: NodeJS.Signals, listener: () => void): void {
  try {
    // A name that is no signal's would be an event that never comes.
    if (signal in process.getBuiltinModule('node:os').constants.signals)
      return void process.on(signal, listener);
  } catch {
    // SIGKILL and SIGSTOP.
  }
  throw new StrongroomError(
    'DEFINITION_INVALID',
    `Nothing can listen to the signal ${JSON.stringify(signal)}: name another for refreshOnSignal`,
  );
}
