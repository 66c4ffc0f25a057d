import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineSettings, leased, plain, secret } from '@strongroom/core';
import { z } from 'zod';
import { Entry } from '../src/index.js';

/** An application with settings of every kind. */
export const definition = defineSettings({
  application: 'shop',
  environments: ['development', 'production'],
  settings: {
    DATABASE_URL: secret('database/url'),
    DATABASE_POOL_KEY: secret('database/pool_key'),
    REDIS_URL: secret('cache/url'),
    API_TOKEN: secret('api/token'),
    LOG_LEVEL: plain(z.string(), { place: 'logging/level', default: 'info' }),
    PORT: plain(z.number(), { default: 3000 }),
    REPORT_USER: secret(leased('database/creds/{application}-{environment}', 'username')),
  },
});

/** Entries as a reader of `.env` files gives them: one a line. */
export const entriesOf = (values: Readonly<Record<string, unknown>>, place = '.env'): readonly Entry[] =>
  Object.entries(values).map(
    ([name, value], index) => new Entry(name, value, { reader: 'dotenv', place, line: index + 1 }),
  );

/** A folder that is removed when its test has ended. */
export async function temporaryFolder(onFinished: (remove: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-migrate-'));
  onFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
