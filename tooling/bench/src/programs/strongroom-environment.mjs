import { stopwatch } from './stopwatch.mjs';

const stop = stopwatch();
const [{ createResolver, defineSettings, environmentSource, plain, secret }, { z }] = await Promise.all([
  import('@strongroom/core'),
  import('zod'),
]);
const definition = defineSettings({
  application: 'bench',
  environments: ['development'],
  settings: {
    DATABASE_URL: secret('database/url', z.url()),
    REDIS_URL: secret('redis/url', z.url()),
    SECRET_KEY: secret('security/secret_key', z.string().min(8)),
    PORT: plain(z.number()),
  },
});
const resolver = createResolver(definition, { environment: 'development', sources: [environmentSource()] });
const settings = await resolver.load();
if (settings.PORT !== 8000) throw new Error('The port is wrong');
process.stdout.write(JSON.stringify(stop()));
