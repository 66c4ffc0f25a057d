import { isConfigurationError, type Resolver, type ResolverEvents } from '@strongroom/core';
import type { FastifyBaseLogger } from 'fastify';

/**
 * What of an error goes into the log: what is known to hold no value. Fastify's own serializer goes through the
 * causes too, which may be errors of others.
 */
function err(error: unknown) {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name: type, message } = error;
  const code = 'code' in error ? error.code : undefined;
  if (!isConfigurationError(error)) return { type, code, message };
  const problems = error.problems.map(({ code, name, reason }) => ({ code, name, reason }));
  return { type, code, message, problems };
}

type Listeners = { readonly [E in keyof ResolverEvents]?: (...details: ResolverEvents[E]) => void };

/**
 * Tells the application's log what becomes of the settings.
 *
 * @returns a function that ends it
 */
export function logEvents(
  { events, state }: Pick<Resolver<never>, 'events' | 'state'>,
  logger: FastifyBaseLogger,
): () => void {
  const log = logger.child({ plugin: '@strongroom/fastify' }, { serializers: { err } });
  const listeners: Listeners = {
    ready: () => log.info('the settings are ready'),
    degraded: ({ reason, failures }) => log.warn({ failures }, `the settings are degraded: ${reason}`),
    failed: (_state, error) => log.error({ err: error }, 'there are no settings to serve'),
    change: (changes) => log.info({ settings: changes.map(({ name }) => name) }, 'the settings changed'),
    refused: (error) => log.error({ err: error }, 'the new settings are not valid, the last ones stay'),
    deleted: (settings) => log.warn({ settings }, 'settings were deleted, their last values stay'),
    bindFailed: (failure) => log.error(failure, 'a resource could not follow the settings'),
  };
  // An event and its listener are one pair, which the compiler does not see through.
  const pairs = Object.entries(listeners) as [keyof ResolverEvents, () => void][];
  for (const [event, listener] of pairs) events.on(event, listener);
  if (state.status === 'degraded') listeners.degraded?.(state);
  return () => {
    for (const [event, listener] of pairs) events.off(event, listener);
  };
}
