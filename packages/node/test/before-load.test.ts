import { type AuditRecord, auditTrail } from '@strongroom/core/audit';
import { canarySecret, expectNoCanary } from '@strongroom/core/testing';
import { serverKinds, type TestServer, writeSecret } from '@strongroom/test-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '../src/index.js';
import { pakeDefinition, pakeSecrets } from './pake.js';

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  const definition = pakeDefinition();
  const [before, after] = [canarySecret(), canarySecret()];
  const security = `${definition.application}/production/security`;
  const secrets = {
    ...pakeSecrets(definition.application, 'production'),
    [security]: { secret_key: before },
  };
  let server: TestServer;
  let variables: Record<string, string>;

  beforeAll(async () => {
    server = await kind.start();
    variables = {
      APP_ENV: 'production',
      USE_VAULT: 'true',
      VAULT_URL: server.address,
      VAULT_TOKEN: server.rootToken,
    };
    for (const [path, data] of Object.entries(secrets)) await writeSecret(server, path, data);
  });
  afterAll(() => server.close());

  it('misses nothing of the start and nothing after it in an audit trail, and shows no value there', async () => {
    const records: AuditRecord[] = [];
    const sink = (record: AuditRecord) => void records.push(record);
    const settings = await loadSettings(definition, {
      variables,
      beforeLoad: (resolver) => void auditTrail(resolver, { sink }),
    });
    expect(settings.current().SECRET_KEY).toBe(before);
    await writeSecret(server, security, { secret_key: after });
    await settings.refresh();
    expect(settings.current().SECRET_KEY).toBe(after);
    await settings.close();
    await new Promise((resolve) => setImmediate(resolve));

    const told = records.filter(({ event }) => ['refresh', 'read', 'change', 'state'].includes(event));
    const locator = `secret/${security}#secret_key`;
    const requestId = expect.stringMatching(/^[\da-f-]{36}$/);
    const where = { setting: 'SECRET_KEY', source: 'vault', locator, requestId };
    expect(told).toMatchObject([
      { event: 'refresh', outcome: 'changed', trigger: 'load' },
      { event: 'state', outcome: 'ready' },
      { event: 'read', ...where, version: 1, count: 1 },
      { event: 'refresh', outcome: 'changed', trigger: 'request' },
      { event: 'change', ...where, version: 2, versionBefore: 1 },
      { event: 'read', ...where, version: 2, count: 1 },
      { event: 'state', outcome: 'closed' },
    ]);
    expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index + 1));
    for (const canary of [before, after]) expectNoCanary(canary, records, JSON.stringify(records));
  });
});

it('fails, and leaves nothing open, when what is done before the load fails', async () => {
  let closed = 0;
  const loading = loadSettings(pakeDefinition(), {
    variables: {},
    beforeLoad(resolver) {
      resolver.events.on('closed', () => {
        closed += 1;
      });
      throw new RangeError('no');
    },
  });
  await expect(loading).rejects.toThrow(RangeError);
  expect(closed).toBe(1);
});
