import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './free-port.js';
import { type OptionalServer, optionalServer } from './optional-server.js';
import { startService, type TestService } from './service.js';

const run = promisify(execFile);

/** A PostgreSQL that wants a password from everybody; its URL is the superuser's. */
export const postgres: OptionalServer = optionalServer(
  'PostgreSQL',
  { names: ['postgres'], folders: debianFolders(), version: /\(PostgreSQL\) (\S+)/ },
  startPostgres,
);

async function startPostgres(found: string): Promise<TestService> {
  // What is on PATH may be a link to where its companions are.
  const binary = realpathSync(found);
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-postgres-'));
  const user = otherThanRoot();
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  const data = join(folder, 'data');
  const beside = (command: string) => join(dirname(binary), command);
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (user !== undefined) for (const path of [folder, passwordFile]) await chown(path, user.uid, user.gid);
    const made = ['--no-sync', '--no-locale', '--encoding=UTF8', '--auth=scram-sha-256', '--username=admin'];
    await run(beside('initdb'), [...made, `--pwfile=${passwordFile}`, `--pgdata=${data}`], {
      cwd: folder,
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      ...user,
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: 100,
  };
  return startService({
    command: binary,
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // Its word for "end all sessions, then yourself"; SIGTERM would wait for the sessions.
    stopSignal: 'SIGINT',
    folder,
    port,
    url: `postgresql://admin:${password}@127.0.0.1:${port}/postgres`,
    ready: () =>
      run(beside('pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).then(
        () => true,
        () => false,
      ),
    ...(user === undefined ? {} : { user }),
  });
}

/** Where Debian keeps the servers, the newest first. */
function debianFolders(): string[] {
  const home = '/usr/lib/postgresql';
  try {
    const versions = readdirSync(home).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(home, version, 'bin'));
  } catch {
    return [];
  }
}

/** PostgreSQL refuses to run as root: the user that its package made, or nobody. Undefined when this is not root. */
function otherThanRoot(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no user "postgres" or "nobody"');
}
