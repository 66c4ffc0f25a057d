import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import colors from 'picocolors';
import { sampleSecrets } from './sample-secrets.js';

const worker = fileURLToPath(import.meta.resolve('pake-worker/main'));

/** The variables of the seed's manual test, with which PAKE runs without Vault. */
const fallback = {
  SECRET_KEY: 'test-secret-key',
  DATABASE_URL: 'postgresql://test:test@localhost/test',
  REDIS_URL: 'redis://localhost:6379/1',
};

interface Scene {
  readonly title: string;
  readonly point: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The exit status that the worker must end with. */
  readonly expected: number;
}

function scenes(vault: DevServer): readonly Scene[] {
  const on = { USE_VAULT: 'true', VAULT_URL: vault.address, VAULT_TOKEN: vault.rootToken };
  // Port 9 is the discard service, which nothing listens to.
  const dead = { ...on, VAULT_URL: 'http://127.0.0.1:9' };
  return [
    {
      title: 'Vault off',
      point: 'Environment variables and defaults are enough.',
      variables: { USE_VAULT: 'false', ...fallback },
      expected: 0,
    },
    {
      title: 'Vault on',
      point: 'The secrets come from Vault, each with its path and version.',
      variables: on,
      expected: 0,
    },
    {
      title: 'Vault on, in production, with one variable overriding',
      point: 'The environment wins, setting by setting; another environment reads its own paths.',
      variables: { ...on, APP_ENV: 'production', SECRET_KEY: fallback.SECRET_KEY, LOG_LEVEL: 'warning' },
      args: ['--survey'],
      expected: 0,
    },
    {
      title: 'Vault on but dead, with the fallback values',
      point: 'The program runs, and says that it does so without Vault.',
      variables: { ...dead, ...fallback },
      expected: 0,
    },
    {
      title: 'Vault on but dead, without them',
      point: 'The program refuses to start, with every problem at once.',
      variables: dead,
      expected: 1,
    },
  ];
}

async function main(): Promise<void> {
  await using vault = await startDevServer();
  for (const environment of ['development', 'staging', 'production']) vault.seed(sampleSecrets(environment));
  process.stdout.write(
    `An embedded Vault answers at ${vault.address}, with sample secrets of three environments.\n`,
  );
  for (const [index, scene] of scenes(vault).entries()) {
    await play(index + 1, scene);
  }
  process.stdout.write(`\n${colors.green('Done.')} Each run above was the same program: apps/worker.\n`);
}

async function play(number: number, { title, point, variables, args = [], expected }: Scene): Promise<void> {
  const command = Object.entries(variables)
    .map(([name, value]) => `${name}=${name === 'VAULT_TOKEN' || name in fallback ? '…' : value}`)
    .concat('node apps/worker/dist/main.js', args)
    .join(' ');
  process.stdout.write(
    `\n${colors.bold(`${number}. ${title}`)}\n${point}\n${colors.dim(`$ ${command}`)}\n\n`,
  );
  const status = await run(variables, args);
  if (status !== expected) {
    throw new Error(`The worker ended with ${status}, but scene ${number} should end with ${expected}`);
  }
  if (status !== 0) process.stdout.write(colors.dim(`(exit status ${status}, as it should be)\n`));
}

/** Runs the worker with the given variables and none of this process that could change what it shows. */
function run(variables: Readonly<Record<string, string>>, args: readonly string[]): Promise<number> {
  const { PATH = '', HOME = '', NO_COLOR, TERM } = process.env;
  const quiet = {
    PATH,
    HOME,
    ...(NO_COLOR === undefined ? {} : { NO_COLOR }),
    ...(TERM === undefined ? {} : { TERM }),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [worker, ...args], {
      env: { ...quiet, ...variables },
      stdio: 'inherit',
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

await main();
