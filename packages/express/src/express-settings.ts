import {
  type Clock,
  checkOptions,
  checkResolver,
  type Declarations,
  type Resolver,
  StrongroomError,
  systemClock,
  type ValuesOf,
} from '@strongroom/core';
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import { type RouterOptions, settingsRouter } from './settings-router.js';
import { Start } from './start.js';
import { unavailable } from './unavailable.js';

export interface ExpressSettingsOptions {
  /**
   * How long a client is told to wait where there is no snapshot, and how long after a failed load the next one
   * begins, in seconds. The first use of a resolver decides for its loads. @default 5
   */
  readonly retryAfterSeconds?: number;
  /** @default the system's time */
  readonly clock?: Clock;
}

/** What the middleware adds to a request. */
export interface WithSettings<T extends Declarations> {
  /** The snapshot of the moment the request came. It stays the same until the request ends. */
  readonly settings: ValuesOf<T>;
}

/** A resolver, in the terms of Express. Made by {@link expressSettings}. */
export interface ExpressSettings<T extends Declarations> {
  /**
   * Gives each request its snapshot, as `req.settings`. Requests wait for the first load; without a valid
   * snapshot they end with an error of status 503 that has a Retry-After, no detail, and what is wrong as `cause`.
   */
  readonly middleware: RequestHandler;
  /**
   * Gives a handler, or a middleware, that stands behind {@link middleware} the type of its `req.settings`.
   * Returns the very function. Its type parameters are those of Express' `RequestHandler`.
   *
   * @example app.get('/', settings.handler((req, res) => res.json({ port: req.settings.PORT })));
   */
  handler<P = Request['params'], ResBody = unknown, ReqBody = Request['body'], ReqQuery = Request['query']>(
    handler: (
      request: Request<P, ResBody, ReqBody, ReqQuery> & WithSettings<T>,
      response: Response<ResBody>,
      next: NextFunction,
    ) => unknown,
  ): RequestHandler<P, ResBody, ReqBody, ReqQuery>;
  /**
   * A router with `/health/live` and `/health/ready` (200 or 503, with the resolver's health) and `/explain`
   * (where each value comes from, never a value). Closed unless `admit` says otherwise. Mount it before
   * {@link middleware}, so that it answers when there is no snapshot.
   *
   * @throws StrongroomError `DEFINITION_INVALID` for an option that there is not
   */
  router(options?: RouterOptions): Router;
}

/** A resolver is started once, however many applications and routers use it. */
const starts = new WeakMap<object, Start>();

/**
 * Brings a resolver's settings into an Express application, and loads the resolver: now, and after a failure
 * again until it succeeds. Closing it stays the application's affair.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for an option that there is not, and for what is no resolver
 * @example
 * const settings = expressSettings(resolver);
 * app.use(settings.middleware);
 */
export function expressSettings<T extends Declarations>(
  resolver: Resolver<T>,
  options: ExpressSettingsOptions = {},
): ExpressSettings<T> {
  checkResolver('expressSettings()', resolver);
  checkOptions('expressSettings()', options, { retryAfterSeconds: true, clock: true });
  const { retryAfterSeconds = 5, clock = systemClock } = options;
  if (!Number.isSafeInteger(retryAfterSeconds) || retryAfterSeconds < 1) {
    throw new StrongroomError('DEFINITION_INVALID', 'retryAfterSeconds is no whole number of 1 or more');
  }
  const start = starts.get(resolver) ?? new Start(resolver, clock, retryAfterSeconds * 1000);
  starts.set(resolver, start);

  const middleware = (
    request: Request & { settings?: ValuesOf<T> },
    response: Response,
    next: NextFunction,
  ): void => {
    // Used twice on the way of one request: the snapshot of its beginning stays.
    if (request.settings !== undefined && start.given.has(request.settings)) {
      next();
      return;
    }
    try {
      const settings = resolver.current();
      start.given.add(settings);
      request.settings = settings;
    } catch (thrown) {
      if (start.first === undefined) next(unavailable(thrown, retryAfterSeconds));
      else void start.first.then(() => middleware(request, response, next));
      return;
    }
    next();
  };
  return {
    middleware,
    // What stands behind the middleware gets what the middleware gives, which Express' own types cannot say.
    handler: (handler) => handler as never,
    router(given = {}) {
      checkOptions('router()', given, { admit: true });
      return settingsRouter(resolver, given, retryAfterSeconds);
    },
  };
}
