import type { Declarations, Resolver } from '@strongroom/core';

/**
 * Says once, as a Node.js process warning, that the program serves although a source could not be asked: the
 * loudest way that a library has without writing to the console itself.
 */
export function warnWhenDegraded<T extends Declarations>(resolver: Resolver<T>): void {
  resolver.events.once('degraded', ({ failures }) => {
    for (const { source, code, message, settings } of failures) {
      const affected = settings.join(', ');
      process.emitWarning(`settings were loaded without ${source}: ${message}. Affected: ${affected}`, {
        type: 'StrongroomWarning',
        code,
      });
    }
  });
}
