import cluster from 'node:cluster';
import {
  createResolver,
  defineSettings,
  environmentSource,
  plain,
  type SettingsOf,
  secret,
} from '@strongroom/core';
import { healthSchema } from '@strongroom/core/json-schemas';
import { startDevServer } from '@strongroom/dev-server';
import { expressSettings } from '@strongroom/express';
import { fastifySettings, readerFor } from '@strongroom/fastify';
import { loadSettings } from '@strongroom/node';
import { shutdownOn } from '@strongroom/node/shutdown';
import { withSettings } from '@strongroom/node/testing';
import { receiveSettings, shareSettings } from '@strongroom/node/threads';
import { vaultSource } from '@strongroom/vault';
import express from 'express';
import Fastify from 'fastify';
import { defineConfig, type StrongroomConfig } from 'strongroom';
import { z } from 'zod';

const definition = defineSettings({
  application: 'shop',
  environments: ['development', 'production'],
  settings: { DATABASE_URL: secret('database/url', z.url()), PORT: plain(z.int(), { default: 8000 }) },
});

declare module 'fastify' {
  interface FastifyRequest {
    readonly settings: SettingsOf<typeof definition>;
  }
}

const vault = await startDevServer();
const resolver = createResolver(definition, {
  environment: 'production',
  sources: [environmentSource(process.env), vaultSource({ address: vault.address, token: vault.rootToken })],
});
const loaded = await loadSettings(definition, { environment: 'development' });
const port: number = loaded.current().PORT;

const settings = expressSettings(resolver);
const app = express();
app.use('/internal', settings.router({ admit: (req) => req.ip === '127.0.0.1' }));
app.use(settings.middleware);
app.get(
  '/',
  settings.handler((req, res) => void res.json({ port: req.settings.PORT satisfies number })),
);

const settingsOf = readerFor(definition);
const fastify = Fastify();
await fastify.register(fastifySettings, { resolver, closeResolver: false });
fastify.get('/', async (request) => settingsOf(request).PORT + request.settings.PORT);

const config: StrongroomConfig = defineConfig({
  definition,
  environments: { production: { address: 'https://vault.example.com' } },
});

const stopping: AbortSignal = shutdownOn(['SIGTERM'], { settings: loaded, close: [fastify, app.listen(0)] });
const { exitCode } = await loaded.run('node', ['--version'], { only: ['PORT'], signal: stopping });
shareSettings(loaded, cluster, { only: ['PORT'] });
const received = await receiveSettings(definition, { only: ['PORT'] });
const text = await withSettings(definition, { DATABASE_URL: 'http://localhost' }, (given) =>
  String(given.current()),
);

export { config, exitCode, healthSchema, port, received, text };
