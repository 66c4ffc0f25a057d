import Fastify from 'fastify';
import { askingVault, constant, makeResolver } from './settings.mjs';

const decorators = {
  constant: async (app) => {
    app.decorateRequest('settings', null);
    app.addHook('onRequest', (request, _reply, done) => {
      request.settings = constant;
      done();
    });
  },
  strongroom: async (app) => {
    const { fastifySettings } = await import('@strongroom/fastify');
    await app.register(fastifySettings, { resolver: makeResolver() });
  },
  'node-vault': async (app) => {
    const ask = await askingVault();
    app.decorateRequest('settings', null);
    app.addHook('onRequest', async (request) => {
      request.settings = await ask();
    });
  },
};

/** A server with one route, whose settings come the named way. */
export async function makeFastify(arm) {
  const app = Fastify();
  if (arm !== 'bare') await decorators[arm.replace(' again', '')](app);
  app.get('/', async (request) => ({ greeting: (arm === 'bare' ? constant : request.settings).GREETING }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  return app.server.address().port;
}
