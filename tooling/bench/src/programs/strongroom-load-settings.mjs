import { stopwatch } from './stopwatch.mjs';

const stop = stopwatch();
const [{ defineSettings, plain, secret }, { loadSettings }, { z }] = await Promise.all([
  import('@strongroom/core'),
  import('@strongroom/node'),
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
const resolver = await loadSettings(definition);
const settings = resolver.current();
if (settings.PORT !== 8000) throw new Error('The port is wrong');
process.stdout.write(JSON.stringify(stop()));
