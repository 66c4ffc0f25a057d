import { inspect } from 'node:util';
import { canarySecret, findCanary } from '@strongroom/core/testing';
import { expect, test } from 'vitest';
import { type AuthMethod, appRole, aws, createVault, jwt, kubernetes, userpass } from '../../src/index.js';
import { json, secretBody, startHostileServer } from '../hostile-server.js';
import { read } from './setting.js';

const canary = canarySecret();
const token = canary.replaceAll(' ', '.');
const methods: readonly AuthMethod[] = [
  appRole({ roleId: canary, secretId: canary }),
  appRole({ roleId: 'role', wrappedSecretId: token }),
  kubernetes({ role: 'app', jwt: () => canary }),
  jwt({ role: 'app', jwt: canary }),
  userpass({ username: 'alice', password: canary }),
  aws({ region: 'eu-central-1', credentials: () => ({ accessKeyId: 'a', secretAccessKey: canary }) }),
  () => Promise.reject(new Error(canary)),
  async () => ({ token: `${canary}\n` }),
];
const loud = {
  errors: [`invalid secret id ${canary}`, canary, 'permission denied'],
  data: { canary },
  warnings: [canary],
};

/** What a server does to a login, with all that it got in its answer. */
const answers: readonly (readonly [number, unknown])[] = [
  [400, loud],
  [403, loud],
  [404, loud],
  [500, loud],
  [200, loud],
  [
    200,
    {
      auth: {
        client_token: token,
        accessor: canary,
        policies: [canary],
        lease_duration: 3600,
        renewable: true,
      },
    },
  ],
  [200, { auth: { client_token: canary, lease_duration: 3600 } }],
];

test.each(answers.map(([status, body], index) => [index, status, body] as const))(
  'no error, log or inspection shows what one logs in with, or the token: answer %i',
  async (_index, status, body) => {
    await using server = await startHostileServer((response, request) => {
      if (request.url?.startsWith('/v1/secret/'))
        json(response, 403, { errors: [token, 'permission denied'] });
      else if (request.url?.includes('lookup-self')) json(response, 403, { errors: [token] });
      else if (request.url?.includes('wrapping/lookup')) {
        json(
          response,
          status,
          status === 200 ? { data: { creation_path: 'auth/approle/role/app/secret-id' } } : body,
        );
      } else json(response, status, body);
    });
    const tryOut = async (auth: AuthMethod) => {
      const seen: unknown[] = [];
      const log = (...line: unknown[]) => void seen.push(line);
      const logger = { debug: log, info: log, warn: log, error: log };
      const vault = createVault({ address: server.address, auth, logger, retries: 0, revokeTokens: true });
      const look = (error: unknown) => {
        seen.push(
          error,
          error instanceof Error ? error.stack : '',
          inspect(error, { depth: null, showHidden: true }),
        );
      };
      await read(vault).then(() => expect.unreachable(), look);
      const client = await vault.client();
      await client.read('secret/data/a').then(() => expect.unreachable(), look);
      seen.push(
        vault,
        auth,
        inspect(vault, { depth: null, showHidden: true }),
        inspect(auth, { depth: null, showHidden: true }),
      );
      await vault.close();
      for (const hidden of [canary, token]) expect(findCanary(hidden, seen)).toBeUndefined();
    };
    // At once: where a token is denied, the login after it has to wait for a second.
    await Promise.all(methods.map(tryOut));
  },
  20_000,
);

test('a token in use is shown by nothing', async () => {
  await using server = await startHostileServer((response) => json(response, 200, secretBody({ a: 1 })));
  const seen: unknown[] = [];
  const log = (...line: unknown[]) => void seen.push(line);
  const logger = { debug: log, info: log, warn: log, error: log };
  await using vault = createVault({
    address: server.address,
    auth: async () => ({ token, ttl: 60, renewable: true }),
    logger,
  });
  await read(vault);
  seen.push(inspect(vault, { depth: null, showHidden: true }));
  expect(seen.length).toBeGreaterThan(1);
  expect(findCanary(token, seen)).toBeUndefined();
});
