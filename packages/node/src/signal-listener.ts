import { StrongroomError } from '@strongroom/core';

/**
 * Listens to a signal, which keeps no process alive, but takes away what Node.js does by itself at it.
 *
 * @param owner who wants to listen, as people write it: `refreshOnSignal`
 * @returns a function that ends it
 * @throws StrongroomError `DEFINITION_INVALID` for a signal that nothing can listen to
 */
export function listenToSignal(
  owner: string,
  signal: NodeJS.Signals,
  listener: (signal: NodeJS.Signals) => void,
): () => void {
  try {
    // A name that is no signal's would be an event that never comes.
    if (signal in process.getBuiltinModule('node:os').constants.signals) {
      process.on(signal, listener);
      return () => process.off(signal, listener);
    }
  } catch {
    // SIGKILL and SIGSTOP.
  }
  throw new StrongroomError(
    'DEFINITION_INVALID',
    `Nothing can listen to the signal ${JSON.stringify(signal)}: name another for ${owner}`,
  );
}
