import type { Resolver } from '@strongroom/core';
import { type Request, type Response, Router } from 'express';
import { unavailable } from './unavailable.js';

/** Says whether a request may see the health or the provenance. */
export type Admit = (request: Request, what: 'health' | 'explain') => boolean | Promise<boolean>;

export interface RouterOptions {
  /** Without it, and for a request that it does not admit, the routes are as if they were not there. */
  readonly admit?: Admit;
}

type Shown = Pick<Resolver<never>, 'health' | 'explain'>;

/** A router with `/health/live`, `/health/ready` and `/explain`. */
export function settingsRouter(
  resolver: Shown,
  { admit = () => false }: RouterOptions,
  retryAfterSeconds: number,
): Router {
  const router = Router();
  const show = (path: string, what: 'health' | 'explain', answer: (response: Response) => void) =>
    router.get(path, async (request, response, next) => {
      try {
        if (!(await admit(request, what))) return next();
        response.set('Cache-Control', 'no-store');
        answer(response);
      } catch (thrown) {
        next(unavailable(thrown, retryAfterSeconds));
      }
    });
  const health = (sign: 'live' | 'ready') => (response: Response) => {
    const health = resolver.health();
    response.status(health[sign] ? 200 : 503).json(health);
  };
  show('/health/live', 'health', health('live'));
  show('/health/ready', 'health', health('ready'));
  show('/explain', 'explain', (response) => response.json({ settings: resolver.explain() }));
  return router;
}
