import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serverKinds, type TestServer, writeSecret } from '@strongroom/test-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const worker = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The variables of the manual test that PAKE's own document describes. */
const manual = {
  SECRET_KEY: 'test-secret-key',
  DATABASE_URL: 'postgresql://test:test@localhost/test',
  REDIS_URL: 'redis://localhost:6379/1',
};

const stored = {
  database: { url: 'postgresql://pake:planted-database-password@db/pake' },
  redis: { url: 'redis://:planted-redis-password@cache:6379/1' },
  security: { secret_key: 'planted-secret-key' },
  api_keys: { firecrawl_api_key: 'planted-firecrawl-key' },
};

const planted = [...Object.values(manual), ...Object.values(stored).flatMap((data) => Object.values(data))];

describe('with Vault disabled', () => {
  it('runs on environment variables and defaults', async () => {
    const { status, output, errors } = await run({ USE_VAULT: 'false', ...manual });
    expect(status).toBe(0);
    expect(errors).toBe('');
    expect(output).toContain('pake_system in development: ready');
    expect(rowOf(output, 'SECRET_KEY')).toEqual(['SECRET_KEY', '[secret]', 'environment', 'SECRET_KEY']);
    expect(rowOf(output, 'PORT')).toEqual(['PORT', '8000', 'defaults', 'default']);
  });

  it('ends with every problem at once when variables are missing', async () => {
    const { status, output, errors } = await run({ DATABASE_ULR: manual.DATABASE_URL });
    expect(status).toBe(1);
    expect(output).toBe('');
    expect(errors).toMatch(/^SETTINGS_MISSING 3 problems with the settings of pake_system \(development\)/);
    expect(errors).toContain('DATABASE_ULR is set: was it meant to be DATABASE_URL?');
    expect(errors).not.toMatch(/^ {4}at /m);
  });
});

describe('when it is asked', () => {
  it.each(['--help', '-h'])('says with %s what it does, and loads nothing', async (argument) => {
    const { status, output, errors } = await run({ USE_VAULT: 'maybe' }, [argument]);
    expect([status, errors]).toEqual([0, '']);
    expect(output).toMatch(/^Usage: [\s\S]*--survey[\s\S]*APP_ENV/);
  });

  it.each(['--surveys', 'survey', '--survey=yes'])('refuses %s', async (argument) => {
    const { status, output, errors } = await run(manual, [argument]);
    expect([status, output]).toEqual([2, '']);
    expect(errors).toContain('survey');
    expect(errors).toContain('Usage: ');
  });
});

describe('with Vault dead', () => {
  it('says which source a value was found without', async () => {
    const dead = {
      USE_VAULT: 'true',
      VAULT_URL: 'http://127.0.0.1:9',
      VAULT_TOKEN: 'unused',
      VAULT_MAX_RETRIES: '0',
    };
    const { output } = await run({ ...dead, ...manual });
    expect(output).toContain('degraded');
    expect(output).toMatch(/^FIRECRAWL_API_KEY {2}not set {4}none \(without vault\)$/m);
    expect(output).not.toContain('OVERRIDES');
  });
});

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let enabled: Record<string, string>;

  beforeAll(async () => {
    server = await kind.start();
    enabled = { USE_VAULT: 'true', VAULT_URL: server.address, VAULT_TOKEN: server.rootToken };
    for (const [group, data] of Object.entries(stored)) {
      await writeSecret(server, `pake_system/development/${group}`, data);
    }
  });
  afterAll(() => server.close());

  it('takes the secrets from Vault, and says from where', async () => {
    const { status, output } = await run(enabled);
    expect(status).toBe(0);
    expect(rowOf(output, 'DATABASE_URL').slice(0, 4)).toEqual([
      'DATABASE_URL',
      '[secret]',
      'vault',
      'secret/pake_system/development/database#url',
    ]);
  });

  it('lets a variable override Vault, and says what is underneath when asked', async () => {
    const { output } = await run({ ...enabled, SECRET_KEY: manual.SECRET_KEY }, ['--survey']);
    expect(rowOf(output, 'SECRET_KEY')).toEqual([
      'SECRET_KEY',
      '[secret]',
      'environment',
      'SECRET_KEY',
      'vault',
      'v1',
    ]);
  });

  it('logs each request with PAKE_DEBUG, and no secret', async () => {
    const { status, errors } = await run({ ...enabled, PAKE_DEBUG: 'true' });
    expect(status).toBe(0);
    expect(errors).toContain('/v1/secret/data/pake_system/development/database');
    expect(errors).toContain('"source":"vault"');
  });

  it('reads another environment from its own paths', async () => {
    const { status, errors } = await run({ ...enabled, APP_ENV: 'production' });
    expect(status).toBe(1);
    expect(errors).toContain('no such path: secret/pake_system/production/database');
  });
});

function rowOf(output: string, name: string): string[] {
  const row = output.split('\n').find((line) => line.startsWith(`${name} `));
  return row?.trim().split(/\s+/) ?? [];
}

interface Run {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the worker as a user would, and checks that it shows no secret whatever it does. */
async function run(variables: Record<string, string>, args: readonly string[] = []): Promise<Run> {
  const child = spawn(process.execPath, [worker, ...args], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', NO_COLOR: '1', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  for (const value of [...planted, variables['VAULT_TOKEN'] ?? 'no token']) {
    expect(`${output}${errors}`).not.toContain(value);
  }
  return { status, output, errors };
}
