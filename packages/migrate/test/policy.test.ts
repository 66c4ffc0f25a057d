import { join } from 'node:path';
import { createResolver, defineSettings, leased, secret } from '@strongroom/core';
import { administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import { appRole, bumpMarker, createVault, type Vault } from '@strongroom/vault';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  applyPlan,
  checkPolicy,
  leastPolicy,
  type PolicyOptions,
  planMigration,
  roleCommands,
  rollBack,
} from '../src/index.js';
import { definition, entriesOf, temporaryFolder } from './settings.js';

const environment = 'production';

describe('the least policy', () => {
  it('of an application is one rule for each path, by its name', () => {
    expect(leastPolicy({ definition, environment })).toMatchInlineSnapshot(`
      "# What shop reads in production, and nothing else.

      path "secret/data/shop/production/database" {
        capabilities = ["read"]
      }

      path "secret/metadata/shop/production/database" {
        capabilities = ["read"]
      }

      path "secret/data/shop/production/cache" {
        capabilities = ["read"]
      }

      path "secret/metadata/shop/production/cache" {
        capabilities = ["read"]
      }

      path "secret/data/shop/production/api" {
        capabilities = ["read"]
      }

      path "secret/metadata/shop/production/api" {
        capabilities = ["read"]
      }

      path "secret/data/shop/production/logging" {
        capabilities = ["read"]
      }

      path "secret/metadata/shop/production/logging" {
        capabilities = ["read"]
      }

      path "database/creds/shop-production" {
        capabilities = ["read"]
      }
      "
    `);
  });

  it('of a migration writes, and deletes the versions that it made', () => {
    const options = { definition, environment, purpose: 'migrate', places: ['smtp/password'] } as const;
    expect(leastPolicy(options)).toMatchInlineSnapshot(`
      "# What shop needs while its settings are migrated in production, and nothing else.

      path "secret/data/shop/production/database" {
        capabilities = ["create", "read", "update"]
      }

      path "secret/delete/shop/production/database" {
        capabilities = ["update"]
      }

      path "secret/data/shop/production/cache" {
        capabilities = ["create", "read", "update"]
      }

      path "secret/delete/shop/production/cache" {
        capabilities = ["update"]
      }

      path "secret/data/shop/production/api" {
        capabilities = ["create", "read", "update"]
      }

      path "secret/delete/shop/production/api" {
        capabilities = ["update"]
      }

      path "secret/data/shop/production/logging" {
        capabilities = ["create", "read", "update"]
      }

      path "secret/delete/shop/production/logging" {
        capabilities = ["update"]
      }

      path "secret/data/shop/production/smtp" {
        capabilities = ["create", "read", "update"]
      }

      path "secret/delete/shop/production/smtp" {
        capabilities = ["update"]
      }
      "
    `);
  });

  it('follows the layout, the mount and the version', () => {
    const small = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: { A: secret('one/a'), B: secret('one/b') },
    });
    const lines = (options: Partial<PolicyOptions>) =>
      leastPolicy({ definition: small, environment, ...options })
        .split('\n')
        .filter((line) => line.startsWith('path'));
    expect(lines({ layout: 'leaf', mount: '/team/kv/' })).toEqual([
      'path "team/kv/data/shop/production/one/a" {',
      'path "team/kv/metadata/shop/production/one/a" {',
      'path "team/kv/data/shop/production/one/b" {',
      'path "team/kv/metadata/shop/production/one/b" {',
    ]);
    expect(lines({ kvVersion: 1 })).toEqual(['path "secret/shop/production/one" {']);
    expect(lines({ marker: true }).at(-1)).toBe('path "secret/data/shop/production/.strongroom" {');
  });

  it('of a lease that is asked for by parameters lets them be written', () => {
    const settings = {
      CERT: secret(leased('pki/issue/web', 'certificate', { parameters: { common_name: 'a' } })),
    };
    const leases = defineSettings({ application: 'shop', environments: ['production'], settings });
    expect(leastPolicy({ definition: leases, environment })).toContain(
      'path "pki/issue/web" {\n  capabilities = ["update"]\n}',
    );
  });

  it.each(['group*/a', 'group/+/a', '{{x}}/a'] as const)(
    'is refused where a policy would take it for a pattern: %s',
    (place) => {
      const settings = { A: secret(place) };
      const strange = defineSettings({ application: 'shop', environments: ['production'], settings });
      expect(() => leastPolicy({ definition: strange, environment })).toThrow(
        expect.objectContaining({ code: 'DEFINITION_INVALID' }),
      );
    },
  );
});

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let root: Vault;
  beforeAll(async () => {
    server = await kind.start();
    root = createVault({ address: server.address, token: server.rootToken });
    await administer(server).mountKv('one', 1);
  });
  afterAll(async () => {
    await root?.close();
    await server?.close();
  });
  // Without what Vault has to lease, which is not mounted here.
  const { REPORT_USER: _, ...settings } = definition.settings;
  const placed = defineSettings({ ...definition, settings });
  const values = { DATABASE_URL: 'u', DATABASE_POOL_KEY: 'k', REDIS_URL: 'r', API_TOKEN: 't' };

  async function client(options: PolicyOptions): Promise<Vault> {
    const token = await administer(server).tokenWith(leastPolicy(options));
    const vault = createVault({ address: server.address, token });
    onTestFinished(() => vault.close());
    return vault;
  }

  it.each([
    { mount: 'secret', kvVersion: 2, layout: 'group' },
    { mount: 'secret', kvVersion: 2, layout: 'leaf' },
    { mount: 'one', kvVersion: 1, layout: 'group' },
  ] as const)('the policies suffice for $mount, layout $layout', async (where) => {
    const migrating = {
      definition: placed,
      environment,
      purpose: 'migrate',
      marker: true,
      ...where,
    } as const;
    const vault = await client(migrating);
    expect((await checkPolicy({ ...migrating, vault })).flatMap(({ missing }) => missing)).toEqual([]);
    const journal = join(await temporaryFolder(onTestFinished), 'journal');
    const migrate = async () => {
      const { kvVersion: _version, ...placement } = where;
      const plan = await planMigration({
        definition: placed,
        environment,
        entries: entriesOf(values),
        vault,
        ...placement,
      });
      return applyPlan(plan, { vault, journal });
    };
    await migrate();
    if (where.kvVersion === 2) {
      const { paths } = await rollBack(journal, { vault });
      expect(paths.every(({ outcome }) => outcome === 'removed')).toBe(true);
      expect((await migrate()).verified).toHaveLength(4);
      await bumpMarker(vault.kv(where.mount), { application: 'shop', environment });
    }

    const running = { definition: placed, environment, marker: true, ...where } as const;
    const application = await client(running);
    const resolver = createResolver(placed, {
      environment,
      sources: [application.source(where.kvVersion === 2 ? { ...where, marker: true } : where)],
      refreshEveryMs: false,
    });
    onTestFinished(() => resolver.close());
    const refused: unknown[] = [];
    application.onEvent((event) => refused.push(event));
    await expect(resolver.load()).resolves.toMatchObject(values);
    await resolver.refresh();
    expect(refused).toEqual([]);
    // And it is no more than that.
    const elsewhere = `shop/${environment}/other`;
    await expect(application.kv(where.mount).read(elsewhere)).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
    });
    const own = `shop/${environment}/${where.layout === 'leaf' ? 'api/token' : 'api'}`;
    await expect(application.kv(where.mount).write(own, { token: 'x' })).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
    });
  });

  it('a check names what a token lacks, path by path', async () => {
    const token = await administer(server).tokenWith(
      'path "secret/data/shop/production/*" { capabilities = ["read"] }',
    );
    const vault = createVault({ address: server.address, token });
    onTestFinished(() => vault.close());
    const small = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: { API_TOKEN: secret('api/token') },
    });
    expect(await checkPolicy({ definition: small, environment, vault })).toEqual([
      { path: 'secret/data/shop/production/api', needed: ['read'], granted: ['read'], missing: [] },
      { path: 'secret/metadata/shop/production/api', needed: ['read'], granted: ['deny'], missing: ['read'] },
    ]);
    const migrating = { definition: small, environment, purpose: 'migrate' } as const;
    expect((await checkPolicy({ ...migrating, vault })).map(({ missing }) => missing)).toEqual([
      ['create', 'update'],
      ['update'],
    ]);
    expect((await checkPolicy({ ...migrating, vault: root })).map(({ missing }) => missing)).toEqual([
      [],
      [],
    ]);
  });

  it('the commands make a role that an application logs in with', async () => {
    const { call } = administer(server);
    await call('POST', 'sys/auth/approle', { type: 'approle' });
    const commands = roleCommands({ definition: placed, environment, method: 'approle' });
    const answers = [];
    for (const command of commands) answers.push(await run(command, call));
    const [, , role, id] = answers as readonly Answer[];
    expect(commands.at(-1)).toContain('-wrap-ttl=');
    const vault = createVault({
      address: server.address,
      auth: appRole({ roleId: String(role?.data?.['role_id']), secretId: String(id?.data?.['secret_id']) }),
    });
    onTestFinished(() => vault.close());
    const permissions = await checkPolicy({ definition: placed, environment, vault });
    expect(permissions.flatMap(({ missing }) => missing)).toEqual([]);
  });

  it('the commands make a role for a service account of Kubernetes', () => {
    const [, role] = roleCommands({
      definition: placed,
      environment,
      method: 'kubernetes',
      name: 'web shop',
      serviceAccount: 'web',
      serviceAccountNamespace: 'shops',
    });
    expect(role).toBe(
      "vault write 'auth/kubernetes/role/web shop' bound_service_account_names=web " +
        "bound_service_account_namespaces=shops 'token_policies=web shop' token_ttl=1h token_max_ttl=24h",
    );
  });
});

interface Answer {
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Does what a command of `vault` would: as far as it is needed here, without the wrapping. */
async function run(
  command: string,
  call: (method: string, path: string, body?: object) => Promise<unknown>,
): Promise<unknown> {
  const [, name, policy] = /^vault policy write (\S+) - <<'POLICY'\n([\s\S]*)POLICY$/.exec(command) ?? [];
  if (name !== undefined) return call('PUT', `sys/policies/acl/${name}`, { policy });
  const [, verb, ...words] = command.split(' ');
  const [path = '', ...pairs] = words.filter((word) => !word.startsWith('-'));
  const body = Object.fromEntries(pairs.map((pair) => pair.split('=')));
  return call(verb === 'read' ? 'GET' : 'POST', path, verb === 'read' ? undefined : body);
}
