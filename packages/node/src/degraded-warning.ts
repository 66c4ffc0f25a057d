import type { Declarations, Resolver, ResolverState } from '@strongroom/core';

/**
 * Says once, as a Node.js process warning, that the program was started although a source could not be asked: the
 * loudest way that a library has without writing to the console itself.
 */
export function warnWhenDegraded<T extends Declarations>(resolver: Resolver<T>): void {
  const warn = ({ failures }: ResolverState) => {
    for (const { source, code, message, settings } of failures) {
      const affected = settings.join(', ');
      process.emitWarning(`settings were loaded without ${source}: ${message}. Affected: ${affected}`, {
        type: 'StrongroomWarning',
        code,
      });
    }
  };
  resolver.events.once('degraded', warn);
  // A source that is lost later takes nothing away: what it said last stays.
  resolver.events.once('ready', () => resolver.events.off('degraded', warn));
}
