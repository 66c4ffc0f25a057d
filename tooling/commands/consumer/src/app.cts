import core = require('@strongroom/core');
import expressAdapter = require('@strongroom/express');
import fastifyAdapter = require('@strongroom/fastify');
import node = require('@strongroom/node');
import shutdown = require('@strongroom/node/shutdown');
import testing = require('@strongroom/node/testing');
import threads = require('@strongroom/node/threads');

const definition = core.defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: { TOKEN: core.secret('api/token') },
});
const resolver = core.createResolver(definition, { environment: 'production', sources: [] });
const settings = expressAdapter.expressSettings(resolver);
const token: string = fastifyAdapter.readerFor(definition)({}).TOKEN;

export = { settings, token, loadSettings: node.loadSettings, ...shutdown, ...testing, ...threads };
