import {
  checkOptions,
  checkResolver,
  type Declarations,
  isStrongroomError,
  type Resolver,
  StrongroomError,
} from '@strongroom/core';
import type { FastifyPluginAsync } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { logEvents } from './settings-log.js';
import { addRoutes, type RoutesOptions } from './settings-routes.js';
import { unavailable } from './unavailable.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `optional` for a route that is answered without a valid snapshot too; its `request.settings` is null then. */
    settings?: 'optional';
  }
}

export interface FastifySettingsOptions {
  /** Loaded or not. The server is ready when it is. */
  readonly resolver: Pick<
    Resolver<Declarations>,
    'load' | 'current' | 'close' | 'health' | 'explain' | 'events' | 'state'
  >;
  /** Whether the resolver is closed with the server. @default true */
  readonly closeResolver?: boolean;
  /** How long a client is told to wait when there is no valid snapshot, in seconds. @default 5 */
  readonly retryAfterSeconds?: number;
  /** `/health/live`, `/health/ready` and `/explain`. @default none of them */
  readonly routes?: RoutesOptions;
}

const plugin: FastifyPluginAsync<FastifySettingsOptions> = async (fastify, options) => {
  checkOptions('@strongroom/fastify', options, {
    resolver: true,
    closeResolver: true,
    retryAfterSeconds: true,
    routes: true,
  });
  checkResolver('@strongroom/fastify', options.resolver);
  const { resolver, closeResolver = true, retryAfterSeconds = 5, routes } = options;
  if (!Number.isSafeInteger(retryAfterSeconds) || retryAfterSeconds < 1) {
    throw new StrongroomError('DEFINITION_INVALID', 'retryAfterSeconds is no whole number of 1 or more');
  }
  const endLog = logEvents(resolver, fastify.log);
  fastify.addHook('onClose', async () => {
    endLog();
    if (closeResolver) await resolver.close();
  });

  await resolver.load().catch((error) => {
    // Of one that was loaded before: requests are answered when it may be served again.
    if (!isStrongroomError(error, 'SNAPSHOT_EXPIRED')) throw error;
  });
  fastify.decorate('settings', { getter: () => resolver.current() });
  fastify.decorateRequest('settings', null);
  fastify.addHook('onRequest', (request, _reply, done) => {
    try {
      (request as { settings?: unknown }).settings = resolver.current();
    } catch (thrown) {
      const optional = request.routeOptions.config?.settings === 'optional';
      return optional ? done() : done(unavailable(thrown, retryAfterSeconds) as Error);
    }
    done();
  });
  if (routes !== undefined) addRoutes(fastify, resolver, routes);
};

/**
 * Brings a resolver's settings into a Fastify server: `fastify.settings` is the current snapshot,
 * `request.settings` that of the request's beginning. Loads the resolver, and is ready when that is done.
 * Without a valid snapshot a request ends with 503, a Retry-After and no detail.
 *
 * @throws ConfigurationError with every problem at once, when the first load comes to nothing
 * @throws StrongroomError `DEFINITION_INVALID` for an option that there is not, and for what is no resolver
 * @example await fastify.register(fastifySettings, { resolver });
 */
export const fastifySettings: FastifyPluginAsync<FastifySettingsOptions> = fastifyPlugin(plugin, {
  fastify: '5.x',
  name: '@strongroom/fastify',
});
