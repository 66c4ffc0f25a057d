import { stopwatch } from './stopwatch.mjs';

const stop = stopwatch();
const [{ createEnv }, { z }] = await Promise.all([import('@t3-oss/env-core'), import('zod')]);
const env = createEnv({
  server: {
    DATABASE_URL: z.url(),
    REDIS_URL: z.url(),
    SECRET_KEY: z.string().min(8),
    PORT: z.coerce.number(),
  },
  runtimeEnv: process.env,
  emptyStringAsUndefined: true,
});
if (env.PORT !== 8000) throw new Error('The port is wrong');
process.stdout.write(JSON.stringify(stop()));
