import type { Resolver } from '@strongroom/core';
import { explanationSchema, healthSchema } from '@strongroom/core/json-schemas';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Says whether a request may see the health or the provenance. */
export type Admit = (request: FastifyRequest, what: 'health' | 'explain') => boolean | Promise<boolean>;

export interface RoutesOptions {
  /** A request that it does not admit gets what a route that is not there gives: 404. */
  readonly admit: Admit;
  /** Before the paths of the routes, such as `/internal`. @default '' */
  readonly prefix?: string;
}

/** `/health/live`, `/health/ready` and `/explain`, answered when there is no snapshot too. */
export function addRoutes(
  fastify: FastifyInstance,
  resolver: Pick<Resolver<never>, 'health' | 'explain'>,
  { admit, prefix = '' }: RoutesOptions,
): void {
  const add = (path: string, what: 'health' | 'explain', described: object, answer: Answer) => {
    const schema: object = { tags: ['settings'], ...described };
    fastify.get(`${prefix}${path}`, { schema, config: { settings: 'optional' } }, async (request, reply) => {
      if (await admit(request, what)) return answer(reply.header('cache-control', 'no-store'));
      reply.callNotFound();
      return reply;
    });
  };
  const addHealth = (sign: 'live' | 'ready', summary: string) =>
    add(
      `/health/${sign}`,
      'health',
      { summary, response: { 200: healthSchema, 503: healthSchema } },
      (reply) => {
        const health = resolver.health();
        return reply.code(health[sign] ? 200 : 503).send(health);
      },
    );
  addHealth('live', 'Whether the process is to be left running');
  addHealth('ready', 'Whether traffic may come');
  const explained = {
    type: 'object',
    properties: { settings: { type: 'array', items: explanationSchema } },
    required: ['settings'],
  };
  const summary = 'Where each setting comes from, never its value';
  add('/explain', 'explain', { summary, response: { 200: explained } }, () => ({
    settings: resolver.explain(),
  }));
}

type Answer = (reply: FastifyReply) => unknown;
