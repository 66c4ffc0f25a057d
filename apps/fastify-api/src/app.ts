import { fastifySettings, readerFor } from '@strongroom/fastify';
import Fastify, { type FastifyInstance } from 'fastify';
import { type Database, definition, frontPage, healthPage, isUser, type PakeResolver, signIn } from 'pake';

const settingsOf = readerFor(definition);

/** PAKE's routes. */
export async function createApp(resolver: PakeResolver, database: Database): Promise<FastifyInstance> {
  const app = Fastify({ logger: false, pluginTimeout: 20_000, bodyLimit: 1024 });
  await app.register(fastifySettings, {
    resolver,
    closeResolver: false,
    routes: { prefix: '/internal', admit: (request) => request.socket.remoteAddress === '127.0.0.1' },
  });

  app.get('/health', { config: { settings: 'optional' } }, (_request, reply) => {
    const { status, body } = healthPage(resolver);
    return reply.code(status).send(body);
  });
  app.get('/', async (request) => frontPage(settingsOf(request)));
  app.get('/database', async (_request, reply) => {
    const up = await database.answers();
    return reply.code(up ? 200 : 503).send({ database: up ? 'up' : 'down' });
  });
  app.post<{ Body: { user?: unknown } | null }>('/login', async (request, reply) => {
    const user = request.body?.user;
    if (!isUser(user))
      return reply.code(400).send({ error: 'user: letters, digits and . _ - @, at most 64' });
    return { token: await signIn(user, settingsOf(request)) };
  });
  return app;
}
