import { stopwatch } from './stopwatch.mjs';

const stop = stopwatch();
const [{ defineSettings, plain, secret }, { loadSettings }] = await Promise.all([
  import('@strongroom/core'),
  import('@strongroom/node'),
]);
const definition = defineSettings({
  application: 'bench',
  environments: ['development'],
  settings: {
    DATABASE_URL: secret('database/url'),
    REDIS_URL: secret('redis/url'),
    SECRET_KEY: secret('security/secret_key'),
    PORT: plain(),
  },
});
const resolver = await loadSettings(definition);
const settings = resolver.current();
if (settings.PORT !== '8000') throw new Error('The port is wrong');
process.stdout.write(JSON.stringify(stop()));
