import { administer } from '@strongroom/test-servers';

interface Server {
  readonly address: string;
  readonly rootToken: string;
}

/** The engine `database` with the role `app`, whose users live an hour and three hours at most. */
export async function withDatabase(server: Server, terms: object = {}): Promise<void> {
  const admin = administer(server);
  await admin.call('POST', 'sys/mounts/database', { type: 'database' });
  await admin.call('POST', 'database/config/pg', {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: '*',
    connection_url: 'postgres://{{username}}:{{password}}@localhost',
    username: 'admin',
    password: 'unused',
  });
  const role = { db_name: 'pg', default_ttl: '1h', max_ttl: '3h', ...terms };
  await admin.call('POST', 'database/roles/app', role);
  await admin.call('POST', 'database/roles/app-test', role);
}

/** Whether a lease is there. */
export async function isLeased(server: Server, leaseId: string): Promise<boolean> {
  return administer(server)
    .call('POST', 'sys/leases/lookup', { lease_id: leaseId })
    .then(
      () => true,
      () => false,
    );
}

export const hour = 3_600_000;
