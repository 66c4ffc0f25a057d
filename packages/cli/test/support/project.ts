import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canarySecret } from '@strongroom/core/testing';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { afterEach } from 'vitest';
import { secretValue } from './leak-check.js';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Has something done after the test. */
export const afterwards = (cleanUp: () => Promise<void>): void => void cleanUps.push(cleanUp);

/** The definition of most tests, as an application would write it. */
export const settingsModule = `
import { defineSettings, plain, secret } from '@strongroom/core';
import { z } from 'zod';

export const definition = defineSettings({
  application: 'shop',
  environments: ['development', 'staging', 'production'],
  settings: {
    DATABASE_URL: secret('database/url', z.string().min(1)),
    SECRET_KEY: secret('security/secret_key'),
    API_TOKEN: secret('api/token', z.string().optional()),
    PORT: plain(z.int(), { default: 8000 }),
  },
});
`;

/** A definition of values that are written in another way than they are read. */
export const wordsModule = `
import { defineSettings, plain } from '@strongroom/core';
import { z } from 'zod';

const words = z.string().transform((text) => text.split(' '));
export const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: {
    WORDS: plain(words),
    OTHER_WORDS: plain(words, { default: ['c', 'd'] }),
    RATIO: plain(z.number()),
    SINCE: plain(z.date(), { default: new Date('2030-01-02T03:04:05.000Z') }),
  },
});
`;

const configModule = `
import { defineConfig } from 'strongroom';
import { definition } from './settings.js';

export default defineConfig({ definition });
`;

/** The folder of this package. */
const own = fileURLToPath(new URL('../..', import.meta.url));

/** A folder as that of an application, where the packages can be found; gone after the test. */
export async function project(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'strongroom-cli-')));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'node_modules/@strongroom'), { recursive: true });
  const link = (name: string, to: string) =>
    symlink(join(own, to), join(folder, 'node_modules', name), 'dir');
  for (const name of ['@strongroom/core', '@strongroom/vault', 'zod'])
    await link(name, `node_modules/${name}`);
  await link('strongroom', '.');
  const all = { 'settings.ts': settingsModule, 'strongroom.config.ts': configModule, ...files };
  for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
  return folder;
}

/** A secret that no command may print. */
export const secretOf = (): string => secretValue(canarySecret());

/** An embedded server with nothing in it, and the variables with which it is found. */
export async function emptyVault(environment = 'production'): Promise<{
  readonly server: DevServer;
  readonly env: Record<string, string>;
}> {
  const server = await startDevServer({ rootToken: secretOf().replaceAll(' ', '-') });
  cleanUps.push(() => server.close());
  secretValue(server.rootToken);
  const env = {
    APP_ENV: environment,
    USE_VAULT: 'true',
    VAULT_ADDR: server.address,
    VAULT_TOKEN: server.rootToken,
    VAULT_MAX_RETRIES: '0',
  };
  return { server, env };
}

/** An embedded server with the application's secrets in it, and the variables with which it is found. */
export async function shopVault(environment = 'production'): Promise<{
  readonly server: DevServer;
  readonly env: Record<string, string>;
  readonly values: Record<string, string>;
}> {
  const values = { DATABASE_URL: secretOf(), SECRET_KEY: secretOf(), API_TOKEN: secretOf() };
  const { server, env } = await emptyVault(environment);
  server.seed({
    [`shop/${environment}/database`]: { url: values.DATABASE_URL },
    [`shop/${environment}/security`]: { secret_key: values.SECRET_KEY },
    [`shop/${environment}/api`]: { token: values.API_TOKEN },
  });
  return { server, env, values };
}
