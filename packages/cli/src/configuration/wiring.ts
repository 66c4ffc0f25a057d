import type { Clock, EnvironmentVariables, Logger } from '@strongroom/core';
import type { KvPlacement, Vault, VaultSourceOptions } from '@strongroom/vault';
import type { StrongroomConfig, VaultConfig } from './config.js';

/** What holds of Vault in one environment: that of the environment over that of all. */
export function vaultConfigOf({ vault, environments }: StrongroomConfig, environment: string): VaultConfig {
  return { ...vault, ...environments?.[environment] };
}

const addressNames = ['BAO_AGENT_ADDR', 'VAULT_AGENT_ADDR', 'BAO_ADDR', 'VAULT_ADDR', 'VAULT_URL'];
const tokenNames = ['BAO_TOKEN', 'BAO_TOKEN_FILE', 'BAO_TOKEN_PATH', 'VAULT_TOKEN', 'VAULT_TOKEN_FILE'];

/** The variables of the process, and what the configuration says put over them. */
export function variablesWith(env: EnvironmentVariables, config: VaultConfig): EnvironmentVariables {
  const variables = { ...env };
  const put = (names: readonly string[], name: string, value: string | undefined) => {
    if (value === undefined) return;
    for (const other of names) delete variables[other];
    variables[name] = value;
  };
  const { address, namespace, tokenFile } = config;
  put(addressNames, 'VAULT_ADDR', typeof address === 'string' ? address : address?.join(','));
  put(['BAO_NAMESPACE'], 'VAULT_NAMESPACE', namespace);
  put(tokenNames, 'VAULT_TOKEN_FILE', tokenFile);
  return variables;
}

/** What the configuration says of a Vault source and no variable can. */
export function sourceOptionsOf(config: VaultConfig): VaultSourceOptions {
  const { address, namespace, tokenFile, ...options } = config;
  return options;
}

/** A client of Vault, and where settings lie in it. */
export interface WiredVault {
  readonly vault: Vault;
  readonly placement: KvPlacement;
}

/**
 * Makes the client of Vault of one environment. Nothing is contacted.
 *
 * @throws ConfigurationError with all that is wrong with the variables and the configuration
 */
export async function connectVault(
  env: EnvironmentVariables,
  config: VaultConfig,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): Promise<WiredVault> {
  const { createVault, readVaultEnvironment } = await import('@strongroom/vault');
  const { ConfigurationError } = await import('@strongroom/core');
  const { allowInsecureHttp = false } = config;
  const { options, problems } = readVaultEnvironment(variablesWith(env, config), { allowInsecureHttp });
  if (problems.length > 0) throw new ConfigurationError('Vault cannot be asked', problems);
  const { mount, marker, ...ways } = options;
  const {
    auth,
    mount: ownMount,
    layout,
    kvVersion,
    refreshBy,
    marker: ownMarker,
    ...rest
  } = sourceOptionsOf(config);
  const { fullLookEveryMs, ...behaviour } = rest;
  const { token, auth: variableAuth, ...others } = ways;
  const credentials =
    auth !== undefined
      ? { auth }
      : variableAuth !== undefined
        ? { auth: variableAuth }
        : token === undefined
          ? {}
          : { token };
  const placement = {
    mount: ownMount ?? mount,
    layout,
    kvVersion,
    refreshBy,
    marker: ownMarker ?? marker,
    fullLookEveryMs,
  };
  return {
    vault: createVault({ ...others, ...credentials, ...behaviour, logger, clock }),
    placement: Object.fromEntries(Object.entries(placement).filter(([, value]) => value !== undefined)),
  };
}
