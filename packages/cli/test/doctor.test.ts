import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ManualClock } from '@strongroom/core/testing';
import { startDevServer } from '@strongroom/dev-server';
import { describe, expect, test } from 'vitest';
import { afterwards, project, shopVault } from './support/project.js';
import { type CliOptions, callCli, cli } from './support/run-cli.js';

interface Check {
  readonly name: string;
  readonly status: string;
  readonly detail: string;
  readonly remedies: readonly string[];
}

async function doctor(
  options: CliOptions,
): Promise<{ readonly exitCode: number; check(name: string): Check }> {
  const { exitCode, json } = await cli(['doctor', '--json'], options);
  const { checks } = json<{ readonly checks: readonly Check[] }>();
  return {
    exitCode,
    check(name) {
      const found = checks.find((each) => each.name === name);
      if (found === undefined)
        throw new Error(`no check ${name} in ${checks.map((each) => each.name).join(', ')}`);
      return found;
    },
  };
}

describe('doctor', () => {
  test('finds nothing wrong where nothing is', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const { exitCode, stdout } = await cli(['doctor'], { cwd, env });
    expect(stdout).toContain('✓ configuration: ');
    expect(stdout).toContain('✓ mount: secret: KV version 2');
    expect(stdout).toContain('✓ permission secret/data/shop/production/database: the token has read');
    expect(stdout).toContain(
      '✓ setting SECRET_KEY: from vault: secret/shop/production/security#secret_key, version 1',
    );
    expect(stdout).toContain('✓ clock: agrees');
    expect(stdout).toMatch(/0 failed, 1 to be looked at\n$/);
    expect(stdout).toContain('! token: is valid, does not expire; policies root');
    expect(exitCode).toBe(0);
  });

  test('goes on without a configuration', async () => {
    const { env } = await shopVault();
    const cwd = await project({ 'strongroom.config.ts': 'export default {};' });
    const { exitCode, check } = await doctor({ cwd, env });
    expect(exitCode).toBe(1);
    expect(check('configuration')).toMatchObject({
      status: 'failed',
      remedies: [expect.stringContaining('defineConfig')],
    });
    expect(check('server').status).toBe('ok');
    expect(check('token').status).toBe('warning');
    expect(check('settings').status).toBe('skipped');
  });

  test('goes on when Vault is dead, and says of each setting what that means', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const { exitCode, check } = await doctor({
      cwd,
      env: { ...env, VAULT_ADDR: 'http://127.0.0.1:9', DATABASE_URL: 'db' },
    });
    expect(exitCode).toBe(1);
    expect(check('server').status).toBe('failed');
    expect(check('token').status).toBe('skipped');
    expect(check('setting SECRET_KEY')).toMatchObject({ status: 'failed' });
    expect(check('setting SECRET_KEY').detail).toContain('vault: ');
    expect(check('setting DATABASE_URL').status).toBe('ok');
  });

  test('goes on when a load balancer without a server answers in the place of Vault, and says all of it once', async () => {
    const { env } = await shopVault();
    const balancer = createServer((_, response) =>
      response.writeHead(503, { 'content-type': 'text/html' }).end('<html>no server</html>'),
    );
    await once(balancer.listen(0, '127.0.0.1'), 'listening');
    afterwards(async () => void balancer.close());
    const address = `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`;
    const told = await cli(['doctor'], {
      cwd: await project(),
      env: { ...env, VAULT_ADDR: address },
      debug: false,
    });
    expect(told.stdout).toContain(`✗ server: ${address} answers, but not as Vault does`);
    expect(told.stdout).toContain('✗ setting SECRET_KEY: missing secret');
    expect(told.stderr).toBe('');
    expect(told.exitCode).toBe(1);
  });

  test('says of a token that it is wrong, how long it lives, and which path it may not read', async () => {
    const { env, server } = await shopVault();
    const cwd = await project();
    const wrong = await doctor({ cwd, env: { ...env, VAULT_TOKEN: 'wrong' } });
    expect(wrong.check('token').status).toBe('failed');
    expect(wrong.check('permissions').status).toBe('skipped');
    const call = async (path: string, body: object) => {
      const headers = { 'X-Vault-Token': server.rootToken };
      const answer = await fetch(`${server.address}/v1/${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return answer.status === 200
        ? ((await answer.json()) as { auth: { client_token: string } })
        : undefined;
    };
    const policy = 'path "secret/data/shop/production/database" { capabilities = ["read"] }';
    await call('sys/policies/acl/one', { policy });
    const made = await call('auth/token/create', { policies: ['one'], ttl: '5m', renewable: false });
    const { exitCode, check } = await doctor({
      cwd,
      env: { ...env, VAULT_TOKEN: made?.auth.client_token ?? '' },
    });
    expect(exitCode).toBe(1);
    expect(check('token')).toMatchObject({
      status: 'warning',
      detail: expect.stringMatching(/lives (5 min|4 min 5\d s) more; policies default, one/),
    });
    expect(check('permission secret/data/shop/production/database').status).toBe('ok');
    expect(check('permission secret/data/shop/production/security')).toEqual({
      name: 'permission secret/data/shop/production/security',
      status: 'failed',
      detail: 'the token lacks read',
      remedies: [
        'Add to a policy of the token: path "secret/data/shop/production/security" { capabilities = ["read"] }',
      ],
    });
    expect(check('permission secret/metadata/shop/production/database').status).toBe('warning');
    expect(check('setting SECRET_KEY').detail).toContain('denies');
  });

  test.each([
    ['there is no token', { VAULT_TOKEN: '' }, 'there is no token'],
    ['the file of the token is not there', { VAULT_TOKEN: '', VAULT_TOKEN_FILE: '/no/token' }, '/no/token'],
  ])('says that %s, and not that the server is at fault', async (_, given, words) => {
    const { env } = await shopVault();
    const cwd = await project();
    const { check } = await doctor({ cwd, env: { ...env, HOME: cwd, ...given } });
    expect(check('server')).toMatchObject({ status: 'skipped' });
    expect(check('token')).toMatchObject({ status: 'failed', detail: expect.stringContaining(words) });
  });

  test('warns of clocks that differ', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const { check } = await doctor({ cwd, env, clock: new ManualClock(Date.now() + 3_600_000) });
    expect(check('clock')).toMatchObject({
      status: 'warning',
      detail: expect.stringMatching(/is 3(599|600) s ahead of/),
    });
  });

  test('finds names that are nearly meant, and variables that contradict each other', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const { check } = await doctor({ cwd, env: { ...env, DATABSE_URL: 'x', VAULT_CACRET: 'x' } });
    expect(check('variable DATABSE_URL').detail).toContain('was it meant to be DATABASE_URL?');
    expect(check('variable VAULT_CACRET').detail).toContain('was it meant to be VAULT_CACERT?');
    const both = await doctor({ cwd, env: { ...env, VAULT_TOKEN_FILE: '/x' } });
    expect(both.exitCode).toBe(1);
    expect(both.check('variable VAULT_TOKEN').remedies).toEqual(['Unset VAULT_TOKEN or VAULT_TOKEN_FILE.']);
    expect(both.check('server').status).toBe('skipped');
  });

  test('finds a key in Vault that is nearly the one that is wanted', async () => {
    const { env, server } = await shopVault();
    const cwd = await project();
    server.seed({ 'shop/production/security': { secert_key: 'x' } });
    const { check } = await doctor({ cwd, env });
    expect(check('setting SECRET_KEY').remedies.join()).toContain('secert_key');
  });

  test('says that Vault is sealed, and what to do', async () => {
    const { env, server } = await shopVault();
    const cwd = await project();
    await fetch(`${server.address}/v1/sys/seal`, {
      method: 'PUT',
      headers: { 'X-Vault-Token': server.rootToken },
    });
    const { check } = await doctor({ cwd, env });
    expect(check('server')).toMatchObject({
      status: 'failed',
      detail: 'it is sealed',
      remedies: ['Unseal it: vault operator unseal.'],
    });
  });

  test('says that a certificate is not trusted, and that its verification is off', async () => {
    const server = await startDevServer({ tls: true });
    afterwards(() => server.close());
    const cwd = await project();
    const env = {
      APP_ENV: 'production',
      USE_VAULT: 'true',
      VAULT_ADDR: server.address,
      VAULT_TOKEN: server.rootToken,
    };
    const untrusted = await doctor({ cwd, env });
    expect(untrusted.check('tls').status).toBe('ok');
    expect(untrusted.check('server').detail).toContain('certificate');
    const off = await doctor({ cwd, env: { ...env, VAULT_SKIP_VERIFY: 'true' } });
    expect(off.check('tls')).toMatchObject({
      status: 'warning',
      detail: 'the certificate of Vault is not verified',
    });
    expect(off.check('server').status).toBe('ok');
  });

  test.each(['/v1/sys/health', '/v1/auth/token/lookup-self'])(
    'that is interrupted at %s says so, asks no more, and does not take it for what is wrong',
    async (asked) => {
      const { env, server } = await shopVault();
      const cwd = await project();
      for (const path of [asked, '/v1/secret/']) server.fail({ path, answer: 'stall' });
      const call = callCli(['doctor'], { cwd, env });
      await expect.poll(() => server.requests.some(({ path }) => path.startsWith(asked))).toBe(true);
      call.signal('SIGINT');
      expect(await call.result).toMatchObject({
        exitCode: 130,
        stdout: '',
        stderr: expect.stringContaining('Interrupted.'),
      });
      expect(server.requests.filter(({ path }) => path.startsWith('/v1/secret/'))).toEqual([]);
    },
  );

  test('says that there is no such mount', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const { exitCode, check } = await doctor({ cwd, env: { ...env, STRONGROOM_VAULT_MOUNT: 'kv' } });
    expect(exitCode).toBe(1);
    expect(check('mount')).toMatchObject({
      status: 'warning',
      remedies: [expect.stringContaining('-path=kv')],
    });
    expect(check('setting SECRET_KEY').status).toBe('failed');
  });
});
