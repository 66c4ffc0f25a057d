import { type EnvironmentVariables, isSourceError, isStrongroomError } from '@strongroom/core';
import { CommandError } from '../command-error.js';
import { commandOf } from '../common-options.js';
import type { StrongroomConfig } from '../configuration/config.js';
import { connectVault, variablesWith, vaultConfigOf } from '../configuration/wiring.js';
import { type Check, failed, ok, skipped, warning } from '../doctor/check.js';
import { exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import type { Session } from '../session.js';
import type { Output } from '../terminal/output.js';
import { printable } from '../terminal/printable.js';

export const define = (host: Host) =>
  commandOf(
    'doctor',
    'Checks what stands between the application and its settings, one after the other: configuration, variables, address, TLS, server, clock, token and its life, mount, permission on each path, each setting. Goes on after a check that failed, and says what to do about each. Ends with 0 when none failed, with 1 otherwise; warnings do not count.',
    [
      ['strongroom doctor', 'the environment that the variables name'],
      ['strongroom doctor -e production', 'production, from here'],
      ['strongroom doctor --json | jq ".checks[] | select(.status == \\"failed\\")"', 'what failed'],
    ],
  ).action((options) =>
    host.run(options, async (session) => {
      const checks: Check[] = [];
      const config = await checkConfiguration(session, checks);
      const variables = await checkEnvFile(session, config, checks);
      const environment =
        variables === undefined ? undefined : await checkEnvironment(session, config, variables, checks);
      await checkVault(session, config, environment, variables ?? session.io.env, checks);
      await checkSettings(session, environment, checks);
      const count = (status: Check['status']) => checks.filter((check) => check.status === status).length;
      const told = {
        application: config?.definition.application ?? null,
        environment: environment ?? null,
        failed: count('failed'),
        warnings: count('warning'),
        checks,
      };
      session.output.result(told, () => show(session.output, checks, told));
      return told.failed > 0 ? exitCodes.findings : exitCodes.done;
    }),
  );

async function checkConfiguration(session: Session, checks: Check[]): Promise<StrongroomConfig | undefined> {
  try {
    const config = await session.config();
    const { application, settings, environments } = config.definition;
    const count = `${Object.keys(settings).length} settings, environments ${environments.join(', ')}`;
    checks.push(ok('configuration', `${config.file}: ${application}, ${count}`));
    return config;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    checks.push(
      failed('configuration', error.message, ...(error.remedy === undefined ? [] : [error.remedy])),
    );
    return undefined;
  }
}

/** @returns the variables that the application sees; undefined where their file cannot be read */
async function checkEnvFile(
  session: Session,
  config: StrongroomConfig | undefined,
  checks: Check[],
): Promise<EnvironmentVariables | undefined> {
  if (config?.envFile === undefined) return session.io.env;
  try {
    const file = await session.envFile();
    const count = Object.keys(file?.variables ?? {}).length;
    const what = file?.isThere === true ? `${count} variables` : 'is not there, and need not be';
    checks.push(ok('env file', `${config.envFile}: ${what}`));
    return await session.variables();
  } catch (error) {
    if (!isSourceError(error)) throw error;
    const remedy = error.hint ?? 'Mend the file, or name another one: `envFile` in the configuration.';
    checks.push(
      failed('env file', error.message, remedy),
      skipped('environment', 'the variables of the env file are not known'),
    );
    return undefined;
  }
}

async function checkEnvironment(
  session: Session,
  config: StrongroomConfig | undefined,
  variables: EnvironmentVariables,
  checks: Check[],
): Promise<string | undefined> {
  if (config === undefined) return undefined;
  try {
    const environment = await session.environment();
    session.checkEnvironment(config.definition, environment);
    checks.push(ok('environment', environment), useVaultOf(variables));
    return environment;
  } catch (error) {
    if (!isStrongroomError(error) && !(error instanceof CommandError)) throw error;
    const remedy = error instanceof CommandError ? error.remedy : undefined;
    checks.push(failed('environment', error.message, ...(remedy === undefined ? [] : [remedy])));
    return undefined;
  }
}

function useVaultOf(variables: EnvironmentVariables): Check {
  const text = variables['USE_VAULT'];
  if (text) return ok('use of Vault', `USE_VAULT=${text}`);
  return warning(
    'use of Vault',
    'an application does not ask Vault: USE_VAULT is not set',
    'Set USE_VAULT=true for it.',
  );
}

async function checkVault(
  session: Session,
  config: StrongroomConfig | undefined,
  environment: string | undefined,
  variables: EnvironmentVariables,
  checks: Check[],
): Promise<void> {
  const { io, logger } = session;
  const said = config === undefined ? {} : vaultConfigOf(config, environment ?? '');
  const { checkVariables } = await import('../doctor/check-variables.js');
  const allowInsecure = said.allowInsecureHttp === true;
  const read = checkVariables(variablesWith(variables, said), config?.definition, allowInsecure);
  checks.push(...read);
  if (read.some(({ status }) => status === 'failed')) {
    checks.push(skipped('server', 'the variables do not say where Vault is'));
    return;
  }
  const { vault, placement } = await connectVault(variables, said, { logger, clock: io.clock });
  session.opened(() => vault.close());
  const { checkServer } = await import('../doctor/check-server.js');
  const { checkToken } = await import('../doctor/check-token.js');
  const server = await checkServer(vault, io.clock);
  session.signal.throwIfAborted();
  checks.push(...server);
  if (server.some(({ status }) => status === 'failed')) {
    if (!server.some(({ name }) => name === 'token'))
      checks.push(skipped('token', 'there is no server to ask'));
    return;
  }
  const token = await checkToken(vault);
  session.signal.throwIfAborted();
  checks.push(token);
  if (config === undefined || environment === undefined) return;
  if (token.status === 'failed') {
    checks.push(skipped('permissions', 'there is no token to ask with'));
    return;
  }
  const { checkPermissions } = await import('../doctor/check-permissions.js');
  checks.push(...(await checkPermissions(vault, config.definition, environment, placement)));
}

async function checkSettings(
  session: Session,
  environment: string | undefined,
  checks: Check[],
): Promise<void> {
  if (environment === undefined) {
    checks.push(skipped('settings', 'without a configuration and an environment there are none'));
    return;
  }
  const settings = await session.settings();
  const { checkSettings: check } = await import('../doctor/check-settings.js');
  checks.push(...(await check(settings)));
}

const marks = { ok: '✓', warning: '!', failed: '✗', skipped: '–' } as const;

function show(
  output: Output,
  checks: readonly Check[],
  { failed: bad, warnings }: { failed: number; warnings: number },
): string {
  const { green, yellow, red, dim, cyan } = output.colors;
  const colours = { ok: green, warning: yellow, failed: red, skipped: dim };
  const lines = checks.flatMap(({ name, status, detail, remedies }) => [
    `${colours[status](marks[status])} ${printable(name)}: ${printable(detail)}`,
    ...remedies.map((remedy) => `    ${cyan('→')} ${printable(remedy)}`),
  ]);
  return `${lines.join('\n')}\n\n${bad} failed, ${warnings} to be looked at`;
}
